import { digestJson } from '../../digest/text/digestJson.ts';
import { toFindingJson } from '../../model/findingJson.ts';
import type { Finding } from '../../model/finding.ts';
import { formatTime } from '../../model/time.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import type { Notice } from '../../store/notifications/notice.ts';
import { findingUrl, type RenderContext } from '../../model/text/format.ts';
import { pagerDutyEvent } from '../pagerduty/pagerDutyEvent.ts';
import { headline } from '../../notify/content/findingContent.ts';
import { noticeText, statusOf } from '../text/noticeText.ts';
import { fillTemplate, type TemplateValues } from './template.ts';

/** What webhooks send, by the `format` of their configuration. */
export type WebhookFormat =
  | { readonly kind: 'burnwatch' }
  | { readonly kind: 'pagerduty'; readonly routingKey: string }
  | { readonly kind: 'template'; readonly template: string };

/** The body of a webhook, as JSON text. Null for what this format has no word for. */
export function webhookBody(
  delivery: Delivery,
  format: WebhookFormat,
  context: RenderContext,
): string | null {
  const { notice } = delivery;
  if (notice.kind === 'events' || notice.kind === 'alerts') return null;
  switch (format.kind) {
    case 'burnwatch':
      return JSON.stringify(ownBody(delivery, notice));
    case 'template':
      return fillTemplate(format.template, templateValues(delivery, context));
    case 'pagerduty':
      break;
  }
  return JSON.stringify(pagerDutyEvent(delivery, notice, format.routingKey, context));
}

function ownBody(
  { id, conversation, createdAt }: Delivery,
  notice: Exclude<Notice, { kind: 'events' | 'alerts' }>,
): unknown {
  const base = { version: 1, id, conversation, createdAt: formatTime(createdAt) };
  const text = noticeText(notice);
  if (notice.kind === 'digest')
    return { ...base, status: 'digest', text, digest: digestJson(notice.digest) };
  if (notice.kind !== 'findings') return { ...base, status: 'note', text };
  return {
    ...base,
    status: statusOf(notice),
    text,
    audience: notice.audience,
    changes: notice.changes,
    total: notice.total,
    findings: notice.findings.map(toFindingJson),
  };
}

/** Every placeholder that a template may use. */
export function templateValues(delivery: Delivery, context: RenderContext): TemplateValues {
  const { id, conversation, notice, createdAt } = delivery;
  const isFindings = notice.kind === 'findings';
  const first: Finding | undefined = isFindings ? notice.findings[0] : undefined;
  return {
    id,
    conversation,
    text: noticeText(notice),
    status: isFindings ? statusOf(notice) : 'note',
    reason: isFindings ? (notice.changes[0]?.reason ?? 'update') : 'note',
    createdAt: formatTime(createdAt),
    total: isFindings ? notice.total : 0,
    title: first === undefined ? noticeText(notice) : headline(first),
    summary: first?.summary ?? '',
    severity: first?.severity ?? 'info',
    kind: first?.kind ?? '',
    rule: first?.rule ?? '',
    score: first?.score ?? null,
    cluster: first?.cluster ?? '',
    namespace: first?.scope.namespace ?? '',
    workload: first?.scope.workload?.name ?? '',
    container: first?.scope.container ?? '',
    owner: first?.owner ?? '',
    findingId: first?.id ?? '',
    startedAt: first === undefined ? '' : formatTime(first.startedAt),
    url: (first === undefined ? null : findingUrl(first, context)) ?? '',
  };
}
