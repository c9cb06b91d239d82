import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createBlocks } from '../../demo/blocks.ts';
import type { SampleSource } from '../../demo/samples.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { plainCluster } from '../../test/support/plainCluster.ts';
import { asScraped } from './scraped.ts';

/** Every bench of live windows has the same ones, of a fixed day: what they cost depends on no clock. */
export const WINDOW_MS = 5 * MINUTE_MS;
export const FIRST_WINDOW = Date.UTC(2026, 10, 23, 10);

/** Samples after the last window tell how it ended. */
const AFTER_MS = 10 * MINUTE_MS;

/** How large a store is. */
export interface StoreSize {
  readonly containers: number;
  /** Live windows that it holds. */
  readonly windows: number;
  /** How far samples reach back before the first of them; a counter that stands is looked at an hour back. */
  readonly beforeMs: number;
  /** Time between two scrapes. */
  readonly scrapeMs: number;
}

/** What the stores hold of a cluster: a rollout and a miner in it, all else is even. */
function clusterOf({ containers, scrapeMs }: StoreSize): SampleSource {
  return asScraped(
    plainCluster({
      containers,
      spacingMs: scrapeMs,
      bornAt: FIRST_WINDOW - 30 * DAY_MS,
      rolloutAt: FIRST_WINDOW + HOUR_MS + 2 * MINUTE_MS,
      minerFrom: FIRST_WINDOW + HOUR_MS,
    }),
  );
}

/** Writes a cluster's live windows into a data folder of Prometheus, unless a run before this one has. */
export async function buildStore(size: StoreSize, dataDir: string): Promise<void> {
  if (existsSync(dataDir)) return;
  const unfinished = `${dataDir}.part`;
  await rm(unfinished, { recursive: true, force: true });
  const start = FIRST_WINDOW - size.beforeMs;
  const end = FIRST_WINDOW + size.windows * WINDOW_MS + AFTER_MS;
  await createBlocks({ source: clusterOf(size), start, end, dataDir: unfinished });
  await rename(unfinished, dataDir);
}
