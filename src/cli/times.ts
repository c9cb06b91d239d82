import { parseDuration } from '../config/values.ts';
import { parsePeriod, parseTime } from '../model/period.ts';
import { floorTo, formatTime, SECOND_MS, type TimeMs, type Window } from '../model/time.ts';
import { UsageError } from './io.ts';

/**
 * Reads a moment in the past: RFC 3339, a date, Unix seconds, `now`, or how long ago (`2h`, `14d`).
 * @param option names the option in the error, for example `--from`.
 */
export function parsePast(text: string, now: TimeMs, option: string): TimeMs {
  const ago = parseDuration(text.replace(/\s*ago$/, ''));
  return parseMoment(text, now, option, ago === null ? null : wholeSecond(now - ago));
}

/** Reads a moment to come: as `parsePast`, but `24h` is in 24 hours. */
export function parseFuture(text: string, now: TimeMs, option: string): TimeMs {
  const ahead = parseDuration(text);
  const time = parseMoment(text, now, option, ahead === null ? null : wholeSecond(now + ahead));
  if (time <= now) throw new UsageError(`${option}: ${formatTime(time)} is not in the future`);
  return time;
}

/** Reads a moment, past or to come: as `parsePast`, but `24h` is in 24 hours. */
export function parseAround(text: string, now: TimeMs, option: string): TimeMs {
  const ahead = parseDuration(text);
  return parseMoment(text, now, option, ahead === null ? null : wholeSecond(now + ahead));
}

/** Reads how long something lasts: `90m`, `24h`. @throws UsageError */
export function parseLength(text: string, option: string): number {
  const length = parseDuration(text);
  if (length !== null && length > 0) return length;
  throw new UsageError(`${option}: "${text}" is not a span such as 90m, 24h or 7d`);
}

/** Drops fractions of a second. */
function wholeSecond(time: TimeMs): TimeMs {
  return floorTo(time, SECOND_MS);
}

/** `--window`, or `--from` and `--to`; not both. */
export function parseSpan(
  options: {
    readonly window?: string | undefined;
    readonly from?: string | undefined;
    readonly to?: string | undefined;
  },
  now: TimeMs,
  timezone: string,
  fallback: string,
): Window {
  const { window, from, to } = options;
  if (from === undefined && to === undefined)
    return parseWindow(window ?? fallback, wholeSecond(now), timezone);
  if (window !== undefined) throw new UsageError('give --window, or --from and --to, not both');
  if (from === undefined) throw new UsageError('--to needs --from');
  const start = parsePast(from, now, '--from');
  const end = to === undefined ? wholeSecond(now) : parsePast(to, now, '--to');
  return requireOrder(start, end);
}

/** @throws UsageError unless the span has a length. */
export function requireOrder(start: TimeMs, end: TimeMs): Window {
  if (start >= end) {
    throw new UsageError(`--from ${formatTime(start)} is not before --to ${formatTime(end)}`);
  }
  return { start, end };
}

function parseWindow(text: string, now: TimeMs, timezone: string): Window {
  try {
    return parsePeriod(text, now, timezone);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--window: ${error.message}`);
    throw error;
  }
}

function parseMoment(text: string, now: TimeMs, option: string, relative: TimeMs | null): TimeMs {
  const time = text === 'now' ? wholeSecond(now) : (relative ?? parseTime(text));
  if (time !== null) return time;
  throw new UsageError(
    `${option}: "${text}" is not a time: write RFC 3339 such as 2026-11-24T07:00:00Z, a date, now, or a span such as 2h or 14d`,
  );
}
