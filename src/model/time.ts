/** Unix time in milliseconds, UTC. Every time inside Burnwatch has this form. */
export type TimeMs = number;

/** A half-open span `[start, end)` on the fixed UTC grid of windows. */
export interface Window {
  readonly start: TimeMs;
  readonly end: TimeMs;
}

/** A stretch of time between two moments that need not lie on the grid of windows. */
export interface Span {
  readonly from: TimeMs;
  readonly to: TimeMs;
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_HOURS = 24;
export const DAY_MS = DAY_HOURS * HOUR_MS;
export const WEEK_HOURS = 7 * DAY_HOURS;
export const WEEK_MS = WEEK_HOURS * HOUR_MS;
/** The units of spans that people write, such as `24h`. */
export const UNIT_MS = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: WEEK_MS } as const;

/** The usual month of cloud price lists: 730 hours. */
export const HOURS_PER_MONTH = 730;

/** The last grid line at or before `time`, for a grid of `step` milliseconds anchored at the epoch. */
export function floorTo(time: TimeMs, step: number): TimeMs {
  return Math.floor(time / step) * step;
}

/** The first grid line at or after `time`. */
export function ceilTo(time: TimeMs, step: number): TimeMs {
  return Math.ceil(time / step) * step;
}

/** The first moment of the UTC month that holds `time`: bills are by UTC months. */
export function monthStart(time: TimeMs): TimeMs {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

/** `2026-11`, of the UTC month that holds `time`. */
export function monthName(time: TimeMs): string {
  return formatTime(time).slice(0, 7);
}

/** The first moment of the UTC month after the one that holds `time`. */
export function nextMonth(time: TimeMs): TimeMs {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** Length of a window in hours, the unit prices are quoted in. */
export function windowHours(window: Window): number {
  return (window.end - window.start) / HOUR_MS;
}

/** RFC 3339 in UTC without needless milliseconds: `2026-11-24T07:00:00Z`. */
export function formatTime(time: TimeMs): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
