import { BYTES_OF, CORES_OF, learntHours, SLOTS, type HourRing } from './ring.ts';
import { medianOf, quantileOf, robustDeviation } from '../../../model/quantile.ts';
import { DAY_HOURS } from '../../../model/time.ts';
import type { AbuseThresholds } from '../thresholds.ts';
import { fitTraffic, type TrafficModel } from './trafficModel.ts';

const DAY = DAY_HOURS;
const WEEK = SLOTS / 2;
/** The current run of a Job, or an hour that is being burnt, must not vouch for itself. */
const RUN_HOURS = 12;
/** Hours of the week that make a normal: both weeks must be among them. */
const WEEK_HOURS = 5;

/** Quantiles that are normal and high where the time of day is not looked at. */
const ANY_HOUR = { middle: 0.5, upperQuantile: 1 } as const;
/** Quantile that is high among hours of one time of day. */
const USUAL_PEAK = 0.8;

/** What is normal for one hour, learnt from hours that no alarm flagged. */
export interface Baseline {
  /** Median of the hottest pod's cores at this hour. */
  readonly normal: number;
  /** Robust standard deviation of it, with a floor. */
  readonly sigma: number;
  /** How high single windows ordinarily go at this hour. */
  readonly upper: number;
  /** How high the hour's average ordinarily goes at this hour. */
  readonly upperMean: number;
  /** How far the peaks of nine hours of ten go above the normal of their hour: what the hour of day leaves unexplained. */
  readonly wobble: number;
  /** The same of the hours' averages. */
  readonly wobbleMean: number;
  /** The highest window of all hours that were learnt. */
  readonly highest: number;
  readonly net: number;
  readonly disk: number;
  /** Bytes of network and disk that a core-second ordinarily comes with; zero when it has none. */
  readonly netPerCoreSecond: number;
  readonly diskPerCoreSecond: number;
  /** What its own traffic says of its use, but for the last twelve hours; null where it says too little. */
  readonly traffic: TrafficModel | null;
  /** Hours it rests on. */
  readonly hours: number;
  /** True until the same hours of the day were seen twice: the time of day is not accounted for. */
  readonly isShort: boolean;
  /** True while there are too few hours for a normal of its own: good only to see what is far beyond them. */
  readonly isProvisional: boolean;
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
  if (runs) {
    const past = learnt.filter((h) => hour - h >= RUN_HOURS);
    if (past.length < thresholds.minRunHours) return null;
    return summarise(
      ring,
      hour,
      { near: past, all: past, ...ANY_HOUR, isShort: false },
      thresholds,
    );
  }
  if (learnt.length === 0) return null;
  const alike = alikeHours(learnt, hour, thresholds);
  // What happened at this hour yesterday is not novel.
  const yesterday = learnt.filter((h) => Math.abs(hour - h - DAY) <= 1);
  return summarise(ring, hour, { ...alike, all: learnt, yesterday }, thresholds);
}

/**
 * The hours from which it is learnt what is normal at `hour`: those of the same hour of the week once a fortnight is
 * known, else of the same hour of the day, else all.
 *
 * @param learnt hours since the epoch, ascending, of the last two weeks
 */
export function alikeHours(
  learnt: readonly number[],
  hour: number,
  { seasonalHours }: Pick<AbuseThresholds['baseline'], 'seasonalHours'>,
): AlikeHours {
  const oldest = learnt[0] ?? hour;
  if (hour - oldest < seasonalHours) {
    return { near: learnt, ...ANY_HOUR, isShort: true };
  }
  const week = nearHours(learnt, hour, WEEK);
  if (oldest <= hour - 13 * DAY && week.length >= WEEK_HOURS) {
    // Two weeks' worth of one hour: an outage in one of them must not become what is normal.
    return {
      near: week,
      middle: 2 / 3,
      upperQuantile: USUAL_PEAK,
      isShort: false,
    };
  }
  const day = nearHours(learnt, hour, DAY);
  return {
    ...ANY_HOUR,
    near: day.length < 3 ? learnt : day,
    upperQuantile: USUAL_PEAK,
    isShort: false,
  };
}

/** Hours apart by whole periods, give or take one. */
function isNear(apart: number, period: number): boolean {
  const rest = apart % period;
  return rest <= 1 || rest === period - 1;
}

