import { digestJson } from '../../digest/text/digestJson.ts';
import { toFindingJson } from '../../model/findingJson.ts';
import { findingUrl, type RenderContext } from '../../model/text/format.ts';
import { formatTime } from '../../model/time.ts';
import type { MessageContent } from '../../notify/content/content.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import { headline } from '../../notify/content/findingContent.ts';
import { noticeContent } from '../noticeContent.ts';
import { pagerDutyEvent } from '../pagerduty/pagerDutyEvent.ts';
import { fillTemplate, type TemplateValues } from './template.ts';

/** What webhooks send, by the `format` of their configuration. */
export type WebhookFormat =
  | { readonly kind: 'burnwatch' }
  | { readonly kind: 'pagerduty'; readonly routingKey: string }
  | { readonly kind: 'template'; readonly template: string };

/**
 * The body of a webhook, as JSON text.
 *
 * @throws ChannelError for a notice that this format cannot express.
 */
export function webhookBody(
  delivery: Delivery,
  format: WebhookFormat,
  context: RenderContext,
): string {
  const content = noticeContent(delivery.notice, context, 'a webhook');
  const url = (content.finding === null ? null : findingUrl(content.finding, context)) ?? '';
  switch (format.kind) {
    case 'burnwatch':
      return JSON.stringify(ownBody(delivery, content));
    case 'template':
      return fillTemplate(format.template, templateValues(delivery, content, url));
    case 'pagerduty':
      break;
  }
  return JSON.stringify(pagerDutyEvent(delivery, content, format.routingKey, url));
}

function ownBody(
  { id, conversation, createdAt, notice }: Delivery,
  { line, status }: MessageContent,
): unknown {
  const base = { version: 1, id, conversation, createdAt: formatTime(createdAt) };
  if (notice.kind === 'digest')
    return { ...base, status, text: line, digest: digestJson(notice.digest) };
  // An owner's digest has no JSON form: it is a note.
  if (notice.kind !== 'findings') return { ...base, status: 'note', text: line };
  return {
    ...base,
    status,
    text: line,
    audience: notice.audience,
    changes: notice.changes,
    total: notice.total,
    findings: notice.findings.map(toFindingJson),
  };
}

/** Every placeholder that a template may use. */
export function templateValues(
  { id, conversation, notice, createdAt }: Delivery,
  { line, status, finding }: MessageContent,
  url: string,
): TemplateValues {
  const { total, changes } = notice.kind === 'findings' ? notice : { total: 0, changes: [] };
  return {
    id,
    conversation,
    text: line,
    status: status === 'digest' ? 'note' : status,
    reason: changes[0]?.reason ?? (notice.kind === 'findings' ? 'update' : 'note'),
    createdAt: formatTime(createdAt),
    total,
    title: finding === null ? line : headline(finding),
    summary: finding?.summary ?? '',
    severity: finding?.severity ?? 'info',
    kind: finding?.kind ?? '',
    rule: finding?.rule ?? '',
    score: finding?.score ?? null,
    cluster: finding?.cluster ?? '',
    namespace: finding?.scope.namespace ?? '',
    workload: finding?.scope.workload?.name ?? '',
    container: finding?.scope.container ?? '',
    owner: finding?.owner ?? '',
    findingId: finding?.id ?? '',
    startedAt: finding === null ? '' : formatTime(finding.startedAt),
    url,
  };
}
