import { forecastSpend, type Forecast } from '../forecast.ts';
import { fromNano } from '../../model/money.ts';
import { nextMonth, type TimeMs } from '../../model/time.ts';
import type { BudgetState } from './budgetState.ts';

/** A budget's month as it stands and as it will end; units of currency. */
export interface MonthForecast extends Forecast {
  /** Spent in what was seen of the month. */
  readonly spent: number;
  /** Put in for the part of the month before the history began. */
  readonly unseen: number;
}

/** Forecasts the month that `now` ends in; null while there are too few complete days. */
export function forecastMonth(state: BudgetState, now: TimeMs): MonthForecast | null {
  const ahead = forecastSpend(state.series, now, nextMonth(state.month));
  const spent = fromNano(state.spentNano);
  if (ahead === null) return null;
  const unseenMs = Math.max(0, now - state.month - state.seenMs);
  const before =
    unseenMs === 0 ? null : forecastSpend(state.series, state.month, state.month + unseenMs);
  const unseen = before?.expected ?? 0;
  return {
    spent,
    unseen,
    expected: spent + ahead.expected + unseen,
    low: spent + ahead.low + (before?.low ?? 0),
    high: spent + ahead.high + (before?.high ?? 0),
  };
}
