import type { DaemonSettings } from './compose.ts';
import { policyOf } from '../channels/channels.ts';
import { readCluster } from '../detect/keptCluster.ts';
import { NoDataError } from '../digest/read/readDigest.ts';
import { mergeWithOthers, readOtherDigests } from '../digest/merge/readFleetDigests.ts';
import { sendDigest } from '../digest/sendDigest.ts';
import { speakerOf, withOtherHistories } from '../cost/fleet.ts';
import type { Digest } from '../store/digests/digest.ts';
import type { Week } from '../store/digests/week.ts';
import { openDigestStore, openHistoryReader } from '../engines/openHistory.ts';
import type { TimeMs } from '../model/time.ts';

export interface DigestAsk {
  readonly week: Week;
  readonly dueAt: TimeMs;
  /** Wall clock. */
  readonly now: TimeMs;
  readonly installedAt: TimeMs;
  /** Whether there is time to wait for the digests of other clusters. */
  readonly mayWait: boolean;
}

/**
 * `kept`: it goes out with those of other clusters; `waits`: for these; `already`: another process sent it; `no-data`: the
 * history holds nothing of the week.
 */
export interface DigestAnswer {
  readonly outcome: 'sent' | 'kept' | 'waits' | 'already' | 'no-data';
  readonly reason: string;
}

/**
 * Makes the digest of a week and leaves its messages to the deliveries. Of several clusters each keeps its own, and the
 * first one sends one digest of all.
 */
export async function makeDigest(
  { config, thresholds }: Pick<DaemonSettings, 'config' | 'thresholds'>,
  ask: DigestAsk,
): Promise<DigestAnswer> {
  const { path } = config.history;
  const reader = await openHistoryReader(path);
  try {
    const store = await openDigestStore(path);
    try {
      const isSpeaker = speakerOf(config) === config.cluster;
      const others = isSpeaker
        ? await readOtherDigests(config, ask.week, openHistoryReader)
        : { digests: [], missing: [] };
      if (ask.mayWait && others.missing.length > 0)
        return { outcome: 'waits', reason: others.missing.join(', ') };
      const options = {
        config,
        policy: policyOf(config),
        thresholds,
        ...ask,
        present: await readCluster(reader),
        again: false,
        sentAs: (own: Digest) => (isSpeaker ? mergeWithOthers(own, others, config) : null),
      };
      const sent = await withOtherHistories(config, openHistoryReader, (histories) =>
        sendDigest(reader, store, { ...options, others: histories }),
      );
      const outcome = isSpeaker ? 'sent' : 'kept';
      return { outcome: sent === null ? 'already' : outcome, reason: '' };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof NoDataError) return { outcome: 'no-data', reason: error.message };
    throw error;
  } finally {
    await reader.close();
  }
}
