import type { Config } from '../../src/daemon/config/schema.ts';
import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import { readDigest } from '../../src/digest/read/readDigest.ts';
import { lastWeek } from '../../src/store/digests/week.ts';
import { openDigestStore, openHistoryReader } from '../../src/engines/openHistory.ts';
import type { TimeMs } from '../../src/model/time.ts';

/** Puts the digest of the week before `now` into the archive of a history; returns the week's name. */
export async function addDigest(config: Config, now: TimeMs): Promise<string> {
  const week = lastWeek(now, config.schedule.timezone);
  const reader = await openHistoryReader(config.history.path);
  const store = await openDigestStore(config.history.path);
  try {
    const thresholds = loadThresholds([]);
    const request = { config, thresholds, week, now, late: null, reach: null, present: null };
    const digest = await readDigest(reader, request);
    await store.record(digest, () => [], { again: false, at: now });
  } finally {
    await store.close();
    await reader.close();
  }
  return week.name;
}
