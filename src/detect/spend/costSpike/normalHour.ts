import { tzOffset } from '@date-fns/tz';
import { medianOf, robustDeviation } from '../../../model/quantile.ts';
import { DAY_HOURS, HOUR_MS, MINUTE_MS, WEEK_HOURS, type TimeMs } from '../../../model/time.ts';
import { hourCost, type PastHours } from './spikeState.ts';

/** What an hour ordinarily costs a namespace, and how far its ordinary hours lie from that. */
export interface NormalHour {
  readonly cost: number;
  readonly deviation: number;
  /** How it was found, for people. */
  readonly from: string;
}

/**
 * The normal of an hour: the median of the same hour of the week over four weeks; with fewer than two such
 * weeks, of the same hour of the day over the last seven days. Hours are those of the time zone, so a
 * night shift stays at night when the clocks change. Null when there is too little to say.
 */
export function normalHour(past: PastHours, hour: TimeMs, timezone: string): NormalHour | null {
  const weekly = costsAt(past, hour, timezone, WEEK_HOURS, 4);
  const daily = costsAt(past, hour, timezone, DAY_HOURS, 7);
  const isWeekly = weekly.length >= 2;
  if (!isWeekly && daily.length < 3) return null;
  const chosen = isWeekly ? weekly : daily;
  const cost = medianOf(chosen);
  // Dispersion from both: four numbers alone are a poor measure of it.
  const both = isWeekly ? weekly : [...weekly, ...daily];
  return {
    cost,
    deviation: robustDeviation(both, cost),
    from: isWeekly
      ? `the same hour of the week over ${weekly.length} weeks`
      : `the same hour of the day over ${daily.length} days`,
  };
}

function costsAt(
  past: PastHours,
  hour: TimeMs,
  timezone: string,
  lagHours: number,
  count: number,
): readonly number[] {
  const costs: number[] = [];
  for (let back = 1; back <= count; back++) {
    const then = hour - back * lagHours * HOUR_MS;
    const shift = offsetAt(hour, timezone) - offsetAt(then, timezone);
    const cost = hourCost(past, then + shift);
    if (cost !== null) costs.push(cost);
  }
  return costs;
}

/** The time zone's distance from UTC in milliseconds; whole hours are what matters here. */
function offsetAt(time: TimeMs, timezone: string): number {
  return Math.round((tzOffset(timezone, new Date(time)) * MINUTE_MS) / HOUR_MS) * HOUR_MS;
}
