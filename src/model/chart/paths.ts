import { area, curveLinear, curveStepBefore, line } from 'd3-shape';
import type { Reading } from '../reading.ts';
import type { Span, TimeMs } from '../time.ts';

/** From time and value to a place on the canvas. */
export interface Frame {
  x(at: TimeMs): number;
  y(value: number): number;
  readonly bottom: number;
  /** Points further apart than this have a gap between them. */
  readonly stepMs: number;
}

/** Between which values something lies at a time; null is unknown and leaves a gap. */
export interface Band {
  readonly low: readonly Reading[];
  readonly high: readonly Reading[];
}

export type Shape = 'area' | 'line' | 'step' | 'bars';

/** Decimals of a coordinate in a path: enough for the eye, light on bytes. */
const DIGITS = 1;

interface Point {
  readonly at: TimeMs;
  readonly low: Reading;
  readonly high: Reading;
}

/** The points in order, with an unknown one wherever time without points has passed. */
function pointsOf(times: readonly TimeMs[], { low, high }: Band, stepMs: number): readonly Point[] {
  const points = times.flatMap((at, index): readonly Point[] => {
    const point = { at, low: low[index] ?? null, high: high[index] ?? null };
    const before = times[index - 1];
    const isApart = before !== undefined && at - before > stepMs;
    return isApart ? [{ at: before, low: null, high: null }, point] : [point];
  });
  // Where nothing changes, both ends of the stretch are enough.
  return points.filter((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    return !isSame(before, point) || !isSame(after, point);
  });
}

function isSame(one: Point | undefined, other: Point): boolean {
  return one !== undefined && one.low === other.low && one.high === other.high;
}

/** A line through the known values; a lone point is a dot (with a round line cap). */
export function linePath(
  times: readonly TimeMs[],
  values: readonly Reading[],
  frame: Frame,
  shape: Shape,
): string {
  if (shape === 'bars') return barPath(times, values, frame);
  const draw = line<Point>()
    .digits(DIGITS)
    .defined(({ high }) => high !== null)
    .x(({ at }) => frame.x(at))
    .y(({ high }) => frame.y(high ?? 0))
    // Times are the ends of windows: a level held since the time before.
    .curve(shape === 'step' ? curveStepBefore : curveLinear);
  return draw([...pointsOf(times, { low: [], high: values }, frame.stepMs)]) ?? '';
}

/** The area from `low` to `high` where both are known. */
export function bandPath(times: readonly TimeMs[], band: Band, frame: Frame): string {
  const draw = area<Point>()
    .digits(DIGITS)
    .defined(({ low, high }) => low !== null && high !== null)
    .x(({ at }) => frame.x(at))
    .y0(({ low }) => frame.y(low ?? 0))
    .y1(({ high }) => frame.y(high ?? 0));
  return draw([...pointsOf(times, band, frame.stepMs)]) ?? '';
}

/** The area under a line, down to zero. */
export function areaPath(
  times: readonly TimeMs[],
  values: readonly Reading[],
  frame: Frame,
): string {
  return bandPath(times, { low: times.map(() => 0), high: values }, frame);
}

function barPath(times: readonly TimeMs[], values: readonly Reading[], frame: Frame): string {
  return times
    .map((at, index) => {
      const value = values[index] ?? null;
      if (value === null || value === 0) return '';
      return `M${px(frame.x(at))},${px(frame.bottom)}V${px(frame.y(value))}`;
    })
    .join('');
}

/** A coordinate for an attribute. */
export function px(value: number): string {
  return String(Number(value.toFixed(DIGITS)));
}

/** Stretches of time in which the values are not known. */
export function gapsOf(
  time: Span & { readonly times: readonly TimeMs[]; readonly stepMs: number },
  values: readonly Reading[],
): readonly Span[] {
  const gaps: Span[] = [];
  const known = time.times.filter((_, index) => (values[index] ?? null) !== null);
  let last = time.from;
  for (const at of [...known, time.to]) {
    if (at - last > time.stepMs * 1.5) gaps.push({ from: last, to: at });
    last = at;
  }
  return gaps;
}
