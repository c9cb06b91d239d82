import type { Config } from '../config/schema.ts';
import type { ExpectedSamples, Snapshot } from '../model/snapshot.ts';
import { DAY_MS, floorTo, MINUTE_MS } from '../model/time.ts';
import type { TimeMs, Window } from '../model/time.ts';
import { assemble } from './assemble/assemble.ts';
import type { Collector } from './collector.ts';
import { mentionedLabels } from './mentionedLabels.ts';
import { nameRestorer } from './labels.ts';
import { createPrometheusClient } from './prometheus/client.ts';
import type { ClientDeps, PrometheusClient } from './prometheus/client.ts';
import { fetchBatch } from './prometheus/fetchBatch.ts';
import type { Batch } from './prometheus/fetchBatch.ts';
import { gridOf } from './prometheus/grid.ts';
import { parseMatchers } from './prometheus/matchers.ts';
import { queryContext } from './prometheus/queries.ts';
import type { QueryContext } from './prometheus/queries.ts';

/** Points of the largest answer that one request is meant to bring: some 15 MB of JSON. */
const POINTS_PER_ANSWER = 500_000;
/** Container rows that one batch of snapshots is meant to hold. */
const ROWS_PER_BATCH = 200_000;
/** Series of the largest metric, assumed until the first answer tells. */
const FIRST_GUESS = 5_000;
/** No store keeps raw samples longer than anybody could want to backfill. */
const LONGEST_RETENTION_MS = 400 * DAY_MS;

/** Observes windows through Prometheus alone: what existed, for how long, what it asked for and used. */
export async function createPrometheusCollector(
  config: Config,
  deps: ClientDeps,
): Promise<Collector> {
  const client = await createPrometheusClient(config.prometheus, deps);
  const context = contextOf(config);
  const settings = {
    cluster: config.cluster,
    restoreName: nameRestorer(mentionedLabels(config)),
  };
  let largest = FIRST_GUESS;
  const fitting = (points: number): number => Math.max(1, Math.floor(points / largest));

  async function collectPart(
    windows: readonly Window[],
    expected: ExpectedSamples,
    signal: AbortSignal,
  ): Promise<readonly Snapshot[]> {
    const { concurrency } = config.prometheus;
    const batch = await fetchBatch(client, context, gridOf(windows), concurrency, signal);
    largest = largestAnswer(batch);
    return assemble(batch, windows, expected, settings);
  }

  return {
    async collect(windows, expected, signal) {
      const snapshots: Snapshot[] = [];
      let known = expected;
      while (snapshots.length < windows.length) {
        const size = fitting(POINTS_PER_ANSWER);
        const part = windows.slice(snapshots.length, snapshots.length + size);
        snapshots.push(...(await collectPart(part, known, signal)));
        known = snapshots.at(-1)?.expectedSamples ?? known;
      }
      return snapshots;
    },
    batchSize: () => fitting(ROWS_PER_BATCH),
    oldestData: (signal) => oldestData(client, context, deps.now(), signal),
    async close() {
      client.close();
    },
  };
}

/**
 * How queries are written under a configuration. The ranges are a millisecond short of a window, since
 * Prometheus 2 counts a sample on the range's left edge and Prometheus 3 does not: this way a sample on
 * a grid line belongs to exactly one window, with either.
 *
 * @throws Error when `prometheus.matchers` does not parse.
 */
export function contextOf(config: Config): QueryContext {
  const { window } = config.schedule;
  const rate = config.prometheus.rateRange ?? window;
  const matchers = parseMatchers(config.prometheus.matchers);
  return queryContext(window - 1, rate - 1, matchers);
}

function largestAnswer(batch: Batch): number {
  return Math.max(100, ...Object.values(batch.answers).map((answer) => answer.series.length));
}

/**
 * Looks for the oldest sample of a metric that has few series: first a day at a time, then five minutes
 * at a time. Each step looks at one instant only, so that the store reads little.
 */
async function oldestData(
  client: PrometheusClient,
  context: QueryContext,
  now: TimeMs,
  signal: AbortSignal,
): Promise<TimeMs | null> {
  const promql = `count(${context.select('kube_node_info')}) or count(${context.select('container_cpu_usage_seconds_total', { name: 'container', op: '!=', value: '' })})`;
  const firstHit = async (start: TimeMs, step: number, points: number): Promise<TimeMs | null> => {
    const grid = { startSeconds: start / 1000, stepSeconds: step / 1000, points };
    const { series } = await client.range(promql, { grid, from: 0, to: points - 1 }, signal);
    const hits = series
      .map(({ values }) => values.findIndex((value) => !Number.isNaN(value)))
      .filter((point) => point >= 0);
    return hits.length === 0 ? null : start + Math.min(...hits) * step;
  };
  const step = 5 * MINUTE_MS;
  const end = floorTo(now, step);
  const days = Math.floor(LONGEST_RETENTION_MS / DAY_MS);
  const day = (await firstHit(end - days * DAY_MS, DAY_MS, days + 1)) ?? end;
  return firstHit(day - DAY_MS, step, DAY_MS / step + 1);
}
