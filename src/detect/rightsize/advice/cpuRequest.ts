import type { Reading } from '../../../model/reading.ts';
import { DAY_HOURS, DAY_MS, WEEK_HOURS, type TimeMs } from '../../../model/time.ts';
import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';
import { mergeSketches, quantile, type Sketch } from '../../../store/containerDays/sketch.ts';
import type { RecommendationRule } from '../overprovisioned/thresholds.ts';

/** Half-life of a day's weight in the CPU percentile: VPA's 24 h nearly forgets last week. */
const HALF_LIFE_DAYS = 7;

/** What a CPU request rests on, in cores; the largest of the three decides. */
export interface CpuBasis {
  readonly pooled: number;
  /** The percentile of the pod that is the hottest hour after hour; null where no pod is. */
  readonly hottest: Reading;
  /** The busiest hour that comes back, where the others with their margin do not cover it; null elsewhere. */
  readonly busiestHour: Reading;
  /** What to request, before rounding. */
  readonly cores: number;
}

/**
 * The larger of all pods' pooled percentile and the hottest pod's, newer days counting more, with a margin; at least
 * what the busiest hour that comes back needs of one pod, and the floor. Null without data.
 */
export function cpuBasis(
  days: readonly ContainerDay[],
  today: TimeMs,
  rule: RecommendationRule,
): CpuBasis | null {
  const percentile = (of: (day: ContainerDay) => Sketch): Reading =>
    quantile(
      mergeSketches(
        days.map((day) => ({
          sketch: of(day),
          weight: 0.5 ** ((today - day.day) / DAY_MS / HALF_LIFE_DAYS),
        })),
      ),
      rule.percentile,
    );
  const pooled = percentile(({ cpu }) => cpu);
  if (pooled === null) return null;
  const ofHottest = percentile((day) => day.hottest);
  const hottest = isSkewed(days) ? ofHottest : null;
  const covered = Math.max(pooled, hottest ?? 0) * rule.margin;
  const busiest = ofOnePod(busiestHour(days), pooled, hottest === null ? ofHottest : null);
  const beyond = busiest !== null && busiest > covered ? busiest : null;
  const cores = Math.max(rule.floorCores, covered, beyond ?? 0);
  return { pooled, hottest, busiestHour: beyond, cores };
}

/**
 * Hours are kept as the hottest pod's. Where another pod is the hottest each hour, that is the tail of what each of
 * them does, and the larger the more pods there are: what it is above all pods' percentile usually is no need.
 *
 * @param ofHottest the percentile of each hour's hottest pod; null where that is one and the same pod.
 */
function ofOnePod(busiest: Reading, pooled: number, ofHottest: Reading): Reading {
  if (busiest === null || ofHottest === null) return busiest;
  return busiest - Math.max(0, ofHottest - pooled);
}

/** How far above chance one pod must be the hottest: of three even pods each is it in a third of the hours. */
const ABOVE_CHANCE = 0.3;

/**
 * True when one and the same pod is the hottest, hour after hour: a leader, a pod with the heavy shard, the busiest
 * node's. Among even pods another one is the hottest each hour, and what the hottest of many does is then the
 * tail of what every one of them does: sizing all of them for it would grow with their number.
 */
export function isSkewed(days: readonly ContainerDay[]): boolean {
  let hours = 0;
  let led = 0;
  let podWindows = 0;
  let windows = 0;
  for (const day of days) {
    const counts = new Map<number, number>();
    for (const pod of day.hottestPods) if (pod > 0) counts.set(pod, (counts.get(pod) ?? 0) + 1);
    for (const count of counts.values()) hours += count;
    led += Math.max(0, ...counts.values());
    podWindows += day.podWindows;
    windows += day.windows;
  }
  if (hours === 0 || podWindows <= windows) return false;
  return led / hours >= windows / podWindows + ABOVE_CHANCE;
}

/** How often a busy hour must have come back, and how likely chance may have done that among all hours. */
const LEAST_TIMES = 2;
const CHANCE = 0.05;

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
      push(ofWeek, weekday * DAY_HOURS + hour, cores);
      push(ofDay, hour, cores);
    });
  }
  all.sort((a, b) => a - b);
  const levels = [...recurring(ofWeek, all, WEEK_HOURS), ...recurring(ofDay, all, DAY_HOURS)];
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
