import type { Baseline } from './baseline.ts';
import type { Normal } from './normal.ts';
import type { Track } from './state.ts';
import { diskOf, netOf, type Subject } from './subject.ts';
import type { AbuseThresholds } from './thresholds.ts';

/** How one window stands against what is normal. */
export interface Suspicion {
  readonly cores: number;
  /** What is normal now, in cores; 0 where nothing is known. */
  readonly normal: number;
  /** Above this the window is novel; null where nothing is known. */
  readonly threshold: number | null;
  readonly extraCores: number;
  /** Network and disk beyond the normal, bytes a second; null while the network is unknown. */
  readonly extraBytes: number | null;
  /** Share of the extra cores that the extra bytes account for, by the workload's own ratio, 0..1. */
  readonly explained: number;
  /** Robust z-score of what is not explained; 0 where nothing is known. */
  readonly z: number;
  readonly isHot: boolean;
  readonly isLevel: boolean;
}

/** How far what goes above the normal may go further, as a share of it. */
const UPPER_MARGIN = 0.25;

/** Bytes a core-second below which so much added use is silent. */
export function silentBelow(
  cores: number,
  { isSummed, podCount }: Pick<Subject, 'isSummed' | 'podCount'>,
  { work }: AbuseThresholds,
): number {
  // The free allowance is per pod and second: dear for a tenth of a core, nothing for ten.
  const free = work.freeBytesPerSecond * (isSummed ? podCount : 1);
  return work.silentBytesPerCoreSecond + free / Math.max(cores, 1e-3);
}

/**
 * Holds a window against the normal. Two lines make it hot: above the higher one (what the workload never
 * or hardly ever did) always, above the lower one (six robust sigmas at this hour) when the added use
 * moves no data. Use that the added traffic accounts for is load, and never hot.
 */
export function suspicionOf(
  subject: Subject,
  cores: number,
  track: Track,
  normal: Normal,
  knobs: AbuseThresholds,
): Suspicion {
  const isLevel = usesItsLevel(subject, cores, knobs);
  const { base } = normal;
  if (base !== null) {
    const against = againstBaseline(subject, cores, track, base, knobs);
    if (!base.isProvisional || against.isHot) return { ...against, isLevel };
  }
  const net = netOf(subject);
  const extraNet = net === null ? null : Math.max(0, net - normal.matesNet);
  return {
    cores,
    normal: 0,
    threshold: null,
    extraCores: cores,
    extraBytes: extraNet === null ? null : extraNet + workOfDisk(subject, extraNet, null, knobs),
    explained: 0,
    z: 0,
    isHot: cores >= knobs.minCores,
    isLevel,
  };
}

function againstBaseline(
  subject: Subject,
  cores: number,
  track: Track,
  base: Baseline,
  knobs: AbuseThresholds,
): Omit<Suspicion, 'isLevel'> {
  const { work, novelty, minCores } = knobs;
  // A baseline that crept up under the slow alarm's eyes is not believed.
  const crept = track.slow >= knobs.slow.alarm && track.referenceCores < base.normal;
  const usual = crept ? track.referenceCores : base.normal;
  const upper = crept ? usual : Math.max(base.upper, usual + base.excess);
  const sigma = Math.max(base.sigma, minCores / novelty.sigmas);
  const extraCores = Math.max(0, cores - usual);
  const net = netOf(subject);
  const usualNet = crept ? Math.min(base.net, track.referenceBytes) : base.net;
  const extraNet = net === null ? null : Math.max(0, net - usualNet);
  const extraBytes =
    extraNet === null ? null : extraNet + workOfDisk(subject, extraNet, base, knobs);
  const explained = explainedShare(subject, extraNet, extraCores, base, knobs);
  // While the hours of the day are not known, their spread says nothing of one hour's noise.
  const noise = base.isShort ? 0 : novelty.sigmas * sigma;
  const low = Math.max(
    usual + noise,
    usual * (1 + novelty.minShare),
    usual + minCores,
    crept || base.isShort ? 0 : usual + 1.5 * base.wobble,
  );
  const high = Math.max(low, usual + novelty.sigmas * sigma, above(upper, usual, sigma));
  const isSilent =
    extraBytes !== null && extraBytes < silentBelow(extraCores, subject, knobs) * extraCores;
  const lower = Math.max(low, crept ? 0 : above(base.upper, usual, base.isShort ? 0 : sigma));
  // While the hours of the day are not known, its own traffic tells how busy they are: what that accounts
  // for is load, and what remains is held against the lower line as if it were silent.
  const aboveLoad =
    base.isShort && hasTrafficRatio(base, work) ? lower + explained * extraCores : Infinity;
  const threshold = base.isProvisional ? high : isSilent ? lower : Math.min(high, aboveLoad);
  const isOver = cores >= threshold && explained < work.explainedShare;
  const spread = Math.max(sigma, (upper - usual) / 3);
  return {
    cores,
    normal: usual,
    threshold,
    extraCores,
    extraBytes,
    explained,
    // Sums over hours need to know what the hours of the day are like.
    z:
      subject.isStarting || base.isShort
        ? 0
        : (cores > usual ? extraCores * (1 - explained) : cores - usual) / spread,
    // What starts is busy; a known workload's new pods are looked at once they have settled.
    isHot:
      !subject.isStarting &&
      (isOver || isHotOnAverage(subject, cores, track, usual, sigma, base, knobs)),
  };
}

