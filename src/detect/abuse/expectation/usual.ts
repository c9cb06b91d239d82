import {
  leastSquares,
  medianOf,
  quantileOf,
  robustDeviation,
  type Point,
} from '../../../model/quantile.ts';
import type { AbuseThresholds } from '../thresholds.ts';
import { readerOf, type HourRing } from '../../usual/hourRing.ts';

/** How high use ordinarily goes. */
export interface Ceiling {
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
  readonly average: Ceiling;
  /** True until the same hours of the day were seen twice: the time of day is not accounted for. */
  readonly isShort: boolean;
  /** True while there are too few hours for a normal of its own: good only to see what is far beyond them. */
  readonly isProvisional: boolean;
}

/**
 * What a workload's own traffic says of its use: `idle + perByte × bytes a second` cores. It knows a quiet Saturday
 * without having seen one, where the hour of day does not.
 */
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

/**
 * The line through the hours by least squares, once more without those that did something else. Null where the use does not
 * rise with the traffic.
 */
export function lineThrough(
  ring: HourRing,
  hours: readonly number[],
  { scaleFloorShare }: AbuseThresholds['baseline'],
): TrafficLine | null {
  const [netAt, coresAt] = [readerOf(ring, 'net'), readerOf(ring, 'mean')];
  const known = hours
    .map((hour) => ({ net: netAt(hour) ?? 0, cores: coresAt(hour) ?? 0 }))
    .filter(({ net, cores }) => net > 0 && cores > 0);
  const least = LEAST * medianOf(known.map(({ cores }) => cores));
  // Use varies in proportion to its level: what counts is how far it is off as a share.
  const points = known.map(({ net, cores }) => ({
    x: net,
    y: cores,
    weight: Math.max(cores, least) ** -2,
  }));
  const first = risingLine(points);
  if (first === null) return null;
  const off = points.map(offFrom(first));
  const middle = medianOf(off);
  const most = TRIM * Math.max(scaleFloorShare, robustDeviation(off, middle));
  const line = risingLine(points.filter((_, at) => Math.abs(off[at]! - middle) <= most));
  if (line === null) return null;
  const rest = points.map(offFrom(line));
  return {
    ...line,
    sigma: Math.max(scaleFloorShare, robustDeviation(rest, medianOf(rest))),
    upper: Math.max(0, quantileOf(rest, ORDINARY)),
    mostNet: Math.max(...known.map(({ net }) => net)),
  };
}

type Line = Pick<TrafficLine, 'idle' | 'perByte'>;

/** How far use is beyond what its traffic says, as a share of that. */
function offFrom({ idle, perByte }: Line): (hour: Point) => number {
  return ({ x, y }) => y / (idle + perByte * x) - 1;
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
