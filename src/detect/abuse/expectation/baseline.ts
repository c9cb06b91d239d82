import {
  leastSquares,
  medianOf,
  quantileOf,
  robustDeviation,
  type Point,
} from '../../../model/quantile.ts';
import { DAY_HOURS } from '../../../model/time.ts';
import { alikeHours, normalUse } from '../../usual/alikeHours.ts';
import { learntHours, readerOf, valuesAt, type HourRing } from '../../usual/hourRing.ts';
import { HOUR_UNITS } from '../state/state.ts';
import type { AbuseThresholds } from '../thresholds.ts';

export interface Ceiling {
  readonly upper: number;
  /** How far nine hours of ten stay above the median of their hour of day: what that leaves unexplained. */
  readonly wobble: number;
}

/** What is normal, learnt from hours that no alarm flagged; cores are those of the hottest pod. */
export interface Usual {
  readonly normal: number;
  readonly sigma: number;
  readonly average: Ceiling;
  /** True until the same hours of the day were seen twice: the time of day is not accounted for. */
  readonly isShort: boolean;
  /** True while there are too few hours for a normal of its own: good only to see what is far beyond them. */
  readonly isProvisional: boolean;
}

/** `idle + perByte × bytes a second` cores: it knows a quiet Saturday without having seen one. */
export interface TrafficLine {
  readonly idle: number;
  readonly perByte: number;
  /** Robust standard deviation of an hour's average around it, as a share of what it says. */
  readonly sigma: number;
  /** How far hours ordinarily go above it, as a share of what it says. */
  readonly upper: number;
  /** The most traffic it was learnt from, bytes a second. */
  readonly mostNet: number;
}

/** All but a few hours, which did something else. */
const ORDINARY = 0.98;
/** Hours that are so many robust deviations away did something else, too. */
const TRIM = 4;
/** Hours of little use count no more than their steps allow: as those of this share of the median. */
const LEAST = 0.2;

type Line = Pick<TrafficLine, 'idle' | 'perByte'>;

/** By least squares, once more without hours that did something else. Null where the use does not rise with the traffic. */
export function lineThrough(
  ring: HourRing,
  hours: readonly number[],
  { scaleFloorShare }: AbuseThresholds['baseline'],
): TrafficLine | null {
  const [netAt, coresAt] = [readerOf(ring, 'net'), readerOf(ring, 'mean')];
  const known = hours
    .map((hour) => ({ x: netAt(hour) ?? 0, y: coresAt(hour) ?? 0 }))
    .filter(({ x, y }) => x > 0 && y > 0);
  const least = LEAST * medianOf(known.map(({ y }) => y));
  // Use varies in proportion to its level: what counts is how far it is off as a share.
  const points = known.map((one) => ({ ...one, weight: Math.max(one.y, least) ** -2 }));
  const offFrom = ({ idle, perByte }: Line): readonly number[] =>
    points.map(({ x, y }) => y / (idle + perByte * x) - 1);
  const first = risingLine(points);
  if (first === null) return null;
  const before = offFrom(first);
  const middle = medianOf(before);
  const most = TRIM * Math.max(scaleFloorShare, robustDeviation(before, middle));
  const line = risingLine(points.filter((_, at) => Math.abs(before[at]! - middle) <= most));
  if (line === null) return null;
  const off = offFrom(line);
  return {
    ...line,
    sigma: Math.max(scaleFloorShare, robustDeviation(off, medianOf(off))),
    upper: Math.max(0, quantileOf(off, ORDINARY)),
    mostNet: Math.max(...known.map(({ x }) => x)),
  };
}

function risingLine(points: readonly Point[]): Line | null {
  const { offset, slope } = leastSquares(points);
  if (!(slope > 0)) return null;
  // Use below nothing without traffic is a line through the origin.
  if (offset < 0) return { idle: 0, perByte: leastSquares(points, true).slope };
  return { idle: offset, perByte: slope };
}

/** What is normal at so much traffic; beyond all that was seen, in proportion to it. */
export function usualAtTraffic(
  { idle, perByte, sigma, upper, mostNet }: TrafficLine,
  net: number,
): Usual {
  const normal = (idle + perByte * Math.min(net, mostNet)) * Math.max(1, net / mostNet);
  return {
    normal,
    sigma: sigma * normal,
    average: { upper: (1 + upper) * normal, wobble: 0 },
    isShort: false,
    isProvisional: false,
  };
}

/** The current run of a Job, or an hour that is being burnt, must not vouch for itself. */
const RUN_HOURS = DAY_HOURS / 2;

export interface Baseline extends Usual {
  readonly window: Ceiling;
  readonly highest: number;
  readonly net: number;
  readonly disk: number;
  /** Bytes of network, and of network and disk, that a core-second ordinarily comes with; zero when it has none. */
  readonly netPerCoreSecond: number;
  readonly bytesPerCoreSecond: number;
  /** What its own traffic says of its use, but for the last twelve hours; null where it says too little. */
  readonly traffic: TrafficLine | null;
  readonly hours: number;
}

/**
 * Median and MAD of the same hour of day (of the week once a fortnight is known) and its neighbours; null until an hour is
 * learnt. How much the time of day explains is measured: see `wobble`.
 *
 * @param runs true for what runs and ends: its hours mean past runs, whatever the time of day.
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
  const netPerCoreSecond = perCoreSecond(ring, 'net', all);
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
    netPerCoreSecond,
    bytesPerCoreSecond: netPerCoreSecond + perCoreSecond(ring, 'disk', all),
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

/** An hour's average with its highest window, whose bytes are in the hour's, too. */
export function wholeMeans(ring: HourRing): (hour: number) => number {
  const [meanAt, peakAt] = [readerOf(ring, 'mean'), readerOf(ring, 'peak')];
  return (hour) => ((HOUR_UNITS - 1) * (meanAt(hour) ?? 0) + (peakAt(hour) ?? 0)) / HOUR_UNITS;
}

/** Median of bytes a core-second over the hours in which both are known. */
function perCoreSecond(ring: HourRing, column: 'net' | 'disk', hours: readonly number[]): number {
  const [bytesAt, coresAt] = [readerOf(ring, column), wholeMeans(ring)];
  const known = hours.filter((hour) => bytesAt(hour) !== null && coresAt(hour) > 0);
  return medianOf(known.map((hour) => (bytesAt(hour) ?? 0) / coresAt(hour)));
}
