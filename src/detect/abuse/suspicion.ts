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

export function suspicionOf(
  subject: Subject,
  cores: number,
  track: Track,
  normal: Normal,
  knobs: AbuseThresholds,
): Suspicion {
  const { base } = normal;
  const isLevel = usesItsLevel(subject, cores, knobs);
  const net = netOf(subject);
  const disk = diskOf(subject) ?? 0;
  if (base === null) {
    return {
      cores,
      normal: 0,
      threshold: null,
      extraCores: cores,
      extraBytes: net === null ? null : net + disk,
      explained: 0,
      z: 0,
      isHot: cores >= knobs.minCores,
      isLevel,
    };
  }
  // A baseline that crept up under the slow alarm's eyes is not believed.
  const crept = track.slow >= knobs.slow.alarm && track.referenceCores < base.normal;
  const usual = crept ? track.referenceCores : base.normal;
  const upper = crept ? usual : base.upper;
  const sigma = Math.max(base.sigma, knobs.minCores / knobs.novelty.sigmas);
  const extraCores = Math.max(0, cores - usual);
  const extraNet =
    net === null ? null : net - (crept ? Math.min(base.net, track.referenceBytes) : base.net);
  const extraBytes =
    extraNet === null ? null : Math.max(0, extraNet) + Math.max(0, disk - base.disk);
  const perCore = base.netPerCoreSecond + base.diskPerCoreSecond;
  const explained =
    extraBytes === null || perCore < knobs.work.silentBytesPerCoreSecond || extraCores === 0
      ? 0
      : Math.min(1, extraBytes / (perCore * extraCores));
  const threshold = Math.max(
    usual + knobs.novelty.sigmas * sigma,
    upper + sigma,
    usual * (1 + knobs.novelty.minShare),
    usual + knobs.minCores,
  );
  const spread = Math.max(sigma, (upper - usual) / 3);
  return {
    cores,
    normal: usual,
    threshold,
    extraCores,
    extraBytes,
    explained,
    z: (cores > usual ? extraCores * (1 - explained) : cores - usual) / spread,
    isHot: cores >= threshold && explained < knobs.work.explainedShare,
    isLevel,
  };
}

/** Against the limit, else the request, else the node: how much of what it may have it takes. */
function usesItsLevel(subject: Subject, cores: number, { level }: AbuseThresholds): boolean {
  const { limit, request, nodeCores } = subject;
  if (limit !== null && limit > 0) return cores >= level.ofLimit * limit;
  if (cores < level.minCores) return false;
  if (request !== null && request > 0) return cores >= level.ofRequest * request;
  return nodeCores !== null && nodeCores > 0 && cores >= level.ofNode * nodeCores;
}
