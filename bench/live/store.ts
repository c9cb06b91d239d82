import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createBlocks } from '../../demo/blocks.ts';
import { startPrometheus } from '../../demo/prometheusServer.ts';
import type { SampleSource } from '../../demo/samples.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { plainCluster } from '../../test/support/plainCluster.ts';
import { startVictoriaMetrics } from '../../test/support/victoriaMetrics.ts';
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
  await buildOnce(dataDir, (unfinished) =>
    createBlocks({ source: clusterOf(size), ...spanOf(size), dataDir: unfinished }),
  );
}

/** A store that runs. */
export interface RunningStore {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a Prometheus on a cluster's live windows. */
export async function startFilledPrometheus(
  size: StoreSize,
  dataDir: string,
): Promise<RunningStore> {
  await buildStore(size, dataDir);
  return startPrometheus({ dataDir });
}

/** Starts a VictoriaMetrics on them, with the limits that it has by itself. */
export async function startFilledVictoriaMetrics(
  size: StoreSize,
  dataDir: string,
): Promise<RunningStore> {
  await buildOnce(dataDir, async (unfinished) => {
    const store = await startVictoriaMetrics([], unfinished);
    try {
      await store.loadLines(importLines(size));
    } finally {
      await store.stop();
    }
  });
  return startVictoriaMetrics([], dataDir);
}

async function buildOnce(
  dataDir: string,
  build: (unfinished: string) => Promise<void>,
): Promise<void> {
  if (existsSync(dataDir)) return;
  const unfinished = `${dataDir}.part`;
  await rm(unfinished, { recursive: true, force: true });
  await build(unfinished);
  await rename(unfinished, dataDir);
}

function spanOf({ beforeMs, windows }: StoreSize): {
  readonly start: number;
  readonly end: number;
} {
  return {
    start: FIRST_WINDOW - beforeMs,
    end: FIRST_WINDOW + windows * WINDOW_MS + AFTER_MS,
  };
}

/** Characters that are imported at once. */
const PIECE_CHARS = 8_000_000;

/** The samples as VictoriaMetrics imports them, a line a series. */
function* importLines(size: StoreSize): Iterable<string> {
  const { start, end } = spanOf(size);
  let piece = '';
  for (const { name, series } of clusterOf(size).families(start, end)) {
    for (const { labels, times, values } of series) {
      const metric = { __name__: name, ...labels };
      const columns = { values: Array.from(values), timestamps: Array.from(times) };
      piece += `${JSON.stringify({ metric, ...columns })}\n`;
      if (piece.length < PIECE_CHARS) continue;
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}
