import { TZDate } from '@date-fns/tz';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../time.ts';

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
