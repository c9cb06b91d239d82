import { DAY_HOURS } from '../../../model/time.ts';
import { medianOf, quantileOf } from '../../../model/quantile.ts';
import { learntHours, readerOf, valuesAt, type HourRing } from '../../usual/hourRing.ts';
import { alikeHours, normalUse } from '../../usual/alikeHours.ts';
import type { AbuseThresholds } from '../thresholds.ts';
import { lineThrough, type Ceiling, type TrafficLine, type Usual } from './usual.ts';

/** The current run of a Job, or an hour that is being burnt, must not vouch for itself. */
const RUN_HOURS = DAY_HOURS / 2;
/** What is normal for one hour. */
export interface Baseline extends Usual {
  /** Of single windows. */
  readonly window: Ceiling;
  /** The highest window of all hours that were learnt. */
  readonly highest: number;
  readonly net: number;
  readonly disk: number;
  /** Bytes of network and disk that a core-second ordinarily comes with; zero when it has none. */
  readonly netPerCoreSecond: number;
  readonly diskPerCoreSecond: number;
  /** What its own traffic says of its use, but for the last twelve hours; null where it says too little. */
  readonly traffic: TrafficLine | null;
  /** Hours it rests on. */
  readonly hours: number;
}

/**
 * A robust seasonal baseline: median and MAD of the same hour of day and its neighbours over two weeks,
 * the same hour of the week once a fortnight is known (facts: "hour of week once there are two weeks"),
 * all hours where that leaves fewer than five. Null until an hour is learnt.
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
  const reachOf = (column: 'peak' | 'mean'): Ceiling => ({
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
    traffic: past.length < thresholds.minHours ? null : lineThrough(ring, past, thresholds),
    hours: all.length,
    isShort,
    isProvisional: !runs && all.length < thresholds.minHours,
  };
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
