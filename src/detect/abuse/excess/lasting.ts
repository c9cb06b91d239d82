import type { Baseline } from '../expectation/baseline.ts';
import type { Track } from '../state/state.ts';
import { netOf, type Subject } from '../subjects/subject.ts';
import type { AbuseThresholds } from '../thresholds.ts';
import { coresForTraffic } from '../expectation/trafficModel.ts';
import { diskUseOf, silentBelow, workOfDisk } from './work.ts';

/**
 * What an hour shows that single windows do not: `average`, bursts even out; `floor`, a miner never rests
 * where bursts do; `traffic`, the use goes beyond what the workload's own traffic accounts for.
 */
export interface Lasting {
  readonly by: 'average' | 'floor' | 'traffic';
  /** What is normal of it, and the line that it has passed, in cores. */
  readonly normal: number;
  readonly threshold: number;
  readonly extraCores: number;
  readonly extraBytes: number;
}

/** How far what goes above the normal may go further, as a share of it. */
const UPPER_MARGIN = 0.25;
/** An hour in units of five minutes. */
const LASTING_UNITS = 12;

/** Beyond what is usually reached at the highest: that is known from a few days, and not to the last percent. */
export function lineAbove(upper: number, usual: number, sigma: number): number {
  return upper + Math.max(sigma, UPPER_MARGIN * (upper - usual));
}

/** Null unless the hour that ends with this window is beyond what is normal in one of the three ways. */
export function beyondForLong(
  subject: Subject,
  cores: number,
  track: Track,
  base: Baseline,
  floor: Floor | null,
  traffic: AgainstTraffic | null,
  thresholds: AbuseThresholds,
): Lasting | null {
  if (base.isProvisional || track.smoothNet < 0) return null;
  return (
    aboveItsFloor(track, base, floor) ??
    onAverage(subject, cores, track, base, thresholds) ??
    beyondItsTraffic(subject, cores, track, base, traffic, thresholds)
  );
}

/**
 * The average of about an hour against the averages that were learnt: bursts even out, and what runs all
 * the time below them, or in turns with nothing, remains. Only silent use counts, and only windows that
 * have a part in it.
 */
function onAverage(
  subject: Subject,
  cores: number,
  track: Track,
  base: Baseline,
  thresholds: AbuseThresholds,
): Lasting | null {
  const { normal } = base;
  const extraCores = track.smoothCores - normal;
  if (extraCores < thresholds.minCores || cores - normal < extraCores / 2) return null;
  const sigma = base.isShort
    ? 0
    : Math.max(base.sigma, thresholds.minCores / thresholds.novelty.sigmas);
  const threshold = Math.max(
    normal + thresholds.novelty.sigmas * sigma,
    normal * (1 + thresholds.novelty.minShare),
    lineAbove(base.upperMean, normal, sigma),
    base.isShort ? 0 : normal + 1.5 * base.wobbleMean,
  );
  if (track.smoothCores < threshold) return null;
  const extraBytes = bytesOnAverage(subject, track, base, thresholds);
  if (extraBytes >= silentBelow(extraCores, subject, thresholds) * extraCores) return null;
  return { by: 'average', normal, threshold, extraCores, extraBytes };
}

/** How a window stands against the lowest windows of all hours that were learnt. */
export interface Floor {
  /** Above this it has not rested; in cores. */
  readonly line: number;
  /** True where it has not rested, and moved no more data than it ordinarily does. */
  readonly isSilent: boolean;
}

/**
 * Work that comes in bursts rests between them, and a miner does not: what no hour's lowest window has ever
 * reached is novel, however high the bursts go. Null while the hours of the day are not known.
 */
export function floorOf(
  subject: Subject,
  cores: number,
  base: Baseline,
  thresholds: AbuseThresholds,
): Floor | null {
  const net = netOf(subject);
  if (base.isShort || base.isProvisional || subject.runs || net === null) return null;
  const line = base.lowHighest + Math.max(thresholds.minCores, UPPER_MARGIN * base.lowHighest);
  if (cores <= line) return { line, isSilent: false };
  const lift = cores - base.low;
  const extraNet = Math.max(0, net - base.netOfAll);
  const disk = workOfDisk(
    diskUseOf(subject),
    extraNet,
    { ...base, disk: base.diskOfAll },
    thresholds,
  );
  return { line, isSilent: extraNet + disk < silentBelow(lift, subject, thresholds) * lift };
}

/** Above the floor's line for an hour, and in most of it in silence: by how much the lowest window was lifted. */
function aboveItsFloor(
  { liftedFor, liftedCores, silentFor }: Track,
  base: Baseline,
  floor: Floor | null,
): Lasting | null {
  if (floor === null || liftedFor < LASTING_UNITS || silentFor < liftedFor / 2) return null;
  const extraCores = liftedCores - base.low;
  return { by: 'floor', normal: base.low, threshold: floor.line, extraCores, extraBytes: 0 };
}

/** An hour's average, and how much of it the workload's own traffic accounts for; in cores. */
export interface AgainstTraffic {
  readonly used: number;
  readonly accounted: number;
}

/** Null where traffic tells nothing of its use. */
export function againstTraffic(
  { smoothCores, smoothNet }: Track,
  { traffic }: Baseline,
): AgainstTraffic | null {
  if (traffic === null || smoothNet < 0) return null;
  return { used: smoothCores, accounted: coresForTraffic(traffic, smoothNet) };
}

/** An hour beyond what its own traffic accounts for, and a window that has a part in it. */
function beyondItsTraffic(
  subject: Subject,
  cores: number,
  track: Track,
  base: Baseline,
  traffic: AgainstTraffic | null,
  thresholds: AbuseThresholds,
): Lasting | null {
  const net = netOf(subject);
  if (base.traffic === null || traffic === null || net === null) return null;
  const { sigma, upper } = base.traffic;
  const { used, accounted: normal } = traffic;
  const extraCores = used - normal;
  const share = Math.max(
    thresholds.novelty.minShare,
    thresholds.novelty.sigmas * sigma,
    upper * (1 + UPPER_MARGIN),
  );
  const threshold = normal + Math.max(thresholds.minCores, share * normal);
  if (used < threshold) return null;
  if (cores - coresForTraffic(base.traffic, net) < extraCores / 2) return null;
  const extraBytes = bytesOnAverage(subject, track, base, thresholds);
  return { by: 'traffic', normal, threshold, extraCores, extraBytes };
}

/** Bytes a second beyond what is normal at this hour, over about an hour. */
function bytesOnAverage(
  subject: Subject,
  { smoothNet, smoothDisk }: Track,
  base: Baseline,
  thresholds: AbuseThresholds,
): number {
  const net = Math.max(0, smoothNet - base.net);
  const now = (subject.diskIn ?? 0) + (subject.diskOut ?? 0);
  const reads = now > 0 ? (smoothDisk * (subject.diskIn ?? 0)) / now : 0;
  const disk = { total: smoothDisk < 0 ? null : smoothDisk, reads };
  return net + workOfDisk(disk, net, base, thresholds);
}
