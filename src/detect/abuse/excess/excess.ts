import type { Baseline } from '../expectation/baseline.ts';
import type { Ceiling, Usual } from '../expectation/usual.ts';
import type { Normal } from '../expectation/normal.ts';
import { usualAtTraffic } from '../expectation/trafficLine.ts';
import type { Track } from '../state/state.ts';
import type { Subject } from '../subjects/subject.ts';
import type { AbuseThresholds } from '../thresholds.ts';
import { diskUseOf, explainedShare, silentBelow, workOfDisk, type DiskUse } from './work.ts';

/** How the use stands against what is normal, by the comparator that found it, or by this window. */
export interface Suspicion extends Excess {
  readonly cores: number;
  /** Above this it is novel; null where nothing is known. */
  readonly threshold: number | null;
  readonly isHot: boolean;
  readonly isLevel: boolean;
  /** What an hour shows where this window alone does not: its average, as bursts even out, or its traffic; else null. */
  readonly by: 'average' | 'traffic' | null;
  /** The hour's average beside what its own traffic accounts for; null where that tells nothing. */
  readonly traffic: AgainstTraffic | null;
}

interface Excess {
  /** What is normal now, in cores; 0 where nothing is known. */
  readonly normal: number;
  readonly extraCores: number;
  /** Network and disk beyond the normal, bytes a second; null while the network is unknown. */
  readonly extraBytes: number | null;
}

/** An hour's average, and how much of it the workload's own traffic accounts for; in cores. */
export interface AgainstTraffic {
  readonly used: number;
  readonly accounted: number;
}

/**
 * Holds a window against the normal: it is hot above what the workload hardly ever did, unless the added traffic
 * accounts for it; or where about an hour is beyond its normal average or its traffic.
 */
export function suspicionOf(
  subject: Subject,
  track: Track,
  { base, coLocatedNet }: Normal,
  thresholds: AbuseThresholds,
): Suspicion {
  const { cores, net } = subject;
  const isLevel = usesItsLevel(subject, thresholds);
  const against = base === null ? null : againstBaseline(subject, track, base, thresholds);
  if (against !== null && (base?.isProvisional === false || against.isHot))
    return { ...against, cores, isLevel };
  const extraNet = net === null ? null : Math.max(0, net - coLocatedNet);
  return {
    cores,
    normal: 0,
    threshold: null,
    extraCores: cores,
    extraBytes: bytesOf(diskUseOf(subject), extraNet, 0, thresholds),
    isHot: cores >= thresholds.minCores,
    isLevel,
    by: null,
    traffic: null,
  };
}

function bytesOf<Net extends number | null>(
  disk: DiskUse,
  extraNet: Net,
  usualDisk: number,
  thresholds: AbuseThresholds,
): Net | number {
  return extraNet === null
    ? extraNet
    : extraNet + workOfDisk(disk, extraNet, usualDisk, thresholds);
}

function againstBaseline(
  subject: Subject,
  track: Track,
  base: Baseline,
  thresholds: AbuseThresholds,
): Omit<Suspicion, 'isLevel' | 'cores'> {
  const { cores, net, isStarting } = subject;
  const { smoothCores, smoothNet } = track;
  const { normal } = base;
  const extraCores = Math.max(0, cores - normal);
  const extraNet = net === null ? null : Math.max(0, net - base.net);
  const threshold = lineOf(base, base.window, sigmaOf(base, thresholds), thresholds);
  const isExplained =
    explainedShare(extraNet, extraCores, base, thresholds) >= thresholds.work.explainedShare;
  const isOver = cores >= threshold && !isExplained;
  const alike =
    smoothNet < 0 || base.traffic === null ? null : usualAtTraffic(base.traffic, smoothNet);
  const found = {
    normal,
    threshold,
    extraCores,
    extraBytes: bytesOf(diskUseOf(subject), extraNet, base.disk, thresholds),
    by: null,
    traffic: alike === null ? null : { used: smoothCores, accounted: alike.normal },
  };
  // What starts is busy; a known workload's new pods are looked at once they have settled.
  if (isOver || isStarting || smoothNet < 0) return { ...found, isHot: isOver && !isStarting };
  const byAverage = lasting(subject, track, base, base, thresholds);
  if (byAverage !== null && byAverage.isSilent) return { ...found, isHot: true, by: 'average' };
  const byTraffic = alike === null ? null : lasting(subject, track, base, alike, thresholds);
  if (byTraffic === null) return { ...found, isHot: false };
  return { ...found, ...byTraffic.excess, isHot: true, by: 'traffic' };
}

