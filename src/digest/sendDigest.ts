import type { HistoryReader } from '../store/history.ts';
import type { TimeMs } from '../model/time.ts';
import type { Policy } from '../notify/plan/plan.ts';
import { digestDeliveries, type DigestReceivers } from './deliveries.ts';
import type { Digest, Late } from '../store/digests/digest.ts';
import type { DigestStore } from '../store/digests/digestStore.ts';
import { missedWeeks } from './due.ts';
import { readDigest, type DigestRequest } from './read/readDigest.ts';

export interface SendOptions extends Omit<DigestRequest, 'late' | 'reach'> {
  readonly policy: Policy;
  /** When it was due; null for one that a person asked for. */
  readonly dueAt: TimeMs | null;
  /** Also when the week's digest was sent already. */
  readonly again: boolean;
  /** What of a digest is sent: itself where left out, nothing where null. */
  readonly sentAs?: (own: Digest) => Digest | null;
  /** First plan ever, for the preview; null before it. */
  readonly installedAt: TimeMs | null;
}

/** A digest that comes later than this says so. */
const LATE_MS = 3_600_000;

/**
 * Makes a week's digest and hands it to the deliveries, once: the row and the messages are one transaction.
 * Returns null when the week has its digest already, from any process.
 *
 * @throws NoDataError when the history holds nothing of the week.
 */
export async function sendDigest(
  reader: HistoryReader,
  store: DigestStore,
  options: SendOptions,
): Promise<Digest | null> {
  const { policy, week, now, again, sentAs = (own) => own } = options;
  if (!again && (await wasSent(reader, week.start))) return null;
  const late = await lateness(reader, options);
  const digest = await readDigest(reader, { ...options, late, reach: policy.reach });
  const receivers = digestReceivers(policy, options.installedAt, now);
  const sent = sentAs(digest);
  const deliveriesOf = (sends: number) =>
    sent === null ? [] : digestDeliveries(sent, receivers, sends, now);
  return (await store.record(digest, deliveriesOf, { again, at: now })) ? digest : null;
}

function digestReceivers(
  { destinations, previewMs }: Policy,
  installedAt: TimeMs | null,
  now: TimeMs,
): DigestReceivers {
  const others = destinations.others.filter(({ digests }) => digests);
  const previewUntil = (installedAt ?? now) + previewMs;
  return {
    platform: [destinations.platform, ...others.map(({ receiver }) => receiver)],
    previewUntil: previewUntil > now ? previewUntil : null,
  };
}

/** True when the week that starts at `start` has its digest. */
async function wasSent(reader: Pick<HistoryReader, 'digests'>, start: TimeMs): Promise<boolean> {
  return (await reader.digests()).some((entry) => entry.start === start);
}

async function lateness(
  reader: HistoryReader,
  { dueAt, now, week, config }: SendOptions,
): Promise<Late | null> {
  if (dueAt === null || now - dueAt <= LATE_MS) return null;
  const last = (await reader.digests()).find(({ start }) => start < week.start);
  const missed = missedWeeks(last?.start ?? null, week, config.schedule.timezone);
  return { dueAt, missed };
}
