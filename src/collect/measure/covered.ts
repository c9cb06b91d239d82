import type { TimeMs, Window } from '../../model/time.ts';

/** Samples further apart than so many of the series' own intervals leave a gap. */
export const COVERED_INTERVALS = 2.5;

/** How much of `from` … `to` lies in a window. */
export function overlapMs(from: TimeMs, to: TimeMs, window: Window): number {
  return Math.max(0, Math.min(to, window.end) - Math.max(from, window.start));
}
