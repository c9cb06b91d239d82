import type { TimeMs, Window } from '../../model/time.ts';

/** Samples in two columns, by time (Unix milliseconds, ascending). */
export interface Samples {
  readonly times: Float64Array;
  readonly values: Float64Array;
  /**
   * Of how many pods on its node the target that was scraped tells: the kubelet tells of all, so that of two
   * that contradict each other the one with more is believed. Absent where that is not known.
   */
  readonly reach?: number;
}

/** How far around a window samples are looked at. The same for every window, whatever it is asked for with. */
export interface View {
  /** From here to `to` every sample counts. */
  readonly from: TimeMs;
  readonly to: TimeMs;
  /** Where `from` … the window's start, or its end … `to`, hold none: the nearest one up to here. */
  readonly farFrom: TimeMs;
  readonly farTo: TimeMs;
}

/** Samples of this long before a window tell its state at its start; for seldom scrapes it is looked further. */
export const NEAR_MS: TimeMs = 90_000;
/** A gap is bridged when it has samples within this time on both sides. */
export const FAR_MS: TimeMs = 3_600_000;

/** @param aheadMs how long after a window's end samples may be used: they must be there when it is sealed. */
export function viewOf({ start, end }: Window, aheadMs: TimeMs): View {
  return {
    from: start - NEAR_MS,
    to: end + aheadMs,
    farFrom: start - FAR_MS,
    farTo: end + FAR_MS,
  };
}

/** Number of samples before `time`. */
export function countBefore(times: ArrayLike<number>, time: TimeMs): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The part of a series that a window may see: its samples from `from` to before `to`, where they are. */
export interface SeenSamples extends Samples {
  readonly from: number;
  readonly to: number;
  /** The usual time between two samples near the window; null for fewer than two. */
  readonly intervalMs: TimeMs | null;
}

/** Which of a series' samples a window may see: from `from` to before `to`; near it are those between. */
export interface InView {
  readonly from: number;
  readonly near: number;
  readonly nearTo: number;
  readonly to: number;
}

export function inView(times: Float64Array, window: Window, view: View): InView {
  const near = countBefore(times, view.from);
  const nearTo = countBefore(times, view.to + 1);
  const isEarlier = (times[near] ?? Infinity) > window.start;
  const isLater = (times[nearTo - 1] ?? -Infinity) < window.end;
  return {
    from: isEarlier && (times[near - 1] ?? -Infinity) >= view.farFrom ? near - 1 : near,
    near,
    nearTo,
    to: isLater && (times[nearTo] ?? Infinity) <= view.farTo ? nearTo + 1 : nearTo,
  };
}

/** Empty when a series has no samples near the window. */
export function samplesInView(samples: Samples, window: Window, view: View): SeenSamples {
  const { times, values, reach = 0 } = samples;
  const { from, near, nearTo, to } = inView(times, window, view);
  return { times, values, from, to, intervalMs: usualInterval(times, near, nearTo), reach };
}

/** Times between the samples of one series, in order: one array for all, since every series of a window is asked. */
let gaps = new Float64Array(64);
/** So few are sorted as they are put in. */
const FEW_GAPS = 32;

/** The middle one of the times between samples, of two the shorter; null for fewer than two samples. */
export function usualInterval(
  times: ArrayLike<number>,
  from = 0,
  to = times.length,
): TimeMs | null {
  const count = to - from - 1;
  if (count < 1) return null;
  if (count > gaps.length) gaps = new Float64Array(2 * count);
  const isFew = count <= FEW_GAPS;
  for (let index = 0; index < count; index++) {
    const gap = times[from + index + 1]! - times[from + index]!;
    let place = index;
    if (isFew) for (; place > 0 && gaps[place - 1]! > gap; place--) gaps[place] = gaps[place - 1]!;
    gaps[place] = gap;
  }
  if (!isFew) gaps.subarray(0, count).sort();
  return gaps[(count - 1) >>> 1]!;
}

/** True where a sample lies in the window, its end included and its start not. */
export function hasSample({ times }: Pick<Samples, 'times'>, { start, end }: Window): boolean {
  const next = times[countBefore(times, start + 1)];
  return next !== undefined && next <= end;
}

/** Samples further apart than so many of the series' own intervals leave a gap. */
export const COVERED_INTERVALS = 2.5;

/**
 * How much of a window the samples of some series in it cover together: the time between two of them that are no
 * further apart than 2.5 intervals, and that from and to the window's edges where they are as near.
 *
 * @param usualMs the interval to take where too few samples tell it.
 */
export function coveredIn(
  series: readonly Samples[],
  { start, end }: Window,
  usualMs: TimeMs,
): TimeMs {
  const inside: Stretch[] = [];
  for (const { times } of series) {
    const [from, to] = [countBefore(times, start + 1), countBefore(times, end + 1)];
    const one = { times, from, to };
    if (to > from && !inside.some((other) => isSameStretch(one, other))) inside.push(one);
  }
  const [first] = inside;
  if (first === undefined) return 0;
  const { times, from, to } = inside.length === 1 ? first : together(inside);
  const longest = COVERED_INTERVALS * (usualInterval(first.times, first.from, first.to) ?? usualMs);
  let covered = 0;
  let before = start;
  for (let index = from; index <= to; index++) {
    const time = index < to ? times[index]! : end;
    if (time - before <= longest) covered += time - before;
    before = time;
  }
  return covered;
}

/** A part of a series. */
interface Stretch {
  readonly times: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** What one scrape tells has the same times. */
function isSameStretch(a: Stretch, b: Stretch): boolean {
  if (a.to - a.from !== b.to - b.from) return false;
  for (let index = a.from; index < a.to; index++)
    if (a.times[index] !== b.times[index - a.from + b.from]) return false;
  return true;
}

function together(stretches: readonly Stretch[]): Stretch {
  const all = stretches.flatMap(({ times, from, to }) => [...times.subarray(from, to)]);
  const times = Float64Array.from(new Set(all)).sort();
  return { times, from: 0, to: times.length };
}

/** Of the series that have a sample in a window those whose target tells of most pods of the node. */
export function ofWidestReach<S extends Samples>(
  series: readonly S[],
  window: Window,
): readonly S[] {
  if (series.length < 2) return series;
  const there = series.filter((one) => hasSample(one, window));
  const widest = Math.max(...there.map(({ reach = 0 }) => reach));
  return there.filter(({ reach = 0 }) => reach === widest);
}
