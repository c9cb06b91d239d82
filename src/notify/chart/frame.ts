import type { TimeMs } from '../../model/time.ts';

/** Size of a chart in messages, and the margins around what is drawn. */
export const CHART_WIDTH = 760;
export const CHART_HEIGHT = 300;
export const LEFT = 52;
export const RIGHT = 84;
export const TOP = 46;
export const BOTTOM = 34;

/** Turns times and values into places. */
export interface Frame {
  x(at: TimeMs): number;
  y(value: number): number;
  readonly max: number;
}
