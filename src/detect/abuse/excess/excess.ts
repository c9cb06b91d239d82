import type { Baseline } from '../expectation/baseline.ts';
import type { Normal } from '../expectation/normal.ts';
import { coresForTraffic } from '../expectation/trafficModel.ts';
import type { Track } from '../state/state.ts';
import { netOf, type Subject } from '../subjects/subject.ts';
import type { AbuseThresholds } from '../thresholds.ts';
import { diskUseOf, explainedShare, silentBelow, workOfDisk } from './work.ts';

/** How the use stands against what is normal, by the comparator that found it, or by this window. */
export interface Suspicion {
  readonly cores: number;
  /** What is normal now, in cores; 0 where nothing is known. */
  readonly normal: number;
  /** Above this it is novel; null where nothing is known. */
  readonly threshold: number | null;
  readonly extraCores: number;
  /** Network and disk beyond the normal, bytes a second; null while the network is unknown. */
  readonly extraBytes: number | null;
  readonly isHot: boolean;
  readonly isLevel: boolean;
  /** What an hour shows where this window alone does not; null where it need not be asked. */
  readonly by: Lasting['by'] | null;
  /** The hour's average beside what its own traffic accounts for; null where that tells nothing. */
  readonly traffic: AgainstTraffic | null;
}

/** What an hour shows: `average`, bursts even out; `traffic`, more than the workload's own traffic accounts for. */
export interface Lasting {
  readonly by: 'average' | 'traffic';
  readonly normal: number;
  readonly threshold: number;
  readonly extraCores: number;
  readonly extraBytes: number;
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
  cores: number,
  track: Track,
  normal: Normal,
  thresholds: AbuseThresholds,
): Suspicion {
  const isLevel = usesItsLevel(subject, cores, thresholds);
  const { base } = normal;
  if (base !== null) {
    const against = againstBaseline(subject, cores, track, base, thresholds);
    if (!base.isProvisional || against.isHot) return { ...against, isLevel };
  }
  const net = netOf(subject);
  const extraNet = net === null ? null : Math.max(0, net - normal.coLocatedNet);
  return {
    cores,
    normal: 0,
    threshold: null,
    extraCores: cores,
    extraBytes: bytesOf(subject, extraNet, 0, thresholds),
    isHot: cores >= thresholds.minCores,
    isLevel,
    by: null,
    traffic: null,
  };
}

function bytesOf(
  subject: Subject,
  extraNet: number | null,
  usualDisk: number,
  thresholds: AbuseThresholds,
): number | null {
  if (extraNet === null) return null;
  return extraNet + workOfDisk(diskUseOf(subject), extraNet, usualDisk, thresholds);
}

function againstBaseline(
  subject: Subject,
  cores: number,
  track: Track,
  base: Baseline,
  thresholds: AbuseThresholds,
): Omit<Suspicion, 'isLevel'> {
  const { novelty, minCores, work } = thresholds;
  const usual = base.normal;
  const extraCores = Math.max(0, cores - usual);
  const net = netOf(subject);
  const extraNet = net === null ? null : Math.max(0, net - base.net);
  const explained = explainedShare(extraNet, extraCores, base, thresholds);
  const sigma = Math.max(base.sigma, minCores / novelty.sigmas);
  const threshold = lineOf(base, base.upper, base.wobble, sigma, thresholds);
  const isOver = cores >= threshold && explained < work.explainedShare;
  const traffic = againstTraffic(track, base);
  // What starts is busy; a known workload's new pods are looked at once they have settled.
  const isJudged = !subject.isStarting;
  const lasting =
    isOver || !isJudged || track.smoothNet < 0
      ? null
      : (onAverage(subject, cores, track, base, thresholds) ??
        beyondItsTraffic(subject, cores, track, base, traffic, thresholds));
  return {
    cores,
    normal: usual,
    threshold,
    extraCores,
    extraBytes: bytesOf(subject, extraNet, base.disk, thresholds),
    isHot: isJudged && (isOver || lasting !== null),
    by: lasting?.by ?? null,
    traffic,
    ...(lasting?.by === 'traffic' && lasting),
  };
}

/** What goes above a normal hour without being novel, from the highest that is ordinarily reached. */
function lineOf(
  { normal, isShort }: Baseline,
  upper: number,
  wobble: number,
  sigma: number,
  { novelty, minCores }: AbuseThresholds,
): number {
  return Math.max(
    normal + novelty.sigmas * sigma,
    normal * (1 + novelty.minShare),
    normal + minCores,
    isShort ? 0 : normal + novelty.wobbles * wobble,
    upper + Math.max(sigma, novelty.margin * (upper - normal)),
  );
}

/**
 * The average of about an hour against the averages that were learnt: bursts even out, and what runs all the time
 * below them, or in turns with nothing, remains. Only silent use counts, and only windows that have a part in it.
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
  if (extraCores < thresholds.minCores || 2 * (cores - normal) < extraCores) return null;
  // While the hours of the day are not known, their spread is not one hour's noise. In the first hours it tells how
  // the use has risen so far.
  const sigma =
    base.isShort && !base.isProvisional
      ? 0
      : Math.max(base.sigma, thresholds.minCores / thresholds.novelty.sigmas);
  const threshold = lineOf(base, base.upperMean, base.wobbleMean, sigma, thresholds);
  if (track.smoothCores < threshold) return null;
  const extraBytes = bytesOnAverage(subject, track, base, thresholds);
  if (extraBytes >= silentBelow(extraCores, subject, thresholds) * extraCores) return null;
  return { by: 'average', normal, threshold, extraCores, extraBytes };
}

function againstTraffic(
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
  const { novelty, minCores } = thresholds;
  const { sigma, upper } = base.traffic;
  const { used, accounted: normal } = traffic;
  const extraCores = used - normal;
  const share = Math.max(novelty.minShare, novelty.sigmas * sigma, upper * (1 + novelty.margin));
  const threshold = normal + Math.max(minCores, share * normal);
  if (used < threshold) return null;
  if (2 * (cores - coresForTraffic(base.traffic, net)) < extraCores) return null;
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
  const { total: now, reads } = diskUseOf(subject);
  const disk = {
    total: smoothDisk < 0 ? null : smoothDisk,
    reads: now === null || now === 0 ? 0 : (smoothDisk * reads) / now,
  };
  return net + workOfDisk(disk, net, base.disk, thresholds);
}

/** Against the limit, else the request, else the node: how much of what it may have it takes. */
function usesItsLevel(subject: Subject, cores: number, thresholds: AbuseThresholds): boolean {
  const line = levelOf(subject, thresholds);
  if (line === null || cores < line.cores) return false;
  return line.of === 'limit' || cores >= thresholds.level.minCores;
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
