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

/** The part of a series that a window may see. */
export interface SeenSamples extends Samples {
  /** The usual time between two samples near the window; null for fewer than two. */
  readonly intervalMs: TimeMs | null;
}

/** Empty when a series has no samples near the window. */
export function samplesInView(samples: Samples, window: Window, view: View): SeenSamples {
  const { times, values } = samples;
  const first = countBefore(times, view.from);
  let from = first;
  if (
    (times[first] ?? Infinity) > window.start &&
    (times[first - 1] ?? -Infinity) >= view.farFrom
  ) {
    from = first - 1;
  }
  const after = countBefore(times, view.to + 1);
  let to = after;
  if ((times[after - 1] ?? -Infinity) < window.end && (times[after] ?? Infinity) <= view.farTo) {
    to = after + 1;
  }
  return {
    times: times.subarray(from, to),
    values: values.subarray(from, to),
    intervalMs: usualInterval(times.subarray(first, after)),
    ...(samples.reach !== undefined && { reach: samples.reach }),
  };
}

/** The middle one of the times between samples, of two the shorter; null for fewer than two samples. */
export function usualInterval(times: ArrayLike<number>): TimeMs | null {
  if (times.length < 2) return null;
  const gaps = Float64Array.from(
    { length: times.length - 1 },
    (_, index) => (times[index + 1] ?? 0) - (times[index] ?? 0),
  ).sort();
  return gaps[(gaps.length - 1) >>> 1] ?? null;
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
  const inside = series
    .map(({ times }) => times.subarray(countBefore(times, start + 1), countBefore(times, end + 1)))
    .filter(({ length }) => length > 0);
  const [first] = inside;
  if (first === undefined) return 0;
  const times =
    inside.length === 1
      ? first
      : Float64Array.from(new Set(inside.flatMap((one) => [...one]))).sort();
  const longest = COVERED_INTERVALS * (usualInterval(first) ?? usualMs);
  let covered = 0;
  let before = start;
  for (const time of [...times, end]) {
    if (time - before <= longest) covered += time - before;
    before = time;
  }
  return covered;
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
