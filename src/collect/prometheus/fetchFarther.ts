import { MINUTE_MS, SECOND_MS, type Span, type TimeMs } from '../../model/time.ts';
import { FAR_MS, NEAR_MS } from '../measure/samples.ts';
import { cgroupKey, lifeTimeKey, isTerminalPhase, podMatcher } from './fetchLifeTimes.ts';
import {
  spanOf,
  type FirstAnswers,
  type LifeTimes,
  type FurtherAsking,
  type RawBatchAnswer,
} from './batch.ts';
import { readSamples } from './fetchRaw.ts';
import { COUNTER_IDS, rawSpec } from './queries.ts';
import { joinRawSeries, type RawSeries } from './rawSamples.ts';

/** A gap is looked into in steps: most are short, and a step without samples costs the store next to nothing. */
const FIRST_STEP_MS: TimeMs = 10 * MINUTE_MS;

/**
 * The counters' samples of a batch, with those before and after it for containers that lived there and have none near
 * its edges: an exporter or Prometheus was away. Without them, what was used meanwhile would be lost. @throws CollectError
 */
export async function fetchFarther(
  asking: FurtherAsking,
  first: FirstAnswers,
  times: LifeTimes,
  { now, lastScrape }: { readonly now: TimeMs; readonly lastScrape: TimeMs },
): Promise<FirstAnswers['raw']> {
  const lives = { times, ...podLives(first, lastScrape) };
  const all = await Promise.all(
    COUNTER_IDS.map(async (id) => [id, await fartherSamples(asking, first, id, lives, now)]),
  );
  return { ...first.raw, ...(Object.fromEntries(all) as Partial<FirstAnswers['raw']>) };
}

async function fartherSamples(
  asking: FurtherAsking,
  first: FirstAnswers,
  id: CounterId,
  lives: Lives,
  now: TimeMs,
): Promise<RawBatchAnswer> {
  const known = first.raw[id];
  const windows = spanOf(first.grid);
  const silent = id === 'cpu' ? silentContainers(first) : [];
  const containers = Map.groupBy(known.series, ({ labels }) => lifeTimeKey(labels));
  const before: Subject[] = [...silent];
  const after: Subject[] = [...silent];
  for (const series of containers.values()) {
    const earliest = series.reduce((a, b) => ((a.times[0] ?? 0) <= (b.times[0] ?? 0) ? a : b));
    const latest = Math.max(...series.map((one) => one.times.at(-1) ?? 0));
    if ((earliest.times[0] ?? 0) > windows.from && startOf(earliest, lives) < windows.from) {
      before.push(earliest);
    }
    if (latest < windows.to && !lives.gone.has(podOf(earliest.labels))) after.push(earliest);
  }
  const spans = {
    before: stepsBefore(windows.from - NEAR_MS, windows.from - FAR_MS),
    after: stepsAfter(windows.to + first.aheadMs, latestOf(windows, now)),
  };
  const earlier = await lookInto(asking, id, before, spans.before);
  const later = await lookInto(asking, id, after, spans.after);
  return { ...known, series: joinRawSeries([known.series, ...earlier, ...later]) };
}

/** Tells the other collectors of a cluster when this one saw kube-state-metrics last, and gives the latest of all. */
export type AgreeOnScrape = (own: TimeMs) => Promise<TimeMs>;

/**
 * The states of pods in a batch, and where kube-state-metrics was away at its end, those of its next scrape: they
 * tell what came and went meanwhile. With the last scrape that any collector saw. @throws CollectError
 */
export async function fetchNextScrape(
  asking: FurtherAsking,
  podInfo: RawBatchAnswer,
  now: TimeMs,
  agree: AgreeOnScrape,
): Promise<{ readonly podInfo: RawBatchAnswer; readonly lastScrape: TimeMs }> {
  const windows = spanOf(asking.grid);
  const lastScrape = await agree(lastSample(podInfo.series));
  if (lastScrape > windows.to) return { podInfo, lastScrape };
  const selector = rawSpec('podInfo').selector(asking.context);
  const from = windows.to + asking.context.aheadMs;
  for (const span of stepsAfter(from, latestOf(windows, now))) {
    const found = await readSamples(asking, NEXT_SCRAPE, selector, span);
    const next = await agree(lastSample(found));
    if (next === -Infinity) continue;
    const series = joinRawSeries([podInfo.series, found]);
    return { podInfo: { ...podInfo, series }, lastScrape: next };
  }
  return { podInfo, lastScrape };
}

