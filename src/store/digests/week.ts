import { tz, TZDate } from '@date-fns/tz';
import { addDays } from 'date-fns/addDays';
import { addWeeks } from 'date-fns/addWeeks';
import { getISOWeek } from 'date-fns/getISOWeek';
import { getISOWeekYear } from 'date-fns/getISOWeekYear';
import { startOfWeek } from 'date-fns/startOfWeek';
import type { TimeMs } from '../../model/time.ts';

/** An ISO 8601 week of a time zone: Monday 00:00 to Monday 00:00 there, 167 to 169 hours long. */
export interface Week {
  /** `2026-W47`. */
  readonly name: string;
  readonly start: TimeMs;
  readonly end: TimeMs;
}

/** The week that `time` lies in. */
export function weekOf(time: TimeMs, timezone: string): Week {
  const zone = { in: tz(timezone) };
  const start = startOfWeek(time, { ...zone, weekStartsOn: 1 });
  const number = String(getISOWeek(start, zone)).padStart(2, '0');
  return {
    name: `${getISOWeekYear(start, zone)}-W${number}`,
    start: start.getTime(),
    end: addWeeks(start, 1, zone).getTime(),
  };
}

/** The week before. */
export function weekBefore(week: Week, timezone: string): Week {
  return weekOf(week.start - 1, timezone);
}

/** The last week that is over at `time`. */
export function lastWeek(time: TimeMs, timezone: string): Week {
  return weekBefore(weekOf(time, timezone), timezone);
}

/** Reads `2026-W47`; null when it is no week of that year. */
export function parseWeek(text: string, timezone: string): Week | null {
  const match = /^(\d{4})-?[Ww](\d{2})$/.exec(text.trim());
  if (match === null) return null;
  // 4 January is always in the first week (ISO 8601).
  const first = weekOf(new TZDate(Number(match[1]), 0, 4, timezone).getTime(), timezone);
  const start = addWeeks(first.start, Number(match[2]) - 1, { in: tz(timezone) });
  const week = weekOf(start.getTime(), timezone);
  return week.name === `${match[1]}-W${match[2]}` ? week : null;
}

/** The local midnights of a span, its two ends among them: days of 23, 24 or 25 hours. */
export function midnights(start: TimeMs, end: TimeMs, timezone: string): readonly TimeMs[] {
  const zone = { in: tz(timezone) };
  const times: TimeMs[] = [];
  for (let day = 0; (times.at(-1) ?? start - 1) < end; day += 1) {
    times.push(Math.min(end, addDays(start, day, zone).getTime()));
  }
  return times;
}
