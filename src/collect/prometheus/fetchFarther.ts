import { MINUTE_MS, type Span, type TimeMs } from '../../model/time.ts';
import { FAR_MS, NEAR_MS } from '../measure/samples.ts';
import { cgroupKey, containerKey, isTerminalPhase, podMatcher } from './fetchLifeTimes.ts';
import {
  spanOf,
  type FirstAnswers,
  type LifeTimes,
  type RawAsking,
  type RawBatchAnswer,
} from './batch.ts';
import { readSamples } from './fetchRaw.ts';
import { rawSpec } from './queries.ts';
import { joinRawSeries, type RawSeries } from './rawSamples.ts';

/** A gap is looked into in steps: most are short, and a step without samples costs the store next to nothing. */
const FIRST_STEP_MS: TimeMs = 10 * MINUTE_MS;

/**
 * The CPU samples of a batch, with those before and after it for containers that lived there and have none near its
 * edges: an exporter or Prometheus was away. Without them, what was used meanwhile would be lost. @throws CollectError
 */
export async function fetchFarther(
  asking: RawAsking,
  first: FirstAnswers,
  times: LifeTimes,
  now: TimeMs,
): Promise<RawBatchAnswer> {
  const { cpu } = first.raw;
  const windows = spanOf(first.grid);
  const silent = silentContainers(first);
  const containers = Map.groupBy(cpu.series, ({ labels }) => containerKey(labels));
  const before: Subject[] = [...silent];
  const after: Subject[] = [...silent];
  for (const series of containers.values()) {
    const earliest = series.reduce((a, b) => ((a.times[0] ?? 0) <= (b.times[0] ?? 0) ? a : b));
    const latest = Math.max(...series.map((one) => one.times.at(-1) ?? 0));
    if ((earliest.times[0] ?? 0) > windows.from && startOf(earliest, times) < windows.from) {
      before.push(earliest);
    }
    if (latest < windows.to) after.push(earliest);
  }
  const spans = {
    before: stepsBefore(windows.from - NEAR_MS, windows.from - FAR_MS),
    after: stepsAfter(windows.to + first.aheadMs, latestOf(windows, now)),
  };
  const earlier = await lookInto(asking, before, spans.before);
  const later = await lookInto(asking, after, spans.after);
  return {
    series: joinRawSeries([cpu.series, ...earlier, ...later]),
    warnings: cpu.warnings,
    failures: cpu.failures,
  };
}

/**
 * The states of pods in a batch, and where kube-state-metrics was away at its end, those of its next scrape: they
 * tell what came and went meanwhile. @throws CollectError
 */
export async function fetchNextScrape(
  asking: RawAsking,
  podInfo: RawBatchAnswer,
  now: TimeMs,
): Promise<RawBatchAnswer> {
  const windows = spanOf(asking.grid);
  const isThere = podInfo.series.some(({ times }) => (times.at(-1) ?? 0) > windows.to);
  if (isThere) return podInfo;
  const selector = rawSpec('podInfo').selector(asking.context);
  const from = windows.to + asking.context.aheadMs;
  for (const span of stepsAfter(from, latestOf(windows, now))) {
    const { series } = await readSamples(asking, selector, span);
    if (series.length > 0) return { ...podInfo, series: joinRawSeries([podInfo.series, series]) };
  }
  return podInfo;
}

/** Nothing is there after now; a clock that is behind the windows says nothing. */
function latestOf({ to }: Span, now: TimeMs): TimeMs {
  return now < to ? to + FAR_MS : Math.min(to + FAR_MS, now);
}

interface Subject {
  readonly labels: RawSeries['labels'];
}

/** A container whose start is not known may have begun at any time. */
function startOf({ labels, times }: RawSeries, lifeTimes: LifeTimes): TimeMs {
  const stated = lifeTimes.stated.get(containerKey(labels));
  const isLater = stated !== undefined && stated > (times[0] ?? 0);
  return lifeTimes.started.get(cgroupKey(labels)) ?? (isLater ? -Infinity : (stated ?? -Infinity));
}

/** Containers that ran in the batch, as kube-state-metrics says, and have no sample in it. */
function silentContainers({ raw, answers }: FirstAnswers): readonly Subject[] {
  const measured = new Set(raw.cpu.series.map(({ labels }) => containerKey(labels)));
  const ended = new Set(
    answers.podPhase.series
      .filter(({ labels }) => isTerminalPhase(labels['phase']))
      .map(({ labels }) => labels['pod']),
  );
  return answers.running.series.filter(
    ({ labels, values }) =>
      values.some((value) => value > 0) &&
      !ended.has(labels['pod']) &&
      !measured.has(containerKey(labels)),
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
  asking: RawAsking,
  subjects: readonly Subject[],
  spans: readonly Span[],
): Promise<(readonly RawSeries[])[]> {
  const { context } = asking;
  const found: (readonly RawSeries[])[] = [];
  let left = subjects;
  for (const span of spans) {
    if (left.length === 0) break;
    const selector = rawSpec('cpu').selector({
      ...context,
      select: (metric, ...own) => context.select(metric, ...own, ...podMatcher(left)),
    });
    const answer = await readSamples(asking, selector, span);
    found.push(answer.series);
    const seen = new Set(answer.series.map(({ labels }) => containerKey(labels)));
    left = left.filter(({ labels }) => !seen.has(containerKey(labels)));
  }
  return found;
}
