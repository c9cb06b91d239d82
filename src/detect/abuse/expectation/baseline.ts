import { DAY_HOURS } from '../../../model/time.ts';
import { medianOf, quantileOf, robustDeviation } from '../../../model/quantile.ts';
import { learntHours, readerOf, SLOTS, valuesAt, type HourRing } from './ring.ts';
import type { AbuseThresholds } from '../thresholds.ts';

const WEEK = SLOTS / 2;
/** The current run of a Job, or an hour that is being burnt, must not vouch for itself. */
const RUN_HOURS = DAY_HOURS / 2;
/** Hours of the week that make a normal: both weeks must be among them. */
const WEEK_HOURS = 5;
/** Quantile that is high among hours of one time of day. */
const USUAL_PEAK = 0.8;

/** How high use ordinarily goes. */
export interface Reach {
  readonly upper: number;
  /** How far nine hours of ten stay above the median of their hour of day: what that leaves unexplained. */
  readonly wobble: number;
}

/** What is normal, learnt from hours that no alarm flagged; cores are those of the hottest pod. */
export interface Usual {
  readonly normal: number;
  /** Robust standard deviation, with a floor. */
  readonly sigma: number;
  /** Of an hour's average. */
  readonly average: Reach;
  /** True until the same hours of the day were seen twice: the time of day is not accounted for. */
  readonly isShort: boolean;
  /** True while there are too few hours for a normal of its own: good only to see what is far beyond them. */
  readonly isProvisional: boolean;
}

/** What is normal for one hour. */
export interface Baseline extends Usual {
  /** Of single windows. */
  readonly window: Reach;
  /** The highest window of all hours that were learnt. */
  readonly highest: number;
  readonly net: number;
  readonly disk: number;
  /** Bytes of network and disk that a core-second ordinarily comes with; zero when it has none. */
  readonly netPerCoreSecond: number;
  readonly diskPerCoreSecond: number;
  /** Its hours, but for the last twelve, by their traffic: at a like traffic it does alike, whatever the hour. */
  readonly byTraffic: readonly TrafficHour[];
  /** Hours it rests on. */
  readonly hours: number;
}

interface TrafficHour {
  readonly net: number;
  readonly mean: number;
}

/**
 * A robust seasonal baseline: median and MAD of the same hour of day and its neighbours over two weeks,
 * the same hour of the week once a fortnight is known (facts: "hour of week once there are two weeks"),
 * all hours where that leaves fewer than three. Null until an hour is learnt.
 *
 * How much the time of day really explains is measured, not assumed: see `wobble`. A workload with a rhythm of its
 * own (a queue, a test suite, 15 hours) has a large one, and what it has always done is not novel.
 *
 * @param runs true for what runs and ends (Jobs): its hours mean past runs, whatever the time of day.
 * @param lapsedBefore hour before which flags have expired, see `learntHours`
 */
export function baselineFor(
  ring: HourRing,
  hour: number,
  thresholds: AbuseThresholds['baseline'],
  runs: boolean,
  lapsedBefore: number,
): Baseline | null {
  const learnt = learntHours(ring, ring.newest, lapsedBefore);
  const past = learnt.filter((h) => hour - h >= RUN_HOURS);
  const all = runs ? past : learnt;
  if (all.length === 0) return null;
  const { near, upperQuantile, isShort } = runs
    ? { near: past, upperQuantile: 1, isShort: false }
    : alikeHours(learnt, hour, thresholds);
  const { normal, sigma } = normalUse(valuesAt(ring, 'mean', near), thresholds);
  // What happened at this hour yesterday is not novel.
  const yesterday = all.filter((h) => Math.abs(hour - h - DAY_HOURS) <= 1);
  const medians = isShort ? [] : mediansByHour(ring, all);
  const reachOf = (column: 'peak' | 'mean'): Reach => ({
    upper: Math.max(
      quantileOf(valuesAt(ring, column, near), upperQuantile),
      ...valuesAt(ring, column, yesterday),
      normal,
    ),
    wobble: isShort ? 0 : unexplained(readerOf(ring, column), all, medians),
  });
  return {
    normal,
    sigma,
    window: reachOf('peak'),
    average: reachOf('mean'),
    highest: Math.max(...valuesAt(ring, 'peak', all)),
    net: medianOf(valuesAt(ring, 'net', near)),
    disk: medianOf(valuesAt(ring, 'disk', near)),
    netPerCoreSecond: perCoreSecond(ring, 'net', all),
    diskPerCoreSecond: perCoreSecond(ring, 'disk', all),
    byTraffic: hoursByTraffic(ring, past),
    hours: all.length,
    isShort,
    isProvisional: !runs && all.length < thresholds.minHours,
  };
}

