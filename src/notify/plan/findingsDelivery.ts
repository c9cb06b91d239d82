import { mostUrgentFirst, SEVERITY_RANK } from '../../detect/findings/severity.ts';
import type { TimeMs } from '../../model/time.ts';
import { personName } from '../../model/text/format.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import { receiverKey } from '../../store/notifications/receiver.ts';
import {
  MAX_LISTED,
  type NoticeChange,
  type NoticeReason,
} from '../../store/notifications/notice.ts';
import type { PlanningView } from '../../store/notifications/deliveryStore.ts';
import type { News, ReceiverNews } from './conversations.ts';
import { deliveryId } from './deliveryId.ts';
import { formatDuration } from '../../model/text/units.ts';

/** The delivery of one conversation: what changed, and every finding in it as it stands. */
export function findingsDelivery(
  { receiver, audience }: ReceiverNews,
  conversation: string,
  news: readonly News[],
  view: PlanningView,
  now: TimeMs,
): Delivery {
  const members = membersOf(receiverKey(receiver), conversation, news, view);
  const worst = Math.max(...news.map(({ finding }) => SEVERITY_RANK[finding.severity]));
  const insteadOf = [...new Set(news.flatMap((item) => item.insteadOf ?? []))].join(', ');
  const announces = news.some(({ reason }) => reason === 'already-open');
  return {
    id: deliveryId(receiver, conversation, news),
    receiver,
    conversation,
    priority: audience === 'pager' ? 30 : audience === 'security' ? 20 + worst : worst,
    createdAt: now,
    notice: {
      kind: 'findings',
      audience,
      insteadOf: insteadOf === '' ? null : insteadOf,
      changes: news.slice(0, MAX_LISTED).map(toChange),
      findings: members.slice(0, MAX_LISTED),
      total: members.length,
      at: now,
      dataUntil: view.watermark,
      since: announces ? Math.min(...news.map(({ finding }) => finding.firstSeen)) : null,
      note: null,
    },
  };
}

function membersOf(
  receiver: string,
  conversation: string,
  news: readonly News[],
  view: PlanningView,
): readonly PlanningView['findings'][number][] {
  const ids = new Set(news.map(({ finding }) => finding.id));
  for (const record of view.records) {
    if (record.conversation === conversation && receiverKey(record.receiver) === receiver) {
      ids.add(record.findingId);
    }
  }
  return view.findings
    .filter(({ id }) => ids.has(id))
    .sort((a, b) => mostUrgentFirst(a, b) || (a.id < b.id ? -1 : 1));
}

function toChange({ finding, reason, events, record }: News): NoticeChange {
  const last = events.at(-1)?.event.reason ?? decisionText(finding);
  return {
    findingId: finding.id,
    reason,
    text: last ?? SENTENCES[reason](finding.lastSeen, record),
  };
}

/** A decision that no window has merged yet has no event of its own. */
function decisionText({ decision }: News['finding']): string | undefined {
  if (decision === null) return undefined;
  return `${personName(decision.by)}: ${decision.reason ?? 'no reason given'}`;
}

/** The text of a change without an event of its own. */
const SENTENCES: Readonly<
  Record<NoticeReason, (lastSeen: TimeMs, record: News['record']) => string>
> = {
  new: () => 'Detected for the first time',
  'already-open': () => 'Already open when Burnwatch could first notify you (sent once)',
  worse: (_, record) => `It was ${record?.severity ?? 'milder'} before`,
  better: (_, record) => `It was ${record?.severity ?? 'more severe'} before`,
  reopened: () => 'It fires again',
  'review-due': () => 'Its acceptance is due for review',
  acknowledged: () => 'An operator acknowledged it',
  accepted: () => 'It was accepted',
  reminder: (lastSeen, record) =>
    `Still open, not acknowledged for ${formatDuration(lastSeen - (record?.at ?? lastSeen))}`,
  resolved: () => 'It is no longer detected',
  missed: () => 'It opened and was resolved while no message could be sent',
};
