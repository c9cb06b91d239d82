import { QuestionRefused } from '../questions/answerContext.ts';
import { DAY_MS, floorTo, HOUR_MS, WEEK_MS, type TimeMs, type Window } from '../../model/time.ts';
import { FIRST_SUNDAY, parseStep } from './parseWindow.ts';
import { flag, type Parse } from './readParameters.ts';

/** How sets are put together: one for all, or one for each unit of the UTC calendar. */
export type Accumulate = 'none' | 'all' | keyof typeof CALENDAR;

/** More sets than a year of days or six weeks of hours are a mistake. */
const MAX_SETS = 1_000;

/** Where the unit that holds a time begins, and where the next one does (opencost core/pkg/opencost/window.go). */
const CALENDAR = {
  hour: everyMs(HOUR_MS, 0),
  day: everyMs(DAY_MS, 0),
  week: everyMs(WEEK_MS, FIRST_SUNDAY),
  month: everyMonths(1),
  quarter: everyMonths(3),
} as const satisfies Record<string, (time: TimeMs) => Window>;

/** Names that OpenCost takes for a step; months and quarters are read by the day there. */
const NAMED_STEPS: Readonly<Record<string, number>> = {
  hour: HOUR_MS,
  day: DAY_MS,
  week: WEEK_MS,
  month: DAY_MS,
  quarter: DAY_MS,
};

/**
 * `accumulate` and `accumulateBy` (opencost pkg/costmodel/aggregation.go, `resolveAccumulateFromQuery`): true for
 * all, or a unit of the calendar (`weeknow` is the UI's name for the week). Null where it says nothing.
 */
export const accumulate: Parse<Accumulate | null> = (value, name) => {
  const word = value.toLowerCase();
  if (word === '') return null;
  if (word === 'weeknow') return 'week';
  if (word === 'all' || word === 'none' || Object.hasOwn(CALENDAR, word)) return word as Accumulate;
  if (!/^(1|0|t|f|true|false)$/.test(word)) {
    const units = Object.keys(CALENDAR).join(', ');
    throw new QuestionRefused(`illegal ${name}: "${value}"; use true, false, all, none, ${units}`);
  }
  return flag(value, name) ? 'all' : 'none';
};

/** A length of time; null without one. */
export const step: Parse<number | null> = (value, name) => {
  if (value === '') return null;
  const length = NAMED_STEPS[value.toLowerCase()] ?? parseStep(value);
  if (length !== null && length !== undefined) return length;
  throw new QuestionRefused(
    `illegal ${name}: "${value}"; use for example 1h or 1d, or hour, day, week, month or quarter`,
  );
};

/**
 * The windows of the answer's sets: whole units of the calendar for `accumulate=day` and its kind, even where
 * the window begins or ends within one (OpenCost's `resolveQueryWindowForAccumulate`); else steps that part the
 * window without a gap, the last one shorter where they do not fit.
 */
export function cutSets(window: Window, by: Accumulate, step: number | null): readonly Window[] {
  if (by === 'all') return [window];
  const next = by === 'none' ? stepper(window, step) : CALENDAR[by];
  const sets: Window[] = [];
  for (let start = window.start; start < window.end;) {
    const set = next(start);
    sets.push(set);
    if (sets.length > MAX_SETS) {
      throw new QuestionRefused(`more than ${MAX_SETS} sets; ask for a longer step or less time`);
    }
    start = set.end;
  }
  return sets;
}

function stepper(window: Window, step: number | null): (start: TimeMs) => Window {
  const length = step ?? window.end - window.start;
  return (start) => ({ start, end: Math.min(start + length, window.end) });
}

function everyMs(length: number, origin: TimeMs): (time: TimeMs) => Window {
  return (time) => {
    const start = floorTo(time - origin, length) + origin;
    return { start, end: start + length };
  };
}

function everyMonths(months: number): (time: TimeMs) => Window {
  return (time) => {
    const date = new Date(time);
    const first = Math.floor(date.getUTCMonth() / months) * months;
    const year = date.getUTCFullYear();
    return { start: Date.UTC(year, first, 1), end: Date.UTC(year, first + months, 1) };
  };
}
