import { medianOf, quantileOf, robustDeviation } from '../../../model/quantile.ts';
import type { AbuseThresholds } from '../thresholds.ts';
import { readerOf, type HourRing } from '../../usual/hourRing.ts';
import type { Usual } from './usual.ts';

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

/**
 * Tukey's resistant line, through the medians of the hours with less and with more traffic. Null where the use does not
 * rise with it.
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
  const middle = medianOf(known.map(({ net }) => net));
  const [quiet, busy] = [true, false].map((isQuiet) => {
    const half = known.filter(({ net }) => net < middle === isQuiet);
    return {
      net: medianOf(half.map(({ net }) => net)),
      cores: medianOf(half.map(({ cores }) => cores)),
    };
  }) as [(typeof known)[number], (typeof known)[number]];
  const slope = (busy.cores - quiet.cores) / (busy.net - quiet.net);
  if (!(slope > 0)) return null;
  // Use below nothing without traffic is a line through the origin.
  const isAbove = quiet.cores >= slope * quiet.net;
  const perByte = isAbove ? slope : busy.cores / busy.net;
  const idle = isAbove ? quiet.cores - slope * quiet.net : 0;
  const rest = known.map(({ net, cores }) => cores / (idle + perByte * net) - 1);
  return {
    idle,
    perByte,
    sigma: Math.max(scaleFloorShare, robustDeviation(rest, medianOf(rest))),
    upper: Math.max(0, quantileOf(rest, ORDINARY)),
    mostNet: Math.max(...known.map(({ net }) => net)),
  };
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
