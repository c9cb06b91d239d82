import type { AbuseThresholds } from './thresholds.ts';
import { BYTES_OF, CORES_OF, isLearnt, SLOTS, type HourRing } from './ring.ts';

/** Scales a median absolute deviation to a standard deviation of normal noise. */
const MAD_TO_SIGMA = 1.4826;
const RATIO_STEP = 0.05;
const DAY = 24;
const WEEK = 7 * DAY;
/** The current run of a Job must not vouch for itself. */
const RUN_HOURS = 12;
/** Hours of the week that make a normal: both weeks must be among them. */
const WEEK_HOURS = 5;

/** What is normal for one hour, learnt from hours that no alarm flagged. */
export interface Baseline {
  /** Median of the hottest pod's cores at this hour. */
  readonly normal: number;
  /** Robust standard deviation of it, with a floor. */
  readonly sigma: number;
  /** How high single windows ordinarily go at this hour. */
  readonly upper: number;
  /** How far single windows ordinarily go above the normal of their hour, at any hour. */
  readonly excess: number;
  /** The same for nine hours of ten: how much the hour of day leaves unexplained. */
  readonly wobble: number;
  /** The highest window of all hours that were learnt. */
  readonly highest: number;
  readonly net: number;
  readonly disk: number;
  /** Bytes a core-second ordinarily comes with, by kind; zero when it has none. */
  readonly netPerCoreSecond: number;
  readonly diskPerCoreSecond: number;
  /** Network and disk bytes a core-second in its quietest hours (5 % quantile). */
  readonly quietPerCoreSecond: number;
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
 * all hours where that leaves fewer than three. Null until `provisionalHours` are learnt.
 *
 * How much the time of day really explains is measured, not assumed: `excess` is the 98 % quantile of
 * how far the hours' peaks were above the normal of their own hour of day. A workload with a rhythm of
 * its own (a queue, a test suite, 15 hours) has a large one, and what it has always done is not novel.
 *
 * @param runs true for what runs and ends (Jobs): its hours mean past runs, whatever the time of day.
 */
export function baselineFor(
  ring: HourRing,
  hour: number,
  knobs: AbuseThresholds['baseline'],
  runs: boolean,
): Baseline | null {
  const flagHours = knobs.flagDays * DAY;
  const learnt: number[] = [];
  for (let h = Math.max(0, ring.newest - SLOTS + 1); h <= ring.newest; h++)
    if (isLearnt(ring, h, flagHours)) learnt.push(h);
  if (runs) {
    const past = learnt.filter((h) => hour - h >= RUN_HOURS);
    if (past.length < knobs.minRunHours) return null;
    return summarise(
      ring,
      { near: past, all: past, middle: 0.5, upperQuantile: 1, isShort: false },
      knobs,
    );
  }
  if (learnt.length < knobs.provisionalHours) return null;
  const oldest = learnt[0] ?? hour;
  const isShort = hour - oldest < knobs.seasonalHours;
  if (isShort)
    return summarise(
      ring,
      { near: learnt, all: learnt, middle: 0.5, upperQuantile: 1, isShort },
      knobs,
    );
  const week = learnt.filter((h) => isNear(hour - h, WEEK));
  if (oldest <= hour - 13 * DAY && week.length >= WEEK_HOURS) {
    // Two weeks' worth of one hour: an outage in one of them must not become what is normal.
    const select = { near: week, all: learnt, middle: 2 / 3, upperQuantile: 0.8, isShort };
    return summarise(ring, select, knobs);
  }
  const day = learnt.filter((h) => isNear(hour - h, DAY));
  const near = day.length < 3 ? learnt : day;
  return summarise(ring, { near, all: learnt, middle: 0.5, upperQuantile: 0.8, isShort }, knobs);
}

/** Hours apart by whole periods, give or take one. */
function isNear(apart: number, period: number): boolean {
  const rest = ((apart % period) + period) % period;
  return rest <= 1 || rest === period - 1;
}

interface Selection {
  readonly near: readonly number[];
  readonly all: readonly number[];
  /** Quantile of the means that is normal. */
  readonly middle: number;
  readonly upperQuantile: number;
  readonly isShort: boolean;
}

function summarise(
  ring: HourRing,
  { near, all, middle, upperQuantile, isShort }: Selection,
  knobs: AbuseThresholds['baseline'],
): Baseline {
  const means = read(ring.mean, CORES_OF, near);
  const normal = quantileOf(means, middle);
  const mad = quantileOf(
    means.map((mean) => Math.abs(mean - normal)),
    0.5,
  );
  const upper = quantileOf(read(ring.peak, CORES_OF, near), upperQuantile);
  const sigma = Math.max(MAD_TO_SIGMA * mad, knobs.scaleFloorShare * normal);
  let highest = 0;
  for (const h of all) highest = Math.max(highest, CORES_OF[ring.peak[h % SLOTS] ?? 0] ?? 0);
  const ratios = ratiosOf(ring, all);
  const above = isShort ? [Math.max(0, highest - normal)] : aboveNormal(ring, all);
  return {
    normal,
    sigma,
    upper: Math.max(upper, normal),
    excess: quantileOf(above, 0.98),
    wobble: quantileOf(above, 0.9),
    highest,
    net: quantileOf(read(ring.net, BYTES_OF, near), 0.5),
    disk: quantileOf(read(ring.disk, BYTES_OF, near), 0.5),
    netPerCoreSecond: medianRatio(ring.net, ring.mean, all),
    diskPerCoreSecond: medianRatio(ring.disk, ring.mean, all),
    quietPerCoreSecond: quantileOf(ratios, 0.05),
    hours: all.length,
    isShort,
    isProvisional: all.length < knobs.minHours,
  };
}

/** How far the peak of each hour was above the median of its hour of day. */
function aboveNormal(ring: HourRing, hours: readonly number[]): number[] {
  const byHour: number[][] = Array.from({ length: DAY }, () => []);
  for (const h of hours) byHour[h % DAY]?.push(CORES_OF[ring.mean[h % SLOTS] ?? 0] ?? 0);
  const medians = byHour.map((values) => quantileOf(values, 0.5));
  return hours.map((h) =>
    Math.max(0, (CORES_OF[ring.peak[h % SLOTS] ?? 0] ?? 0) - (medians[h % DAY] ?? 0)),
  );
}

/** Bytes a core-second of each hour in which network and use are known. */
function ratiosOf(ring: HourRing, hours: readonly number[]): number[] {
  const ratios: number[] = [];
  for (const h of hours) {
    const slot = h % SLOTS;
    const cores = CORES_OF[ring.mean[slot] ?? 0] ?? 0;
    if ((ring.net[slot] ?? 0) === 0 || cores <= 0) continue;
    const bytes = (BYTES_OF[ring.net[slot] ?? 0] ?? 0) + (BYTES_OF[ring.disk[slot] ?? 0] ?? 0);
    ratios.push(bytes / cores);
  }
  return ratios;
}

/** Median of bytes a core-second over many hours, by counting: their codes are logarithms already. */
function medianRatio(bytes: Uint8Array, cores: Uint8Array, hours: readonly number[]): number {
  const counts = new Uint16Array(1024);
  let total = 0;
  for (const hour of hours) {
    const byteCode = bytes[hour % SLOTS] ?? 0;
    const coreCode = cores[hour % SLOTS] ?? 0;
    if (byteCode === 0 || coreCode < 2) continue;
    const ratio = (BYTES_OF[byteCode] ?? 0) / (CORES_OF[coreCode] ?? 1);
    const bucket = ratio < 1 ? 0 : Math.min(1023, 1 + Math.round(Math.log(ratio) / RATIO_STEP));
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    total++;
  }
  let seen = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    seen += counts[bucket] ?? 0;
    if (total > 0 && seen * 2 >= total)
      return bucket === 0 ? 0 : Math.exp((bucket - 1) * RATIO_STEP);
  }
  return 0;
}

function read(codes: Uint8Array, table: Float64Array, hours: readonly number[]): number[] {
  const values: number[] = [];
  for (const hour of hours) {
    const code = codes[hour % SLOTS] ?? 0;
    if (code > 0) values.push(table[code] ?? 0);
  }
  return values;
}

/** Quantile by linear interpolation; 0 of nothing. */
export function quantileOf(values: readonly number[], q: number): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const a = sorted[low] ?? 0;
  return a + ((sorted[Math.min(low + 1, sorted.length - 1)] ?? a) - a) * (at - low);
}
