import type { CollectConfig } from './config.ts';
import type { ExpectedSamples, Snapshot } from '../model/snapshot.ts';
import type { TimeMs, Window } from '../model/time.ts';
import { Assembly, type AssembleSettings, type WindowPods } from './assemble/assemble.ts';
import { NO_WORK, type Collector } from './collector.ts';
import { Helpers } from './helpers.ts';
import { mentionedLabels } from './mentionedLabels.ts';
import { nameRestorer } from './labels.ts';
import { createPrometheusClient } from './prometheus/client.ts';
import type { ClientDeps } from './prometheus/client.ts';
import { EVERY_POD, fetchBatch, noLimits, type PodsOf } from './prometheus/fetchBatch.ts';
import type { Batch } from './prometheus/batch.ts';
import { LabelSets } from './prometheus/labelSets.ts';
import type { RawSeries } from './prometheus/rawSamples.ts';
import { SilentQueries } from './prometheus/silentQueries.ts';
import { gridOf } from './prometheus/grid.ts';
import { diagnose } from './trust/diagnose.ts';
import { withTotals } from './trust/fetchTotals.ts';
import { fetchSources } from './trust/fetchSources.ts';
import { trustedContext } from './trust/trustedContext.ts';
import { configuredSources, learnSources, type SourceDecision } from './trust/sources.ts';
import { fetchUnits } from './prometheus/fetchUnits.ts';
import { findOldestData, hasDataAfter } from './prometheus/searchData.ts';
import { shareMatchers, type Share } from './share.ts';
import type { Asked, Exchange, Talk } from '../store/exchange.ts';

/** Points of the largest answer that one request is meant to bring: some 15 MB of JSON. */
const POINTS_PER_ANSWER = 500_000;
/** Container rows that one batch of snapshots is meant to hold. */
const ROWS_PER_BATCH = 200_000;
/** Series of the largest metric, assumed until the first answer tells. */
const FIRST_GUESS = 5_000;
/** Raw samples that are asked for at once, for each point of other answers: fewer requests are cheaper for the store. */
const SAMPLES_A_POINT = 3;

/** What reading metrics needs from the machine. */
export interface MetricsDeps extends ClientDeps {
  /** Milliseconds that only go on, whatever is done to the wall clock. */
  readonly steady: () => number;
}

/** What the collector that leads asks others to observe with it. */
interface SharedQuestion {
  readonly windows: readonly Window[];
  readonly expected: ExpectedSamples;
  readonly decided: readonly SourceDecision[];
  /** The clock of the process that asks. */
  readonly now: TimeMs;
  /** By place. */
  readonly shares: readonly Share[];
}

/** A collector that can also have a part in what another one observes. */
export interface SharingCollector extends Collector {
  /** Observes the namespaces that it is asked for. @throws CollectError @throws ExchangeError */
  help(asked: Asked, signal: AbortSignal): Promise<void>;
}

/**
 * Observes windows through Prometheus alone: what existed, for how long, what it asked for and used.
 *
 * @param exchange with the processes that observe namespaces for this one; null where it does so alone
 */
