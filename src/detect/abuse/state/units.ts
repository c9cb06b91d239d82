import { HOUR_MS, MINUTE_MS, type Window } from '../../../model/time.ts';

/** Dwell and the like count in units of five minutes, whatever the windows' length. */
const UNIT_MS = 5 * MINUTE_MS;
/** Units in an hour: of so many are the running averages, and the windows that are remembered one by one. */
export const HOUR_UNITS = HOUR_MS / UNIT_MS;

/** How many units of five minutes a window is. */
export function unitsOf(window: Window): number {
  return (window.end - window.start) / UNIT_MS;
}
