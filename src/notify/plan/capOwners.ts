import type { Delivery } from '../../store/notifications/delivery.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import type { NotifiedRecord } from '../../store/notifications/deliveryStore.ts';
import { deliveryId } from './deliveryId.ts';
import type { ReceiverNews } from './conversations.ts';

/** One plan interrupts at most this many owners; with the conversations per receiver it bounds a storm. */
const MAX_OWNERS = 8;

/** The owners that get their messages now, and a note to the platform about the others. */
export interface Capped {
  readonly notified: readonly ReceiverNews[];
  readonly notes: readonly Delivery[];
  /** The others count as notified: their news comes with the digest, not as a wave of late messages. */
  readonly records: readonly Omit<NotifiedRecord, 'at'>[];
}

/** In a storm (a broken node pool, a bad release) only the first owners get messages of their own. */
export function capOwners(notified: readonly ReceiverNews[], platform: Receiver): Capped {
  const isFreshOwner = ({ audience, news }: ReceiverNews) =>
    audience === 'owner' && news.some(({ record }) => record === null);
  const owners = notified.filter(isFreshOwner);
  if (owners.length <= MAX_OWNERS) return { notified, notes: [], records: [] };
  const left = new Set(owners.slice(MAX_OWNERS));
  const findings = [...left].flatMap(({ news }) => news);
  const note: Delivery = {
    id: deliveryId(
      platform,
      'storm-note',
      [...left].flatMap(({ news }) => news),
    ),
    receiver: platform,
    conversation: `note/storm/${findings[0]?.finding.id ?? ''}`,
    priority: 0,
    createdAt: 0,
    notice: {
      kind: 'note',
      audience: 'platform',
      title: `${left.size} owners were not notified separately`,
      lines: [
        `${owners.length} owners had new findings at the same moment, which usually has one cause. The first ${MAX_OWNERS} were notified; ${findings.length} findings of ${left.size} more are in the list of findings and in the next digest.`,
      ],
    },
  };
  const records = [...left].flatMap(({ receiver, news }) =>
    news.map(({ finding, reason, record }) => ({
      receiver,
      findingId: finding.id,
      conversation: record?.conversation ?? `finding/${finding.id}`,
      state: finding.state,
      severity: finding.severity,
      reason,
    })),
  );
  return { notified: notified.filter((entry) => !left.has(entry)), notes: [note], records };
}