export async function createPrometheusCollector(
  config: CollectConfig,
  deps: MetricsDeps,
  exchange: Exchange | null = null,
): Promise<SharingCollector> {
  const labels = new LabelSets();
  const work = { ...NO_WORK };
  const client = await createPrometheusClient(config.prometheus, deps, { labels, work });
  const context = trustedContext(config, []);
  const helpers = exchange === null ? null : new Helpers(exchange, deps.now);
  const settings: AssembleSettings = {
    cluster: config.cluster,
    restoreName: nameRestorer(mentionedLabels(config)),
    devices: config.pricing.devices ?? {},
  };
  const limits = noLimits(deps.steady);
  const silent = new SilentQueries();
  let largest = FIRST_GUESS;
  let oldest: { readonly data: TimeMs; readonly at: TimeMs } | null = null;
  const fitting = (points: number): number => Math.max(1, Math.floor(points / largest));

  /** Asks for the pods of some collector in windows of which all believe the same jobs. */
  async function begin(
    { windows, decided, now }: Pick<SharedQuestion, 'windows' | 'decided' | 'now'>,
    pods: PodsOf,
    signal: AbortSignal,
  ): Promise<{ readonly assembly: Assembly; readonly largest: number }> {
    const believed = trustedContext(config, decided);
    const grid = gridOf(windows);
    const { concurrency } = config.prometheus;
    const unanswered = await silent.unanswered({ client, context, grid, signal });
    const batch = await fetchBatch(
      client,
      believed,
      grid,
      concurrency,
      signal,
      now,
      limits,
      pods,
      unanswered,
    );
    silent.learn(batch);
    const { isPodsOnly } = pods;
    const assembly = new Assembly(batch, windows, { ...settings, isPodsOnly });
    return { assembly, largest: largestAnswer(batch) };
  }

  async function observeAlone(
    question: Omit<SharedQuestion, 'shares'>,
    signal: AbortSignal,
  ): Promise<readonly Snapshot[]> {
    const begun = await begin(question, EVERY_POD, signal);
    largest = begun.largest;
    return begun.assembly.alone(question.expected);
  }

  /** The pods of one share, by what those of all shares show together. */
  async function observeShare(
    question: SharedQuestion,
    place: number,
    talk: Talk,
    signal: AbortSignal,
  ): Promise<{
    readonly assembly: Assembly;
    readonly largest: number;
    readonly pods: readonly WindowPods[];
  }> {
    const matchers = shareMatchers(question.shares[place]!);
    let times = 0;
    const agree = async (own: TimeMs) =>
      Math.max(...(await talk.share(`scrape ${(times += 1)}`, own, signal)));
    const begun = await begin(question, { matchers, isPodsOnly: place > 0, agree }, signal);
    const { assembly } = begun;
    const batch = await talk.share('batch', assembly.batchSigns(), signal);
    const windows = await talk.share('windows', assembly.windowSigns(batch), signal);
    return { ...begun, pods: assembly.pods(windows, question.expected) };
  }

  async function observeRun(
    question: Omit<SharedQuestion, 'shares'>,
    signal: AbortSignal,
  ): Promise<readonly Snapshot[]> {
    const together = await helpers?.observe(async (shares, ask) => {
      const shared: SharedQuestion = { ...question, shares };
      const talk = await ask(shared);
      const own = await observeShare(shared, 0, talk, signal);
      largest = own.largest * shares.length;
      const others = await talk.take<readonly WindowPods[]>('pods', signal);
      return own.assembly.snapshots([own.pods, ...others]);
    });
    const snapshots = together ?? (await observeAlone(question, signal));
    helpers?.learn(snapshots.at(-1)?.pods ?? []);
    return snapshots;
  }

  async function collectPart(
    windows: readonly Window[],
    expected: ExpectedSamples,
    signal: AbortSignal,
  ): Promise<readonly Snapshot[]> {
    const { trust } = config.prometheus;
    labels.nextRound();
    const asking = { client, context, grid: gridOf(windows), signal, ...limits };
    const settled = configuredSources(expected, trust.jobs);
    const decisions = await fetchSources(asking, settled, expected.sources === undefined);
    const snapshots: Snapshot[] = [];
    let known = expected;
    for (const [from, to] of runsOfEqual(decisions)) {
      const run = windows.slice(from, to);
      const decided = decisions[from] ?? [];
      const grid = gridOf(run);
      const question = { windows: run, expected: known, decided, now: deps.now() };
      const assembled = await observeRun(question, signal);
      const beside = { ...asking, context: trustedContext(config, decided), grid };
      const seen = await withTotals(beside, await diagnose(beside, assembled));
      const units =
        config.unitCosts.length === 0
          ? []
          : await fetchUnits(client, config.unitCosts, grid, signal);
      seen.forEach((snapshot, index) => {
        const now = decisions[from + index] ?? [];
        known = { ...snapshot.expectedSamples, ...learnSources(known, now) };
        const problems = [...snapshot.problems, ...now.flatMap((one) => one.problems)];
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
      const data = await findOldestData({ client, context, signal, ...limits }, at);
      oldest = data === null ? null : { data, at };
      return data;
    },
    hasDataAfter: (time, until, signal) =>
      hasDataAfter({ client, context, signal, ...limits }, time, Math.max(until, deps.now())),
    takeWork() {
      const taken = { ...work, splitMetrics: limits.borne.size, helpers: helpers?.last ?? 0 };
      Object.assign(work, NO_WORK);
      return taken;
    },
    async help({ question, place, talk }, signal) {
      labels.nextRound();
      const { pods } = await observeShare(question as SharedQuestion, place, talk, signal);
      await talk.give('pods', pods);
    },
    async close() {
      client.close();
      await exchange?.close();
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
