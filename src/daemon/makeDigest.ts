import type { DaemonSettings } from './compose.ts';
import { policyOf } from '../channels/channels.ts';
import { NoDataError } from '../digest/read/readDigest.ts';
import { sendDigest } from '../digest/sendDigest.ts';
import type { Week } from '../store/digests/week.ts';
import { openDigestStore, openHistoryReader } from '../engines/openHistory.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { TimeMs } from '../model/time.ts';

export interface DigestAsk {
  readonly week: Week;
  readonly dueAt: TimeMs;
  /** Wall clock. */
  readonly now: TimeMs;
  readonly installedAt: TimeMs;
}

/** `already`: another process sent it; `no-data`: the history holds nothing of the week. */
export interface DigestAnswer {
  readonly outcome: 'sent' | 'already' | 'no-data';
  readonly reason: string;
}

/** Makes the digest of a week and leaves its messages to the deliveries. */
export async function makeDigest(
  { config, thresholds }: Pick<DaemonSettings, 'config' | 'thresholds'>,
  present: () => Promise<Snapshot | null>,
  ask: DigestAsk,
): Promise<DigestAnswer> {
  const { path } = config.history;
  const reader = await openHistoryReader(path);
  try {
    const store = await openDigestStore(path);
    try {
      const snapshot = await present();
      const options = {
        config,
        policy: policyOf(config),
        thresholds,
        ...ask,
        snapshot,
        again: false,
      };
      const sent = await sendDigest(reader, store, options);
      return { outcome: sent === null ? 'already' : 'sent', reason: '' };
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