/** Beyond what is usually reached at the highest: that is known from a few days, and not to the last percent. */
function above(upper: number, usual: number, sigma: number): number {
  return upper + Math.max(sigma, UPPER_MARGIN * (upper - usual));
}

/**
 * The average of about an hour against the averages that were learnt: bursts even out, and what runs all
 * the time below them, or in turns with nothing, remains. Only silent use counts, and only windows that
 * have a part in it.
 */
function isHotOnAverage(
  subject: Subject,
  cores: number,
  track: Track,
  usual: number,
  sigma: number,
  base: Baseline,
  knobs: AbuseThresholds,
): boolean {
  const { smoothCores, smoothNet, smoothDisk } = track;
  const extra = smoothCores - usual;
  if (base.isProvisional || smoothNet < 0 || extra < knobs.minCores || cores - usual < extra / 2)
    return false;
  const line = Math.max(
    base.isShort ? 0 : usual + knobs.novelty.sigmas * sigma,
    usual * (1 + knobs.novelty.minShare),
    above(base.upperMean, usual, base.isShort ? 0 : sigma),
    base.isShort ? 0 : usual + 1.5 * base.wobbleMean,
  );
  const bytes = Math.max(0, smoothNet - base.net) + Math.max(0, smoothDisk - base.disk);
  return smoothCores >= line && bytes < silentBelow(extra, subject, knobs) * extra;
}

/**
 * Disk bytes that count as work. Reading does; writing does where the workload has always used its disk,
 * and else only as far as something came in to be written: writing out of nothing costs a miner nothing.
 */
function workOfDisk(
  subject: Subject,
  extraNet: number,
  base: Baseline | null,
  { work }: AbuseThresholds,
): number {
  const disk = diskOf(subject);
  if (disk === null) return 0;
  const extra = Math.max(0, disk - (base?.disk ?? 0));
  if (base !== null && livesOnDisk(base, work)) return extra;
  const reads = Math.min(extra, subject.diskIn ?? 0);
  return reads + Math.min(extra - reads, work.writesPerInput * (extraNet + reads));
}

/** True where a core-second ordinarily comes with network traffic, by which its load can be told. */
function hasTrafficRatio(base: Baseline, work: AbuseThresholds['work']): boolean {
  return base.netPerCoreSecond >= work.silentBytesPerCoreSecond && !livesOnDisk(base, work);
}

/** True where the disk is what the workload ordinarily works on: more than a log beside its network. */
function livesOnDisk(base: Baseline, work: AbuseThresholds['work']): boolean {
  return (
    base.diskPerCoreSecond >= work.silentBytesPerCoreSecond &&
    base.disk >= base.net &&
    base.disk >= work.diskHabitBytesPerSecond
  );
}

/** By the workload's own ratio of bytes to CPU, and only the kinds of bytes that it ordinarily moves. */
function explainedShare(
  subject: Subject,
  extraNet: number | null,
  extraCores: number,
  base: Baseline,
  { work }: AbuseThresholds,
): number {
  if (extraNet === null || extraCores === 0) return 0;
  const { netPerCoreSecond, diskPerCoreSecond } = base;
  const disk = diskOf(subject);
  const usesNet = netPerCoreSecond >= work.silentBytesPerCoreSecond;
  const usesDisk = livesOnDisk(base, work) && disk !== null;
  const usual = (usesNet ? netPerCoreSecond : 0) + (usesDisk ? diskPerCoreSecond : 0);
  if (usual === 0) return 0;
  const extra = (usesNet ? extraNet : 0) + (usesDisk ? Math.max(0, disk - base.disk) : 0);
  return Math.min(1, extra / (usual * extraCores));
}

/** Against the limit, else the request, else the node: how much of what it may have it takes. */
function usesItsLevel(subject: Subject, cores: number, { level }: AbuseThresholds): boolean {
  const { limit, request, nodeCores } = subject;
  if (limit !== null && limit > 0) return cores >= level.ofLimit * limit;
  if (cores < level.minCores) return false;
  if (request !== null && request > 0) return cores >= level.ofRequest * request;
  return nodeCores !== null && nodeCores > 0 && cores >= level.ofNode * nodeCores;
}
