import type { Reading } from '../../model/reading.ts';
import { DAY_MS } from '../../model/time.ts';
import type { ContainerDay } from '../containerDay.ts';

/** Days on which an hour of the day must have been seen before it counts as a habit. */
const MIN_DAYS = 3;

/**
 * Cores in the busiest hour that comes back: an hour of the week as high as in half of the weeks (at least
 * twice), or an hour of the day as high as in half of the days. One hour a week is 0.6 % of all windows, so
 * that no percentile of all of them sees it. Null while nothing has come back yet. Hours are UTC's.
 */
export function busiestHour(days: readonly ContainerDay[]): Reading {
  const ofWeek = new Map<number, number[]>();
  const ofDay = new Map<number, number[]>();
  for (const { day, busy } of days) {
    // The epoch began on a Thursday; only that weeks repeat matters here.
    const weekday = (day / DAY_MS) % 7;
    busy.forEach((cores, hour) => {
      if (cores === null) return;
      push(ofWeek, weekday * 24 + hour, cores);
      push(ofDay, hour, cores);
    });
  }
  const levels = [...recurring(ofWeek, 2), ...recurring(ofDay, MIN_DAYS)];
  return levels.length === 0 ? null : Math.max(...levels);
}

function push(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** The level that each hour reached in at least half of the times it was seen. */
function recurring(lists: ReadonlyMap<number, readonly number[]>, least: number): number[] {
  return [...lists.values()].flatMap((values) => {
    if (values.length < least) return [];
    const descending = [...values].sort((a, b) => b - a);
    return [descending[Math.max(1, Math.ceil(values.length / 2) - 1)]!];
  });
}
