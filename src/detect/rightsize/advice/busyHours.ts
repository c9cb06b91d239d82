import type { Reading } from '../../../model/reading.ts';
import { DAY_MS } from '../../../model/time.ts';
import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';

/** How often a busy hour must have come back, and how likely chance may have done that among all hours. */
const LEAST_TIMES = 2;
const CHANCE = 0.05;
const HOURS_OF_DAY = 24;
const HOURS_OF_WEEK = 168;

/**
 * Cores in the busiest hour that comes back: the highest level that an hour of the week, or of the day, reached in
 * at least half of the times it was seen, and more often than chance would have it. One hour a week is 0.6 % of
 * all windows, so that no percentile of all of them sees it; but of 168 hours some are busy twice by accident where
 * bursts are common (Bonferroni over the hours, binomial within one). Null while nothing comes back. Hours are UTC's.
 */
export function busiestHour(days: readonly ContainerDay[]): Reading {
  const all: number[] = [];
  const ofWeek = new Map<number, number[]>();
  const ofDay = new Map<number, number[]>();
  for (const { day, busy } of days) {
    // The epoch began on a Thursday; only that weeks repeat matters here.
    const weekday = (day / DAY_MS) % 7;
    busy.forEach((cores, hour) => {
      if (cores === null) return;
      all.push(cores);
      push(ofWeek, weekday * HOURS_OF_DAY + hour, cores);
      push(ofDay, hour, cores);
    });
  }
  all.sort((a, b) => a - b);
  const levels = [...recurring(ofWeek, all, HOURS_OF_WEEK), ...recurring(ofDay, all, HOURS_OF_DAY)];
  return levels.length === 0 ? null : Math.max(...levels);
}

function push(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** The level that each hour reached half of the times, where that is no accident. */
function recurring(
  lists: ReadonlyMap<number, readonly number[]>,
  all: readonly number[],
  hours: number,
): readonly number[] {
  return [...lists.values()].flatMap((values) => {
    const times = Math.max(LEAST_TIMES, Math.ceil(values.length / 2));
    const level = values.toSorted((a, b) => b - a)[times - 1];
    if (level === undefined) return [];
    const others = all.length - values.length;
    const reached = values.filter((cores) => cores >= level).length;
    const elsewhere = countFrom(all, level) - reached;
    const share = others === 0 ? 1 : elsewhere / others;
    return chanceOfAtLeast(times, values.length, share) * hours <= CHANCE ? [level] : [];
  });
}

/** How many of the ascending values are at least `level`. */
function countFrom(ascending: readonly number[], level: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < level) low = middle + 1;
    else high = middle;
  }
  return ascending.length - low;
}

/** Probability of at least `least` successes in `trials`, each with probability `share`. */
function chanceOfAtLeast(least: number, trials: number, share: number): number {
  let term = (1 - share) ** trials;
  let below = 0;
  for (let successes = 0; successes < least; successes += 1) {
    below += term;
    term *= ((trials - successes) / (successes + 1)) * (share / (1 - share));
  }
  return share >= 1 ? 1 : 1 - below;
}
