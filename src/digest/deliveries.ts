import type { TimeMs } from '../model/time.ts';
import type { Delivery } from '../store/notifications/delivery.ts';
import { receiverKey, type Receiver } from '../store/notifications/receiver.ts';
import type { DigestFrame, Notice } from '../store/notifications/notice.ts';
import { hashId } from '../notify/plan/deliveryId.ts';
import type { Digest } from '../store/digests/digest.ts';
import { formatLocalDay } from '../model/text/localTime.ts';

/** Who is sent a digest. */
export interface DigestReceivers {
  /** The platform channel, and webhooks that get digests. */
  readonly platform: readonly Receiver[];
  /** Until then owners get no messages: the platform sees what they would get. Null: no preview. */
  readonly previewUntil: TimeMs | null;
}

/** Digests wait for everything else: nothing in them is urgent. */
const PRIORITY = -10;

/**
 * The messages of a digest: one to each platform receiver, and a short one to every owner that can be reached.
 * The same digest and count of sends give the same ids.
 */
export function digestDeliveries(
  digest: Digest,
  { platform, previewUntil }: DigestReceivers,
  sends: number,
  now: TimeMs,
): readonly Delivery[] {
  const lines = previewUntil === null ? [] : previewLines(digest, previewUntil);
  const notice: Notice = {
    kind: 'digest',
    audience: 'platform',
    digest: { ...digest, ownerDigests: [] },
    lines,
  };
  const make = (receiver: Receiver, what: Notice, who: string): Delivery => ({
    id: hashId([receiverKey(receiver), digest.cluster, digest.week.start, who, sends]),
    receiver,
    conversation: `digest/${digest.week.name}/${who}`,
    priority: PRIORITY,
    notice: what,
    createdAt: now,
  });
  const deliveries = platform.map((receiver) => make(receiver, notice, 'platform'));
  if (previewUntil !== null) return deliveries;
  const frame = frameOf(digest);
  for (const owner of digest.ownerDigests) {
    const { receiver } = owner;
    if (receiver === null) continue;
    const what: Notice = {
      kind: 'owner-digest',
      audience: 'owner',
      frame,
      digest: owner,
      lines: [],
    };
    deliveries.push(make(receiver, what, `owner/${owner.owner}`));
  }
  return deliveries;
}

function previewLines({ ownerDigests, timezone }: Digest, until: TimeMs): readonly string[] {
  const reached = ownerDigests.filter(({ receiver }) => receiver !== null);
  if (reached.length === 0) return [];
  const names = reached
    .slice(0, 5)
    .map(({ owner, receiver }) => `${owner} (${receiver?.target ?? ''})`);
  const more = reached.length > names.length ? ` and ${reached.length - names.length} more` : '';
  const when = formatLocalDay(until, timezone);
  return [`Preview: after ${when} these get a digest of their own: ${names.join(', ')}${more}`];
}

function frameOf(digest: Digest): DigestFrame {
  const { cluster, currency, timezone, week, late, comparison, coverage, priceBasis } = digest;
  return { cluster, currency, timezone, week, late, comparison, coverage, priceBasis };
}
