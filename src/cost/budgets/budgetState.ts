import type { SpendSeries } from '../forecast.ts';
import { fromNano, type Nano } from '../../model/money.ts';
import { DAY_MS, floorTo, monthStart, type TimeMs, type Window } from '../../model/time.ts';

/** What has been spent under one budget. Months and days are UTC, as they are on the cloud's bills. */
export interface BudgetState {
  readonly month: TimeMs;
  readonly spentNano: Nano;
  /** How much of this month has been seen: what was before the history began is unknown, not zero. */
  readonly seenMs: number;
  readonly day: TimeMs;
  readonly dayNano: Nano;
  readonly dayMs: number;
  /** Complete days, oldest first, without gaps. */
  readonly series: SpendSeries;
  /** Rules that fired this month, and whether they still do: each comes once. */
  readonly fired: Readonly<Record<string, { readonly since: TimeMs; readonly open: boolean }>>;
}

/** Eight weeks of days are all that a forecast looks at. */
const DAYS_KEPT = 56;

/** A budget of which nothing is known yet; it begins in the month of `start`. */
export function emptyBudget(start: TimeMs): BudgetState {
  const day = floorTo(start, DAY_MS);
  return {
    month: monthStart(start),
    spentNano: 0,
    seenMs: 0,
    day,
    dayNano: 0,
    dayMs: 0,
    series: { start: day, days: [] },
    fired: {},
  };
}

/** Adds a window's cost; a new day closes the last one into the series, a new month begins at zero. */
export function addToBudget(state: BudgetState, window: Window, nano: Nano): BudgetState {
  const turned = turnMonth(turnDay(state, window.start), window.start);
  const length = window.end - window.start;
  return {
    ...turned,
    spentNano: turned.spentNano + nano,
    seenMs: turned.seenMs + length,
    dayNano: turned.dayNano + nano,
    dayMs: turned.dayMs + length,
  };
}

function turnDay(state: BudgetState, time: TimeMs): BudgetState {
  const day = floorTo(time, DAY_MS);
  if (day === state.day) return state;
  const next = { ...state, day, dayNano: 0, dayMs: 0 };
  // The first day is seldom whole, and days that were not seen at all break the series: begin anew.
  if (state.dayMs < DAY_MS || day !== state.day + DAY_MS) {
    return { ...next, series: { start: day, days: [] } };
  }
  const days = [...state.series.days, fromNano(state.dayNano)];
  const dropped = Math.max(0, days.length - DAYS_KEPT);
  const start = state.series.start + dropped * DAY_MS;
  return { ...next, series: { start, days: days.slice(dropped) } };
}

function turnMonth(state: BudgetState, time: TimeMs): BudgetState {
  const month = monthStart(time);
  return month === state.month ? state : { ...state, month, spentNano: 0, seenMs: 0, fired: {} };
}
