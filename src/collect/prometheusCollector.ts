import type { CollectConfig } from './config.ts';
import type { ExpectedSamples, Snapshot } from '../model/snapshot.ts';
import type { TimeMs, Window } from '../model/time.ts';
import { assemble } from './assemble/assemble.ts';
import { NO_WORK, type Collector } from './collector.ts';
import { mentionedLabels } from './mentionedLabels.ts';
import { nameRestorer } from './labels.ts';
import { createPrometheusClient } from './prometheus/client.ts';
import type { ClientDeps } from './prometheus/client.ts';
import { fetchBatch } from './prometheus/fetchBatch.ts';
import type { Batch, BorneParts } from './prometheus/batch.ts';
import { LabelSets } from './prometheus/labelSets.ts';
import type { RawSeries } from './prometheus/rawSamples.ts';
import { gridOf } from './prometheus/grid.ts';
import { diagnose } from './trust/diagnose.ts';
import { fetchSources } from './trust/fetchSources.ts';
import { trustedContext } from './trust/trustedContext.ts';
import { configuredSources, learnSources, type SourceDecision } from './trust/sources.ts';
import { fetchUnits } from './prometheus/fetchUnits.ts';
import { findOldestData, hasDataAfter } from './prometheus/searchData.ts';

/** Points of the largest answer that one request is meant to bring: some 15 MB of JSON. */
const POINTS_PER_ANSWER = 500_000;
/** Container rows that one batch of snapshots is meant to hold. */
const ROWS_PER_BATCH = 200_000;
/** Series of the largest metric, assumed until the first answer tells. */
const FIRST_GUESS = 5_000;
/** Raw samples that are asked for at once, for each point of other answers: fewer requests are cheaper for the store. */
const SAMPLES_A_POINT = 3;

/** Observes windows through Prometheus alone: what existed, for how long, what it asked for and used. */
export async function createPrometheusCollector(
  config: CollectConfig,
  deps: ClientDeps,
): Promise<Collector> {
  const labels = new LabelSets();
  const work = { ...NO_WORK };
  const client = await createPrometheusClient(config.prometheus, deps, { labels, work });
  const context = trustedContext(config, []);
  const settings = {
    cluster: config.cluster,
    restoreName: nameRestorer(mentionedLabels(config)),
    devices: config.pricing.devices ?? {},
  };
  const borne: BorneParts = new Map();
  let largest = FIRST_GUESS;
  let oldest: { readonly data: TimeMs; readonly at: TimeMs } | null = null;
  const fitting = (points: number): number => Math.max(1, Math.floor(points / largest));

  async function collectPart(
    windows: readonly Window[],
    expected: ExpectedSamples,
    signal: AbortSignal,
  ): Promise<readonly Snapshot[]> {
    const { concurrency, trust } = config.prometheus;
    labels.nextRound();
    const asking = { client, context, grid: gridOf(windows), signal, borne };
    const decisions = await fetchSources(asking, configuredSources(expected, trust.jobs));
    const snapshots: Snapshot[] = [];
    let known = expected;
    for (const [from, to] of runsOfEqual(decisions)) {
      const run = windows.slice(from, to);
      const believed = trustedContext(config, decisions[from] ?? []);
      const grid = gridOf(run);
      const now = deps.now();
      const batch = await fetchBatch(client, believed, grid, concurrency, signal, now, borne);
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
      if (oldest !== null && Math.abs(at - oldest.at) < maxAgeMs) return oldest.data;
      const data = await findOldestData({ client, context, signal, borne }, at);
      oldest = data === null ? null : { data, at };
      return data;
    },
    hasDataAfter: (time, until, signal) =>
      hasDataAfter({ client, context, signal, borne }, time, Math.max(until, deps.now())),
    takeWork() {
      const taken = { ...work, splitMetrics: borne.size };
      Object.assign(work, NO_WORK);
      return taken;
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
