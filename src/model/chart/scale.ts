import { scaleLinear } from 'd3-scale';
import { TZDate } from '@date-fns/tz';
import type { Reading } from '../reading.ts';
import {
  formatBytes,
  formatBytesPerSecond,
  formatCores,
  formatNumber,
  formatShare,
  UNKNOWN_TEXT,
} from '../text/units.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../time.ts';

export type Unit = 'cores' | 'bytes' | 'bytesPerSecond' | 'share' | 'count' | 'money';

/** A vertical scale from zero, with round ticks from 0 to `max`. */
export interface ValueScale {
  readonly max: number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** The least that an axis reaches, so that noise does not fill a chart. */
const LEAST: Readonly<Record<Unit, number>> = {
  cores: 0.01,
  bytes: 1024 * 1024,
  bytesPerSecond: 1_000,
  share: 1,
  count: 1,
  money: 0.01,
};

/** Pixels between two grid lines, about. */
const TICK_PX = 60;

/** A scale that holds `highest`; never empty, so that a line of zeros still has an axis. */
export function valueScale(
  highest: number,
  unit: Unit,
  heightPx: number,
  textOf: (value: number) => string = (value) => tickText(value, unit),
): ValueScale {
  const top = Math.max(highest, LEAST[unit]);
  const count = Math.max(1, Math.floor(heightPx / TICK_PX));
  // 512 MiB is round, 500 million bytes are not.
  const divisor = unit === 'bytes' ? 1024 ** Math.floor(Math.log(top) / Math.log(1024)) : 1;
  const scale = scaleLinear([0, top / divisor], [0, 1]).nice(count);
  const values = unit === 'share' ? [0, 0.5, 1] : scale.ticks(count);
  const ticks = values.map((value) => value * divisor);
  return {
    max: ticks.at(-1) ?? 1,
    ticks: ticks.map((value) => ({ value, text: value === 0 ? '0' : textOf(value) })),
  };
}

/** Turns a value into a distance from the top, in pixels; the line of `max` has `topPx` above it. */
export function heightScale(
  { max }: ValueScale,
  heightPx: number,
  topPx: number,
): (value: number) => number {
  return scaleLinear([0, max], [heightPx - 1, topPx]).clamp(true);
}

function tickText(value: number, unit: Unit): string {
  return unit === 'cores' ? formatNumber(value) : valueText(value, unit);
}

const WRITERS: Readonly<Record<Unit, (value: Reading) => string>> = {
  cores: formatCores,
  bytes: formatBytes,
  bytesPerSecond: formatBytesPerSecond,
  share: formatShare,
  count: plainText,
  money: plainText,
};

/** A value as people write it, with its unit. */
export function valueText(value: Reading, unit: Unit): string {
  return WRITERS[unit](value);
}

function plainText(value: Reading): string {
  return value === null ? UNKNOWN_TEXT : formatNumber(value);
}

export interface TimeTick {
  readonly at: TimeMs;
  readonly text: string;
  /** True at the start of a local day. */
  readonly isDay: boolean;
}

const STEPS = [
  ...[5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 28, 56].map((days) => days * DAY_MS),
];

/** Round local times within a span, at most `count` of them: `07:00`, and the day where one begins. */
export function timeTicks(
  from: TimeMs,
  to: TimeMs,
  timezone: string,
  count: number,
): readonly TimeTick[] {
  const step = STEPS.find((size) => (to - from) / size <= count) ?? (to - from) / count;
  const ticks: TimeTick[] = [];
  // Hours and days are those of the local clock, also across a change of it.
  const offsetOf = (at: TimeMs): number =>
    -new TZDate(at, timezone).getTimezoneOffset() * MINUTE_MS;
  let local = Math.ceil((from + offsetOf(from)) / step) * step;
  for (let index = 0; index <= count + 1; index += 1, local += step) {
    const guess = local - offsetOf(local);
    const at = local - offsetOf(guess);
    if (at > to) break;
    if (at >= from) ticks.push(tickAt(at, timezone));
  }
  return ticks;
}

function tickAt(at: TimeMs, timezone: string): TimeTick {
  const local = new TZDate(at, timezone);
  const [hours, minutes] = [local.getHours(), local.getMinutes()];
  const isDay = hours === 0 && minutes === 0;
  const two = (value: number) => String(value).padStart(2, '0');
  const text = isDay
    ? `${local.getDate()} ${MONTHS[local.getMonth()]}`
    : `${two(hours)}:${two(minutes)}`;
  return { at, text, isDay };
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'.split(' ');