function lastSample(series: readonly RawSeries[]): TimeMs {
  return series.reduce((last, { times }) => Math.max(last, times.at(-1) ?? -Infinity), -Infinity);
}

const NEXT_SCRAPE = {
  metric: rawSpec('podInfo').metric,
  without: 'it is not known what came and went while kube-state-metrics was away',
};

/** Nothing is there after now; a clock that is behind the windows says nothing. */
function latestOf({ to }: Span, now: TimeMs): TimeMs {
  return now < to ? to + FAR_MS : Math.min(to + FAR_MS, now);
}

type CounterId = (typeof COUNTER_IDS)[number];

interface Subject {
  readonly labels: RawSeries['labels'];
}

/** What is known of when pods came and went, by `NAMESPACE/POD`. */
interface PodLives {
  readonly created: ReadonlyMap<string, TimeMs>;
  /** kube-state-metrics does not show them any more. */
  readonly gone: ReadonlySet<string>;
}

interface Lives extends PodLives {
  readonly times: LifeTimes;
}

function podLives({ raw, answers }: FirstAnswers, lastScrape: TimeMs): PodLives {
  const created = new Map<string, TimeMs>();
  for (const { labels, values } of answers.podCreated.series) {
    const latest = values.reduce((most, value) => Math.max(most, value || 0), 0) * SECOND_MS;
    created.set(podOf(labels), Math.max(latest, created.get(podOf(labels)) ?? 0));
  }
  const seen = new Map<string, TimeMs>();
  for (const { labels, times } of raw.podInfo.series)
    seen.set(podOf(labels), Math.max(times.at(-1) ?? 0, seen.get(podOf(labels)) ?? 0));
  const gone = [...seen].filter(([, last]) => last < lastScrape - MINUTE_MS).map(([pod]) => pod);
  return { created, gone: new Set(gone) };
}

function podOf({ namespace = '', pod, pod_name }: RawSeries['labels']): string {
  return `${namespace}/${pod ?? pod_name ?? ''}`;
}

/** A container whose start is not known may have begun at any time since its pod was made. */
function startOf({ labels, times }: RawSeries, lives: Lives): TimeMs {
  const { started, stated } = lives.times;
  const latest = stated.get(lifeTimeKey(labels)) ?? Infinity;
  const first = times[0] ?? 0;
  return (
    started.get(cgroupKey(labels)) ??
    (latest <= first ? latest : (lives.created.get(podOf(labels)) ?? -Infinity))
  );
}

/** Containers that ran in the batch, as kube-state-metrics says, and have no sample in it. */
function silentContainers({ raw, answers }: FirstAnswers): readonly Subject[] {
  const measured = new Set(raw.cpu.series.map(({ labels }) => lifeTimeKey(labels)));
  const ended = new Set(
    answers.podPhase.series
      .filter(({ labels }) => isTerminalPhase(labels['phase']))
      .map(({ labels }) => labels['pod']),
  );
  return answers.running.series.filter(
    ({ labels, values }) =>
      values.some((value) => value > 0) &&
      !ended.has(labels['pod']) &&
      !measured.has(lifeTimeKey(labels)),
  );
}

/** Forward from `near` to `far`: a short step, then the rest. */
function stepsAfter(near: TimeMs, far: TimeMs): readonly Span[] {
  const middle = Math.min(far, near + FIRST_STEP_MS);
  return [
    { from: near, to: middle },
    { from: middle, to: far },
  ].filter(({ from, to }) => to > from);
}

/** The same backward. */
function stepsBefore(near: TimeMs, far: TimeMs): readonly Span[] {
  const middle = near - FIRST_STEP_MS;
  return [
    { from: middle, to: near },
    { from: far, to: middle },
  ];
}

async function lookInto(
  asking: FurtherAsking,
  id: CounterId,
  subjects: readonly Subject[],
  spans: readonly Span[],
): Promise<(readonly RawSeries[])[]> {
  const { context } = asking;
  const found: (readonly RawSeries[])[] = [];
  let left = subjects;
  for (const span of spans) {
    if (left.length === 0) break;
    const pods = podMatcher(left, id === 'egress' ? 'pod_name' : 'pod');
    const selector = rawSpec(id).selector({
      ...context,
      select: (metric, ...own) => context.select(metric, ...own, ...pods),
    });
    const series = await readSamples(asking, rawSpec(id), selector, span);
    found.push(series);
    const seen = new Set(series.map(({ labels }) => lifeTimeKey(labels)));
    left = left.filter(({ labels }) => !seen.has(lifeTimeKey(labels)));
  }
  return found;
}
