import { toFindingJson } from '../../model/findingJson.ts';
import { formatScope } from '../../model/text/format.ts';
import type { MessageContent } from '../../notify/content/content.ts';
import { ChannelError, type Delivery } from '../../store/notifications/delivery.ts';

const ACTIONS = { firing: 'trigger', acknowledged: 'acknowledge', resolved: 'resolve' } as const;

/**
 * A delivery as an event of PagerDuty's Events API v2 (https://developer.pagerduty.com/docs/send-alert-event).
 *
 * @throws ChannelError for digests and notes: every event of PagerDuty is about an incident.
 */
export function pagerDutyEvent(
  { id, conversation }: Delivery,
  { line, status, finding }: MessageContent,
  routingKey: string,
  url: string,
): unknown {
  if (finding === null || status === 'note' || status === 'digest')
    throw new ChannelError('message', 'not-for-pagerduty', `PagerDuty cannot show a ${status}`);
  return {
    routing_key: routingKey,
    event_action: ACTIONS[status],
    // All messages of one conversation are one incident; PagerDuty takes 255 characters.
    dedup_key: conversation.slice(0, 255),
    payload: {
      summary: line.slice(0, 1_024),
      source: `${finding.cluster}/${formatScope(finding)}`,
      severity: finding.severity,
      component: formatScope(finding),
      class: finding.kind,
      custom_details: { delivery: id, finding: toFindingJson(finding) },
    },
    ...(url === '' ? {} : { links: [{ href: url, text: 'Open in Burnwatch' }] }),
  };
}
