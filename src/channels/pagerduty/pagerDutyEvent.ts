import { toFindingJson } from '../../model/findingJson.ts';
import { findingUrl, formatScope, type RenderContext } from '../../model/text/format.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import type { Notice } from '../../store/notifications/notice.ts';
import { noticeText, statusOf } from '../text/noticeText.ts';

/** A delivery as an event of PagerDuty's Events API v2 (https://developer.pagerduty.com/docs/send-alert-event). */
export function pagerDutyEvent(
  { id, conversation }: Delivery,
  notice: Exclude<Notice, { kind: 'events' | 'alerts' }>,
  routingKey: string,
  context: RenderContext,
): unknown {
  const first = notice.kind === 'findings' ? notice.findings[0] : undefined;
  const status = notice.kind === 'findings' ? statusOf(notice) : 'note';
  const url = first === undefined ? null : findingUrl(first, context);
  return {
    routing_key: routingKey,
    event_action: {
      firing: 'trigger',
      note: 'trigger',
      acknowledged: 'acknowledge',
      resolved: 'resolve',
    }[status],
    // All news of one conversation are one incident; PagerDuty takes 255 characters.
    dedup_key: conversation.slice(0, 255),
    payload: {
      summary: noticeText(notice).slice(0, 1_024),
      source: first === undefined ? 'burnwatch' : `${first.cluster}/${formatScope(first)}`,
      severity: first?.severity ?? 'warning',
      component: first === undefined ? 'burnwatch' : formatScope(first),
      class: first?.kind ?? 'burnwatch',
      custom_details: {
        delivery: id,
        ...(first === undefined ? {} : { finding: toFindingJson(first) }),
      },
    },
    ...(url === null ? {} : { links: [{ href: url, text: 'Open in Burnwatch' }] }),
  };
}