/**
 * The hours from which it is learnt what is normal at `hour`: those of the same hour of the week once a fortnight is
 * known, else of the same hour of the day, else all; and which of their quantiles is high.
 *
 * @param learnt hours since the epoch, ascending, of the last two weeks
 */
export function alikeHours(
  learnt: readonly number[],
  hour: number,
  { seasonalHours }: Pick<AbuseThresholds['baseline'], 'seasonalHours'>,
): {
  readonly near: readonly number[];
  readonly upperQuantile: number;
  readonly isShort: boolean;
} {
  const oldest = learnt[0] ?? hour;
  if (hour - oldest < seasonalHours) return { near: learnt, upperQuantile: 1, isShort: true };
  const week = nearHours(learnt, hour, WEEK);
  const isFortnight = oldest <= hour - SLOTS + DAY_HOURS && week.length >= WEEK_HOURS;
  const alike = isFortnight ? week : nearHours(learnt, hour, DAY_HOURS);
  const near = alike.length < WEEK_HOURS / 2 ? learnt : alike;
  return { near, upperQuantile: USUAL_PEAK, isShort: false };
}

/** Learnt hours that are apart by whole periods, give or take one. */
function nearHours(learnt: readonly number[], hour: number, period: number): readonly number[] {
  // Counted from a multiple of the period far enough back, so that hours to come are near as well.
  const origin = hour - SLOTS * period;
  return learnt.filter((h) => {
    const rest = (h - origin) % period;
    return rest <= 1 || rest === period - 1;
  });
}

/** What is normal of some hours: their median, and their robust standard deviation with a floor. */
export function normalUse(
  values: readonly number[],
  { scaleFloorShare }: Pick<AbuseThresholds['baseline'], 'scaleFloorShare'>,
): { readonly normal: number; readonly sigma: number } {
  const normal = medianOf(values);
  return { normal, sigma: Math.max(robustDeviation(values, normal), scaleFloorShare * normal) };
}

function mediansByHour(ring: HourRing, hours: readonly number[]): readonly number[] {
  const meanAt = readerOf(ring, 'mean');
  const byHour = Array.from({ length: DAY_HOURS }, (): number[] => []);
  for (const h of hours) byHour[h % DAY_HOURS]?.push(meanAt(h) ?? 0);
  return byHour.map(medianOf);
}

/** How far values ordinarily go above the median of their hour of day: nine of ten. */
function unexplained(
  valueAt: (hour: number) => number | null,
  hours: readonly number[],
  medians: readonly number[],
): number {
  const excess = hours.map((h) => Math.max(0, (valueAt(h) ?? 0) - (medians[h % DAY_HOURS] ?? 0)));
  return quantileOf(excess, 0.9);
}

/** Median of bytes a core-second over the hours in which both are known. */
function perCoreSecond(ring: HourRing, column: 'net' | 'disk', hours: readonly number[]): number {
  const [bytesAt, coresAt] = [readerOf(ring, column), readerOf(ring, 'mean')];
  const ratios: number[] = [];
  for (const h of hours) {
    const [bytes, used] = [bytesAt(h), coresAt(h) ?? 0];
    if (bytes !== null && used > 0) ratios.push(bytes / used);
  }
  return medianOf(ratios);
}

function hoursByTraffic(ring: HourRing, hours: readonly number[]): readonly TrafficHour[] {
  const [netAt, meanAt] = [readerOf(ring, 'net'), readerOf(ring, 'mean')];
  return hours
    .map((h) => ({ net: netAt(h) ?? 0, mean: meanAt(h) ?? 0 }))
    .filter(({ net, mean }) => net > 0 && mean > 0)
    .sort((a, b) => a.net - b.net);
}

/**
 * What is normal at so much traffic: of as many of its hours with the nearest traffic as make a baseline. It knows a
 * quiet Saturday without having seen one. Null where so much was not seen, or in too few hours.
 */
export function usualAtTraffic(
  { byTraffic }: Baseline,
  net: number,
  thresholds: AbuseThresholds['baseline'],
): Usual | null {
  const count = Math.ceil(thresholds.minHours);
  const most = byTraffic.at(-1)?.net ?? 0;
  if (byTraffic.length < count || net > most) return null;
  const above = byTraffic.findIndex((hour) => hour.net >= net);
  const from = Math.max(0, Math.min(above - Math.floor(count / 2), byTraffic.length - count));
  const means = byTraffic.slice(from, from + count).map(({ mean }) => mean);
  const upper = Math.max(...means);
  return {
    ...normalUse(means, thresholds),
    average: { upper, wobble: 0 },
    isShort: false,
    isProvisional: false,
  };
}