/** While the hours of the day are not known, their spread is not one hour's noise; in the first hours it tells how the use has risen so far. */
function sigmaOf({ sigma }: Usual, { minCores, novelty }: AbuseThresholds): number {
  return Math.max(sigma, minCores / novelty.sigmas);
}

/** What goes above a normal hour without being novel, from the highest that is ordinarily reached. */
function lineOf(
  { normal, isShort }: Usual,
  { upper, wobble }: Ceiling,
  sigma: number,
  { novelty, minCores }: AbuseThresholds,
): number {
  return Math.max(
    normal + novelty.sigmas * sigma,
    normal + minCores,
    isShort ? 0 : normal + novelty.wobbles * wobble,
    upper + Math.max(sigma, novelty.margin * (upper - normal)),
  );
}

interface Lasting {
  readonly excess: Excess & { readonly threshold: number };
  readonly isSilent: boolean;
}

/**
 * The average of about an hour, against averages: bursts even out, and what runs all the time below them, or in turns
 * with nothing, remains. Only windows that have a part in it count. Null where it is not beyond them.
 */
function lasting(
  subject: Subject,
  track: Track,
  base: Baseline,
  usual: Usual,
  thresholds: AbuseThresholds,
): Lasting | null {
  const { normal, isShort, isProvisional } = usual;
  const extraCores = track.smoothCores - normal;
  if (extraCores < thresholds.minCores || subject.cores - normal < extraCores / 2) return null;
  const sigma = isShort && !isProvisional ? 0 : sigmaOf(usual, thresholds);
  const threshold = lineOf(usual, usual.average, sigma, thresholds);
  if (track.smoothCores < threshold) return null;
  const { smoothNet, smoothDisk } = track;
  const { total, reads } = diskUseOf(subject);
  const disk = {
    total: smoothDisk < 0 ? null : smoothDisk,
    reads: total === null || total === 0 ? 0 : (smoothDisk * reads) / total,
  };
  const extraBytes = bytesOf(disk, Math.max(0, smoothNet - base.net), base.disk, thresholds);
  const isSilent = extraBytes < silentBelow(extraCores, subject, thresholds) * extraCores;
  return { excess: { normal, threshold, extraCores, extraBytes }, isSilent };
}

/** Against the limit, else the request, else the node: how much of what it may have it takes. */
function usesItsLevel(subject: Subject, thresholds: AbuseThresholds): boolean {
  const line = levelOf(subject, thresholds);
  if (line === null || subject.cores < line.cores) return false;
  return line.of === 'limit' || subject.cores >= thresholds.level.minCores;
}

/** The cores from which it takes nearly all that it may have; null where that is not known. */
export function levelOf(
  { limit, request, nodeCores }: Subject,
  { level }: AbuseThresholds,
): { readonly of: 'limit' | 'request' | 'node'; readonly cores: number } | null {
  // None at all and zero come to the same.
  if (limit !== null && limit > 0) return { of: 'limit', cores: level.ofLimit * limit };
  if (request !== null && request > 0) return { of: 'request', cores: level.ofRequest * request };
  if (nodeCores !== null && nodeCores > 0) return { of: 'node', cores: level.ofNode * nodeCores };
  return null;
}
