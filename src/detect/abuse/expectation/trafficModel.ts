import { BYTES_OF, CORES_OF, SLOTS, type HourRing } from './ring.ts';
import { medianOf, quantileOf, robustDeviation } from '../../../model/quantile.ts';
import type { AbuseThresholds } from '../thresholds.ts';

/**
 * What a workload's own traffic says of its use: `idle + perByte × bytes a second` cores, learnt from its
 * hours. It knows a quiet Saturday without having seen one, where the hour of day does not.
 */
export interface TrafficModel {
  /** Cores without traffic. */
  readonly idle: number;
  /** Cores for each byte a second, received and sent. */
  readonly perByte: number;
  /** Robust standard deviation of an hour's average around it, as a share of what it says. */
  readonly sigma: number;
  /** How far hours ordinarily go above it, as a share of what it says: 98 of 100 stay below. */
  readonly upper: number;
  /** The most traffic it was learnt from, bytes a second. */
  readonly mostNet: number;
}

/** Hours that are so many robust deviations away did something else. */
const TRIM = 4;
/** Hours of little use must not weigh more than their quantisation allows: not below a fifth of the median. */
const WEIGHT_FLOOR = 0.2;

/**
 * Least squares on relative errors (use varies in proportion to its level), once more without the hours that
 * did something else. Null where the traffic is not known in enough hours, or the use does not rise with it.
 */
export function fitTraffic(
  ring: HourRing,
  hours: readonly number[],
  { minHours, scaleFloorShare }: AbuseThresholds['baseline'],
): TrafficModel | null {
  const nets = new Float64Array(hours.length);
  const cores = new Float64Array(hours.length);
  let count = 0;
  let mostNet = 0;
  for (const hour of hours) {
    const net = ring.net[hour % SLOTS] ?? 0;
    const mean = ring.mean[hour % SLOTS] ?? 0;
    if (net < 2 || mean < 2) continue;
    nets[count] = BYTES_OF[net] ?? 0;
    cores[count] = CORES_OF[mean] ?? 0;
    mostNet = Math.max(mostNet, nets[count] ?? 0);
    count++;
  }
  if (count < minHours) return null;
  const least = WEIGHT_FLOOR * medianOf(cores.subarray(0, count));
  const isUsed = new Uint8Array(count).fill(1);
  const first = lineThrough(nets, cores, isUsed, least);
  if (first === null) return null;
  const residuals = residualsOf(nets, cores, count, first);
  const middle = medianOf(residuals);
  const limit = TRIM * Math.max(scaleFloorShare, robustDeviation(residuals, middle));
  for (let at = 0; at < count; at++)
    isUsed[at] = Math.abs((residuals[at] ?? 0) - middle) <= limit ? 1 : 0;
  const line = lineThrough(nets, cores, isUsed, least);
  if (line === null) return null;
  const rest = residualsOf(nets, cores, count, line);
  return {
    ...line,
    sigma: Math.max(scaleFloorShare, robustDeviation(rest, medianOf(rest))),
    upper: Math.max(0, quantileOf(rest, 0.98)),
    mostNet,
  };
}

/** Cores that so much traffic accounts for. Beyond all that was seen, in proportion to it. */
export function coresForTraffic(model: TrafficModel, net: number): number {
  const { idle, perByte, mostNet } = model;
  if (net <= mostNet || mostNet === 0) return idle + perByte * net;
  return (idle + perByte * mostNet) * (net / mostNet);
}

type Line = Pick<TrafficModel, 'idle' | 'perByte'>;

function lineThrough(
  nets: Float64Array,
  cores: Float64Array,
  isUsed: Uint8Array,
  least: number,
): Line | null {
  let weights = 0;
  let x = 0;
  let y = 0;
  let xx = 0;
  let xy = 0;
  for (let at = 0; at < isUsed.length; at++) {
    if (isUsed[at] === 0) continue;
    const net = nets[at] ?? 0;
    const used = cores[at] ?? 0;
    const weight = 1 / Math.max(used, least) ** 2;
    weights += weight;
    x += weight * net;
    y += weight * used;
    xx += weight * net * net;
    xy += weight * net * used;
  }
  if (weights === 0) return null;
  const spread = xx - (x * x) / weights;
  const perByte = spread > 0 ? (xy - (x * y) / weights) / spread : 0;
  if (!(perByte > 0)) return null;
  const idle = (y - perByte * x) / weights;
  // Use below nothing without traffic is a line through the origin.
  return idle >= 0 ? { idle, perByte } : { idle: 0, perByte: xy / xx };
}

function residualsOf(
  nets: Float64Array,
  cores: Float64Array,
  count: number,
  { idle, perByte }: Line,
): Float64Array {
  const residuals = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    const said = idle + perByte * (nets[at] ?? 0);
    residuals[at] = said > 0 ? (cores[at] ?? 0) / said - 1 : 0;
  }
  return residuals;
}
