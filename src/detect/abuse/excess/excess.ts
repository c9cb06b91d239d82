import type { Normal } from '../expectation/normal.ts';
import {
  usualAtTraffic,
  type Baseline,
  type Ceiling,
  type Usual,
} from '../expectation/baseline.ts';
import type { Track } from '../state/state.ts';
import type { Subject } from '../subjects/subject.ts';
import type { AbuseThresholds } from '../thresholds.ts';

/** How the use stands against what is normal, by the comparator that found it, or by this window. */
export interface Suspicion {
  readonly cores: number;
  /** What is normal now, in cores; 0 where nothing is known. */
  readonly normal: number;
  readonly extraCores: number;
  /** Network and disk beyond the normal, bytes a second; null while the network is unknown. */
  readonly extraBytes: number | null;
  /** Above this it is novel; null where nothing is known. */
  readonly threshold: number | null;
  readonly isHot: boolean;
  readonly isLevel: boolean;
  /** What an hour shows where this window alone does not: its average, as bursts even out, or its traffic; else null. */
  readonly by: 'average' | 'traffic' | null;
  /** The hour's average beside what its own traffic accounts for, in cores; null where that tells nothing. */
  readonly traffic: { readonly used: number; readonly accounted: number } | null;
}

/** What is used in a window, or in an hour on average; of disk bytes, what is read. */
type Use = Pick<Subject, 'cores' | 'net' | 'disk' | 'diskReads'>;

/**
 * Holds a window against the normal, and about an hour against its average and its traffic; with the normal that it was
 * held against. In its first hours siblings come before own hours; such a normal only shows what is far beyond it.
 */
export function suspicionOf(
  subject: Subject,
  track: Track,
  { base, siblings, coLocatedNet }: Normal,
  thresholds: AbuseThresholds,
): { readonly suspicion: Suspicion; readonly base: Baseline | null } {
  const { cores } = subject;
  const isLevel = usesItsLevel(subject, thresholds);
  for (const usual of [siblings, base]) {
    if (usual === null) continue;
    const against = againstBaseline(subject, track, usual, thresholds);
    if (against.isHot || !usual.isProvisional)
      return { suspicion: { ...against, cores, isLevel }, base: usual };
  }
  const suspicion = {
    cores,
    normal: 0,
    threshold: null,
    extraCores: cores,
    extraBytes: extraBytesOf(subject, { net: coLocatedNet, disk: 0 }, thresholds),
    isHot: cores >= thresholds.minCores,
    isLevel,
    by: null,
    traffic: null,
  };
  return { suspicion, base: null };
}

function againstBaseline(
  subject: Subject,
  track: Track,
  base: Baseline,
  thresholds: AbuseThresholds,
): Omit<Suspicion, 'isLevel' | 'cores'> {
  const { cores, net, isStarting } = subject;
  const { smoothCores, smoothNet } = track;
  const { work } = thresholds;
  const now = beyond(subject, base, base, base.window, thresholds);
  // The added traffic accounts for it, by the workload's own ratio of bytes to CPU.
  const isExplained =
    net !== null &&
    base.netPerCoreSecond >= work.silentBytesPerCoreSecond &&
    net - base.net >= work.explainedShare * base.netPerCoreSecond * now.extraCores;
  const isOver = cores >= now.threshold && !isExplained;
  const alike =
    smoothNet < 0 || base.traffic === null ? null : usualAtTraffic(base.traffic, smoothNet);
  const traffic = alike === null ? null : { used: smoothCores, accounted: alike.normal };
  const found = { ...now, by: null, traffic };
  // What starts is busy; a known workload's new pods are looked at once they have settled.
  if (isOver || isStarting || smoothNet < 0) return { ...found, isHot: isOver && !isStarting };
  // What the hour holds besides, as the bytes of a burst that is ordinary, is no part of what is beyond it.
  const average = lasting(subject, track, base, base, thresholds);
  if (average !== null) return { ...found, ...average, isHot: true, by: 'average' };
  const byTraffic = alike === null ? null : lasting(subject, track, base, alike, thresholds);
  if (byTraffic === null) return { ...found, isHot: false };
  return { ...found, ...byTraffic, isHot: true, by: 'traffic' };
}

function beyond(
  use: Use,
  base: Baseline,
  usual: Usual,
  ceiling: Ceiling,
  thresholds: AbuseThresholds,
  sigma = sigmaOf(usual, thresholds),
) {
  return {
    normal: usual.normal,
    extraCores: Math.max(0, use.cores - usual.normal),
    extraBytes: extraBytesOf(use, base, thresholds),
    threshold: lineOf(usual, ceiling, sigma, thresholds),
  };
}

/** Less than what matters is no deviation. */
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

/**
 * The average of about an hour, against averages: bursts even out, and what runs below them, or in turns with nothing,
 * remains. Only windows that have a part in it count. Null where it is not beyond them, or works.
 */
function lasting(
  subject: Subject,
  { smoothCores, smoothNet, smoothDisk, lastCores, olderCores }: Track,
  base: Baseline,
  usual: Usual,
  thresholds: AbuseThresholds,
) {
  const { cores, disk, diskReads } = subject;
  const { work, shape, minCores } = thresholds;
  const hour: Use = {
    cores: smoothCores,
    net: smoothNet,
    disk: smoothDisk < 0 ? null : smoothDisk,
    diskReads: (Math.max(0, smoothDisk) * diskReads) / (disk || 1),
  };
  // While the hours of the day are not known, their spread is not one hour's noise; in the first hours it tells how
  // the use has risen so far.
  const sigma = usual.isShort && !usual.isProvisional ? 0 : sigmaOf(usual, thresholds);
  const excess = beyond(hour, base, usual, usual.average, thresholds, sigma);
  const { normal, extraCores, extraBytes, threshold } = excess;
  if (extraCores < minCores || cores - normal < extraCores || smoothCores < threshold) return null;
  if (usual !== base) return excess;
  // What has been level for an hour at twice the normal is silent with a part of what its own CPU comes with.
  const off = [cores, lastCores, olderCores].map((one) => Math.abs(one - smoothCores));
  const isLevel = Math.max(...off) <= shape.flat * smoothCores && extraCores >= normal;
  const inPassing = isLevel && !base.isProvisional ? work.weakShare * base.bytesPerCoreSecond : 0;
  const silence = Math.max(silentBelow(extraCores, subject, thresholds), inPassing) * extraCores;
  return (extraBytes ?? silence) < silence ? excess : null;
}

/** Bytes a core-second below which so much added use is silent. */
export function silentBelow(
  cores: number,
  { isSummed, members }: Pick<Subject, 'isSummed' | 'members'>,
  { work, minCores }: AbuseThresholds,
): number {
  // The free allowance is per pod and second: dear for a tenth of a core, nothing for ten.
  const free = work.freeBytesPerSecond * (isSummed ? members.length : 1);
  return work.silentBytesPerCoreSecond + free / Math.max(cores, minCores);
}

/** Bytes a second beyond what is usual: of the disk what is read, and what is written as far as something came in for it. */
function extraBytesOf(
  { net, disk, diskReads }: Use,
  usual: { readonly net: number; readonly disk: number },
  { work }: AbuseThresholds,
): number | null {
  if (net === null) return null;
  const extraDisk = Math.max(0, (disk ?? 0) - usual.disk);
  const read = Math.min(extraDisk, diskReads);
  const input = Math.max(0, net - usual.net) + read;
  return input + Math.min(extraDisk - read, work.writesPerInput * input);
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
