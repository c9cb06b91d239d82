import type { CollectConfig } from './config.ts';
import type { ExpectedSamples, Snapshot } from '../model/snapshot.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';
import type { TimeMs, Window } from '../model/time.ts';
import { assemble } from './assemble/assemble.ts';
import type { Collector } from './collector.ts';
import { mentionedLabels } from './mentionedLabels.ts';
import { nameRestorer } from './labels.ts';
import { createPrometheusClient } from './prometheus/client.ts';
import type { ClientDeps, PrometheusClient } from './prometheus/client.ts';
import { fetchBatch } from './prometheus/fetchBatch.ts';
import type { Batch } from './prometheus/batch.ts';
import { isTooMuch } from './prometheus/failures.ts';
import type { RawSeries } from './prometheus/rawSamples.ts';
import { gridOf } from './prometheus/grid.ts';
import { diagnose } from './trust/diagnose.ts';
import { fetchSources } from './trust/fetchSources.ts';
import { trustedContext } from './trust/trustedContext.ts';
import { configuredSources, learnSources, type SourceDecision } from './trust/sources.ts';
import { fetchUnits } from './prometheus/fetchUnits.ts';
import type { QueryContext } from './prometheus/queries.ts';

/** Points of the largest answer that one request is meant to bring: some 15 MB of JSON. */
const POINTS_PER_ANSWER = 500_000;
/** Container rows that one batch of snapshots is meant to hold. */
const ROWS_PER_BATCH = 200_000;
/** Series of the largest metric, assumed until the first answer tells. */
const FIRST_GUESS = 5_000;
/** Raw samples that are asked for at once, for each point of other answers: fewer requests are cheaper for the store. */
const SAMPLES_A_POINT = 3;
/** How far back an instant sees in Prometheus and its like. */
const LOOKBACK_MS = 5 * MINUTE_MS;
/** No store keeps raw samples longer than anybody could want to backfill. */
const LONGEST_RETENTION_MS = 400 * DAY_MS;

/** Observes windows through Prometheus alone: what existed, for how long, what it asked for and used. */
export async function createPrometheusCollector(
  config: CollectConfig,
  deps: ClientDeps,
): Promise<Collector> {
  const client = await createPrometheusClient(config.prometheus, deps);
  const context = trustedContext(config, []);
  const settings = {
    cluster: config.cluster,
    restoreName: nameRestorer(mentionedLabels(config)),
    devices: config.pricing.devices ?? {},
  };
  let largest = FIRST_GUESS;
  let oldest: { readonly data: TimeMs; readonly at: TimeMs } | null = null;
  const fitting = (points: number): number => Math.max(1, Math.floor(points / largest));

  async function collectPart(
    windows: readonly Window[],
    expected: ExpectedSamples,
    signal: AbortSignal,
  ): Promise<readonly Snapshot[]> {
    const { concurrency, trust } = config.prometheus;
    const asking = { client, context, grid: gridOf(windows), signal };
    const decisions = await fetchSources(asking, configuredSources(expected, trust.jobs));
    const snapshots: Snapshot[] = [];
    let known = expected;
    for (const [from, to] of runsOfEqual(decisions)) {
      const run = windows.slice(from, to);
      const believed = trustedContext(config, decisions[from] ?? []);
      const grid = gridOf(run);
      const batch = await fetchBatch(client, believed, grid, concurrency, signal, deps.now());
      largest = largestAnswer(batch);
      const assembled = assemble(batch, run, known, settings);
      const seen = await diagnose({ ...asking, context: believed, grid }, assembled);
      const units =
        config.unitCosts.length === 0
          ? []
          : await fetchUnits(client, config.unitCosts, grid, signal);
      seen.forEach((snapshot, index) => {
        const decided = decisions[from + index] ?? [];
        known = { ...snapshot.expectedSamples, ...learnSources(known, decided) };
        const problems = [...snapshot.problems, ...decided.flatMap((one) => one.problems)];
        const own = units[index];
        const measured = own === undefined ? {} : { units: own };
        snapshots.push({ ...snapshot, ...measured, problems, expectedSamples: known });
      });
    }
    return snapshots;
  }

  return {
    async collect(windows, expected, signal) {
      const snapshots: Snapshot[] = [];
      let known = expected;
      while (snapshots.length < windows.length) {
        // The first window of a history settles whom to believe in all others.
        const isUnsettled = snapshots.length === 0 && known.sources === undefined;
        const size = isUnsettled ? 1 : fitting(POINTS_PER_ANSWER);
        const part = windows.slice(snapshots.length, snapshots.length + size);
        snapshots.push(...(await collectPart(part, known, signal)));
        known = snapshots.at(-1)?.expectedSamples ?? known;
      }
      return snapshots;
    },
    batchSize: () => fitting(ROWS_PER_BATCH),
    async oldestData(signal, maxAgeMs = 0) {
      const at = deps.now();
      if (oldest !== null && at - oldest.at < maxAgeMs) return oldest.data;
      const data = await oldestData(client, context, at, signal);
      oldest = data === null ? null : { data, at };
      return data;
    },
    async close() {
      client.close();
    },
  };
}