/** Learnt hours that are apart by whole periods, give or take one. */
function nearHours(learnt: readonly number[], hour: number, period: number): readonly number[] {
  // Counted from a multiple of the period far enough back, so that hours to come are near as well.
  const origin = hour - SLOTS * period;
  return learnt.filter((h) => isNear(h - origin, period));
}

/** Hours like one hour, and which of their quantiles are normal and high. */
interface AlikeHours {
  readonly near: readonly number[];
  /** Quantile of the means that is normal. */
  readonly middle: number;
  readonly upperQuantile: number;
  readonly isShort: boolean;
}

interface Selection extends AlikeHours {
  readonly all: readonly number[];
  /** Hours that are near this one a day or two ago, where all hours make the normal. */
  readonly yesterday?: readonly number[];
}

/** What is normal of some hours: a quantile of them, and their robust standard deviation with a floor. */
export function normalUse(
  values: readonly number[],
  middle: number,
  { scaleFloorShare }: Pick<AbuseThresholds['baseline'], 'scaleFloorShare'>,
): { readonly normal: number; readonly sigma: number } {
  const normal = quantileOf(values, middle);
  return { normal, sigma: Math.max(robustDeviation(values, normal), scaleFloorShare * normal) };
}

function summarise(
  ring: HourRing,
  hour: number,
  { near, all, middle, upperQuantile, isShort, yesterday = [] }: Selection,
  thresholds: AbuseThresholds['baseline'],
): Baseline {
  const means = read(ring.mean, CORES_OF, near);
  const { normal, sigma } = normalUse(means, middle, thresholds);
  const highest = Math.max(...read(ring.peak, CORES_OF, all));
  const past = all.filter((h) => hour - h >= RUN_HOURS);
  return {
    normal,
    sigma,
    upper: Math.max(
      quantileOf(read(ring.peak, CORES_OF, near), upperQuantile),
      ...read(ring.peak, CORES_OF, yesterday),
      normal,
    ),
    upperMean: Math.max(
      quantileOf(means, upperQuantile),
      ...read(ring.mean, CORES_OF, yesterday),
      normal,
    ),
    ...(isShort ? { wobble: 0, wobbleMean: 0 } : unexplained(ring, all)),
    highest,
    net: medianOf(read(ring.net, BYTES_OF, near)),
    disk: medianOf(read(ring.disk, BYTES_OF, near)),
    netPerCoreSecond: medianRatio(ring.net, ring.mean, all),
    diskPerCoreSecond: medianRatio(ring.disk, ring.mean, all),
    traffic: fitTraffic(ring, past, thresholds),
    hours: all.length,
    isShort,
    isProvisional: all.length < thresholds.minHours,
  };
}

/** How far peaks and averages ordinarily go above the median of the averages of their hour of day: nine of ten. */
function unexplained(
  ring: HourRing,
  hours: readonly number[],
): Pick<Baseline, 'wobble' | 'wobbleMean'> {
  const byHour = Array.from({ length: DAY }, (): number[] => []);
  for (const h of hours) byHour[h % DAY]?.push(CORES_OF[ring.mean[h % SLOTS] ?? 0] ?? 0);
  const medians = byHour.map(medianOf);
  const above = (codes: Uint8Array): number => {
    const excess = new Float64Array(hours.length);
    hours.forEach((h, at) => {
      excess[at] = Math.max(0, (CORES_OF[codes[h % SLOTS] ?? 0] ?? 0) - (medians[h % DAY] ?? 0));
    });
    return quantileOf(excess, 0.9);
  };
  return { wobble: above(ring.peak), wobbleMean: above(ring.mean) };
}

/** Median of bytes a core-second over the hours in which both are known. */
function medianRatio(bytes: Uint8Array, cores: Uint8Array, hours: readonly number[]): number {
  const ratios = new Float64Array(hours.length);
  let count = 0;
  for (const h of hours) {
    const used = CORES_OF[cores[h % SLOTS] ?? 0] ?? 0;
    const byteCode = bytes[h % SLOTS] ?? 0;
    if (byteCode > 0 && used > 0) ratios[count++] = (BYTES_OF[byteCode] ?? 0) / used;
  }
  return medianOf(ratios.subarray(0, count));
}

function read(codes: Uint8Array, table: Float64Array, hours: readonly number[]): number[] {
  const values: number[] = [];
  for (const hour of hours) {
    const code = codes[hour % SLOTS] ?? 0;
    if (code > 0) values.push(table[code] ?? 0);
  }
  return values;
}
