import {
  DAY_MS,
  floorTo,
  monthStart,
  UNIT_MS,
  WEEK_MS,
  type TimeMs,
  type Window,
} from '../../model/time.ts';

const RFC3339 = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)`;

/** Day 4 of the epoch, 1970-01-04, was a Sunday: OpenCost's weeks begin on it. */
export const FIRST_SUNDAY = 3 * DAY_MS;

/**
 * Reads a window as OpenCost does, in UTC (opencost core/pkg/opencost/window.go, `parseWindow`). Its
 * meaning differs from Burnwatch's own spans on purpose: `7d` is today and the six days before it, from
 * midnight to midnight, `24h` the running hour and the 23 before it, and weeks begin on Sunday.
 * Null when it is none.
 */
export function parseWindow(text: string, now: TimeMs): Window | null {
  return (
    calendarWindow(text, now) ?? durationWindow(text, now) ?? offsetWindow(text, now) ?? pair(text)
  );
}

function calendarWindow(text: string, now: TimeMs): Window | null {
  const today = floorTo(now, DAY_MS);
  const week = floorTo(now - FIRST_SUNDAY, WEEK_MS) + FIRST_SUNDAY;
  const month = monthStart(now);
  switch (text) {
    case 'today':
      return { start: today, end: today + DAY_MS };
    case 'yesterday':
      return { start: today - DAY_MS, end: today };
    case 'week':
      return { start: week, end: now };
    case 'lastweek':
      return { start: week - WEEK_MS, end: week };
    case 'month':
      return { start: month, end: now };
    case 'lastmonth':
      return { start: monthStart(month - 1), end: month };
    default:
      return null;
  }
}

function durationWindow(text: string, now: TimeMs): Window | null {
  const match = /^(\d+)([mhdw])$/.exec(text);
  if (match === null) return null;
  const unit = match[2] as keyof typeof UNIT_MS;
  // A week ends with today, not with the calendar's week.
  const grid = unit === 'w' ? DAY_MS : UNIT_MS[unit];
  const end = floorTo(now, grid) + grid;
  return { start: end - Number(match[1]) * UNIT_MS[unit], end };
}

function offsetWindow(text: string, now: TimeMs): Window | null {
  const match = /^(\d+)([mhdw]) offset (\d+)([mhdw])$/.exec(text);
  if (match === null) return null;
  const end = now - Number(match[3]) * UNIT_MS[match[4] as keyof typeof UNIT_MS];
  return { start: end - Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS], end };
}

function pair(text: string): Window | null {
  const unix = /^(\d{1,11})[,|-](\d{1,11})$/.exec(text);
  if (unix !== null) return { start: Number(unix[1]) * 1_000, end: Number(unix[2]) * 1_000 };
  const rfc = new RegExp(`^(${RFC3339}),(${RFC3339})$`).exec(text);
  const start = Date.parse(rfc?.[1] ?? '');
  const end = Date.parse(rfc?.[2] ?? '');
  return Number.isNaN(start) || Number.isNaN(end) ? null : { start, end };
}

/** A duration such as `30m`, `12h`, `1d`, `1w`, `1h30m`; null when it is none. */
export function parseStep(text: string): number | null {
  if (!/^(\d+[smhdw])+$/.test(text)) return null;
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)];
  const units = { s: 1_000, ...UNIT_MS };
  const step = parts.reduce(
    (sum, part) => sum + Number(part[1]) * units[part[2] as keyof typeof units],
    0,
  );
  return step > 0 ? step : null;
}