/** The stretches of windows in which the same jobs are believed, as `[from, to)`. */
function runsOfEqual(decisions: readonly (readonly SourceDecision[])[]): [number, number][] {
  const keys = decisions.map((one) =>
    JSON.stringify(one.map(({ exporter, jobs }) => [exporter, jobs])),
  );
  const runs: [number, number][] = [];
  keys.forEach((key, index) => {
    const run = runs.at(-1);
    if (run !== undefined && keys[run[0]] === key) run[1] = index + 1;
    else runs.push([index, index + 1]);
  });
  return runs;
}

/** Points a window of the largest answer; a raw sample is about as large as a point. */
function largestAnswer(batch: Batch): number {
  const windows = batch.grid.points - 1;
  const samples = (series: readonly RawSeries[]): number =>
    series.reduce((sum, { times }) => sum + times.length, 0) / windows;
  return Math.max(
    100,
    ...Object.values(batch.answers).map((answer) => answer.series.length),
    ...Object.values(batch.raw).map(({ series }) => samples(series) / SAMPLES_A_POINT),
  );
}

/**
 * Looks for the oldest sample: a day at a time, then five minutes, then a second. A step looks at one instant, so
 * that the store reads little. Data of less than a day may lie between two of the days' instants: where those show
 * nothing, it is looked for an hour at a time, and data of less than an hour in the ranges between the hours.
 */
async function oldestData(
  client: PrometheusClient,
  context: QueryContext,
  now: TimeMs,
  signal: AbortSignal,
): Promise<TimeMs | null> {
  const selectors = [
    context.select('kube_node_info'),
    context.select('container_cpu_usage_seconds_total', {
      name: 'container',
      op: '!=',
      value: '',
    }),
  ];
  const anyOf = (ofSelector: (selector: string) => string): string =>
    selectors.map((selector) => `count(${ofSelector(selector)})`).join(' or ');
  const atInstants = anyOf((selector) => selector);
  const inTheHourBefore = anyOf((selector) => `present_over_time(${selector}[1h])`);
  const firstHit = async (
    from: TimeMs,
    to: TimeMs,
    step: number,
    promql = atInstants,
  ): Promise<TimeMs | null> => {
    const points = Math.floor((to - from) / step) + 1;
    const grid = { startSeconds: from / 1000, stepSeconds: step / 1000, points };
    try {
      const { series } = await client.range(promql, { grid, from: 0, to: points - 1 }, signal);
      const hits = series
        .map(({ values }) => values.findIndex((value) => !Number.isNaN(value)))
        .filter((point) => point >= 0);
      return hits.length === 0 ? null : from + Math.min(...hits) * step;
    } catch (error) {
      if (!isTooMuch(error) || points === 1) throw error;
      const middle = from + Math.floor(points / 2) * step;
      return (
        (await firstHit(from, middle - step, step, promql)) ?? firstHit(middle, to, step, promql)
      );
    }
  };
  const end = floorTo(now, LOOKBACK_MS);
  let start = end - LONGEST_RETENTION_MS;
  // A store may hold more than anybody keeps for long: it is looked further back while the oldest day has data.
  for (let more = true; more;) {
    const before = start - LONGEST_RETENTION_MS;
    more = before > 0 && (await firstHit(before, start, DAY_MS)) !== null;
    if (more) start = before;
  }
  for (const [step, promql] of [
    [DAY_MS, atInstants],
    [HOUR_MS, atInstants],
    [HOUR_MS, inTheHourBefore],
  ] as const) {
    const near = await firstHit(start, end, step, promql);
    if (near === null) continue;
    const hit = (await firstHit(near - step, near, LOOKBACK_MS)) ?? near;
    // An instant sees five minutes back.
    return firstHit(hit - LOOKBACK_MS, hit, SECOND_MS);
  }
  return null;
}
