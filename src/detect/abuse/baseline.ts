import type { AbuseThresholds } from './thresholds.ts';
import { BYTES_OF, CORES_OF, isLearnt, SLOTS, type HourRing } from './ring.ts';

/** Scales a median absolute deviation to a standard deviation of normal noise. */
const MAD_TO_SIGMA = 1.4826;
const RATIO_STEP = 0.05;
const DAY = 24;
const WEEK = 7 * DAY;

/** What is normal for one hour, learnt from hours that no alarm flagged. */
export interface Baseline {
  /** Median of the hottest pod's cores at this hour. */
  readonly normal: number;
  /** Robust standard deviation of it, with a floor. */
  readonly sigma: number;
  /** How high single windows ordinarily go at this hour. */
  readonly upper: number;
  readonly net: number;
  readonly disk: number;
  /** Bytes a core-second ordinarily comes with, by kind; zero when it has none. */
  readonly netPerCoreSecond: number;
  readonly diskPerCoreSecond: number;
  /** Hours it rests on. */
  readonly hours: number;
}

/**
 * A robust seasonal baseline: median and MAD of the same hour of day and its neighbours over two weeks,
 * the same hour of the week once a fortnight is known (facts: "hour of week once there are two weeks"),
 * all hours where that leaves fewer than three. Null until `minHours` are learnt.
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
    // The current run must not vouch for itself.
    const past = learnt.filter((h) => hour - h >= 12);
    if (past.length < knobs.minRunHours) return null;
    return summarise(ring, past, past, knobs, 1);
  }
  if (learnt.length < knobs.minHours) return null;
  const isFortnight = (learnt[0] ?? hour) <= hour - 13 * DAY;
  const period = isFortnight ? WEEK : DAY;
  let near = learnt.filter((h) => isNear(hour - h, period));
  if (near.length < 3) near = learnt.filter((h) => isNear(hour - h, DAY));
  if (near.length < 3) near = learnt;
  return summarise(ring, near, learnt, knobs, 0.8);
}

/** Hours apart by whole periods, give or take one. */
function isNear(apart: number, period: number): boolean {
  const rest = apart % period;
  return rest <= 1 || rest === period - 1;
}

function summarise(
  ring: HourRing,
  near: readonly number[],
  all: readonly number[],
  knobs: AbuseThresholds['baseline'],
  upperQuantile: number,
): Baseline {
  const means = read(ring.mean, CORES_OF, near);
  const normal = quantileOf(means, 0.5);
  const mad = quantileOf(
    means.map((mean) => Math.abs(mean - normal)),
    0.5,
  );
  const upper = quantileOf(read(ring.peak, CORES_OF, near), upperQuantile);
  const sigma = Math.max(MAD_TO_SIGMA * mad, knobs.scaleFloorShare * normal);
  return {
    normal,
    sigma,
    upper: Math.max(upper, normal),
    net: quantileOf(read(ring.net, BYTES_OF, near), 0.5),
    disk: quantileOf(read(ring.disk, BYTES_OF, near), 0.5),
    netPerCoreSecond: medianRatio(ring.net, ring.mean, all),
    diskPerCoreSecond: medianRatio(ring.disk, ring.mean, all),
    hours: all.length,
  };
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
