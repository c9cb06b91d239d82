import type { Reading } from '../../../model/reading.ts';
import type { TimeMs } from '../../../model/time.ts';
import { px } from '../../../notify/chart/svg.ts';

/** From time and value to a place on the canvas. */
export interface Frame {
  x(at: TimeMs): number;
  y(value: number): number;
  readonly bottom: number;
  readonly stepMs: number;
}

interface Point {
  readonly at: TimeMs;
  readonly value: number;
}

/** Stretches of known values that follow each other closely: unknown is a gap, never a line across it. */
function stretches(
  times: readonly TimeMs[],
  values: readonly Reading[],
  stepMs: number,
): readonly (readonly Point[])[] {
  const found: Point[][] = [];
  let current: Point[] = [];
  times.forEach((at, index) => {
    const value = values[index] ?? null;
    const before = current.at(-1);
    const isApart = before !== undefined && at - before.at > stepMs;
    if ((value === null || isApart) && current.length > 0) {
      found.push(current);
      current = [];
    }
    if (value !== null) current.push({ at, value });
  });
  if (current.length > 0) found.push(current);
  return found;
}

/** A line through the known values; a lone point is a short dash. */
export function linePath(
  times: readonly TimeMs[],
  values: readonly Reading[],
  frame: Frame,
  shape: 'area' | 'line' | 'step' | 'bars',
): string {
  if (shape === 'bars') return barPath(times, values, frame);
  return stretches(times, values, frame.stepMs)
    .map((points) => {
      const [first] = points;
      if (first === undefined) return '';
      const rest = points.slice(1).map(({ at, value }) => {
        const to = `${px(frame.x(at))} ${px(frame.y(value))}`;
        return shape === 'step' ? `V${px(frame.y(value))}H${px(frame.x(at))}` : `L${to}`;
      });
      const start = `M${px(frame.x(first.at))} ${px(frame.y(first.value))}`;
      return start + (rest.length === 0 ? 'h1' : rest.join(''));
    })
    .join('');
}

export function areaPath(
  times: readonly TimeMs[],
  values: readonly Reading[],
  frame: Frame,
): string {
  return stretches(times, values, frame.stepMs)
    .map((points) => {
      const [first] = points;
      const last = points.at(-1);
      if (first === undefined || last === undefined || first === last) return '';
      const top = points.map(({ at, value }) => `${px(frame.x(at))} ${px(frame.y(value))}`);
      return `M${px(frame.x(first.at))} ${px(frame.bottom)}L${top.join('L')}L${px(frame.x(last.at))} ${px(frame.bottom)}Z`;
    })
    .join('');
}

/** The area between two lines, where both are known. */
export function bandPath(
  times: readonly TimeMs[],
  band: { readonly low: readonly Reading[]; readonly high: readonly Reading[] },
  frame: Frame,
): string {
  const both = band.high.map((high, index) => ((band.low[index] ?? null) === null ? null : high));
  return stretches(times, both, frame.stepMs)
    .map((upper) => {
      if (upper.length < 2) return '';
      const lows = new Map(times.map((at, index) => [at, band.low[index] ?? 0]));
      const point = (at: TimeMs, value: number) => `${px(frame.x(at))} ${px(frame.y(value))}`;
      const top = upper.map(({ at, value }) => point(at, value));
      const bottom = upper.toReversed().map(({ at }) => point(at, lows.get(at) ?? 0));
      return `M${top.join('L')}L${bottom.join('L')}Z`;
    })
    .join('');
}

function barPath(times: readonly TimeMs[], values: readonly Reading[], frame: Frame): string {
  return times
    .map((at, index) => {
      const value = values[index] ?? null;
      if (value === null || value === 0) return '';
      return `M${px(frame.x(at))} ${px(frame.bottom)}V${px(frame.y(value))}`;
    })
    .join('');
}

/** Stretches of time in which the values are not known. */
export function gapsOf(
  time: {
    readonly from: TimeMs;
    readonly to: TimeMs;
    readonly times: readonly TimeMs[];
    readonly stepMs: number;
  },
  values: readonly Reading[],
): readonly { readonly from: TimeMs; readonly to: TimeMs }[] {
  const gaps: { from: TimeMs; to: TimeMs }[] = [];
  let last = time.from;
  time.times.forEach((at, index) => {
    if ((values[index] ?? null) === null) return;
    if (at - last > time.stepMs * 1.5) gaps.push({ from: last, to: at });
    last = at;
  });
  if (time.to - last > time.stepMs * 1.5) gaps.push({ from: last, to: time.to });
  return gaps;
}
