import type { Reading } from '../../../model/reading.ts';
import type { TimeMs } from '../../../model/time.ts';
import type { Unit } from './scale.ts';
import type { TimeTick } from './timeTicks.ts';

/** One measured or configured quantity over the times of its chart. */
export interface Line {
  readonly name: string;
  /** Its colour, by what it means: `use`, `peak`, `request`, `limit`, `in`, `out`. */
  readonly tone: 'use' | 'peak' | 'request' | 'limit' | 'in' | 'out';
  readonly shape: 'area' | 'line' | 'step' | 'bars';
  readonly values: readonly Reading[];
}

export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly heightPx: number;
  /** The first line is what the panel is about: its gaps are shown as unknown. */
  readonly lines: readonly Line[];
  /** What is usual, from low to high, at each time. */
  readonly band: { readonly low: readonly Reading[]; readonly high: readonly Reading[] } | null;
  /** Said below the title. */
  readonly note: string | null;
}

/** What all panels of a chart share. */
export interface TimeFrame {
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly times: readonly TimeMs[];
  /** Longest distance of two points that belong together. */
  readonly stepMs: number;
  readonly anomaly: { readonly from: TimeMs; readonly to: TimeMs } | null;
  readonly marks: readonly TimeMs[];
  readonly ticks: readonly TimeTick[];
}
