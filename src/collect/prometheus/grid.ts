import type { Window } from '../../model/time.ts';

/**
 * The points in time of one range query, in whole steps: point 0 is the end of the window *before*
 * the first one that is observed, point i the end of window i − 1. A query that does not need the
 * preceding window simply leaves point 0 empty, so that every series has the same shape.
 */
export interface Grid {
  /** Unix seconds of point 0. */
  readonly startSeconds: number;
  readonly stepSeconds: number;
  readonly points: number;
}

/** A labelled series on a grid. NaN means that there was no sample, or none that is a number. */
export interface GridSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: Float64Array;
}

/** The grid of adjoining windows, with the window before them at point 0. */
export function gridOf(windows: readonly Window[]): Grid {
  const first = windows[0];
  if (first === undefined) throw new RangeError('a batch needs at least one window');
  const step = first.end - first.start;
  windows.forEach((window, index) => {
    if (window.start !== first.start + index * step || window.end - window.start !== step) {
      throw new RangeError('the windows of a batch must adjoin and have one length');
    }
  });
  return {
    startSeconds: first.start / 1000,
    stepSeconds: step / 1000,
    points: windows.length + 1,
  };
}

/** Points `from` … `to` (inclusive) of a grid. */
export interface PointSpan {
  readonly from: number;
  readonly to: number;
}

/** Something that holds for points of a grid. */
export interface PointNote extends PointSpan {
  readonly text: string;
  /** It has been so for hours: asking again mends nothing. */
  readonly lasting?: true;
}

/** The two halves of a stretch of points; null for a single one. */
export function halvesOf({ from, to }: PointSpan): readonly [PointSpan, PointSpan] | null {
  if (to <= from) return null;
  const middle = Math.floor((from + to) / 2);
  return [
    { from, to: middle },
    { from: middle + 1, to },
  ];
}

/** Unix seconds of a point. */
export function pointSeconds(grid: Grid, point: number): number {
  return grid.startSeconds + point * grid.stepSeconds;
}
