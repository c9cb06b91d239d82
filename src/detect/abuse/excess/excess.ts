import type { Baseline } from '../expectation/baseline.ts';
import type { Normal } from '../expectation/normal.ts';
import type { Track } from '../state/state.ts';
import {
  againstTraffic,
  beyondForLong,
  floorOf,
  lineAbove,
  type AgainstTraffic,
  type Floor,
  type Lasting,
} from './lasting.ts';
import { netOf, type Subject } from '../subjects/subject.ts';
import type { AbuseThresholds } from '../thresholds.ts';
import { diskUseOf, explainedShare, hasTrafficRatio, silentBelow, workOfDisk } from './work.ts';

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
  readonly isHot: boolean;
  readonly isLevel: boolean;
  /** What about an hour shows where this window alone does not; null where it need not be asked. */
  readonly by: Lasting['by'] | null;
  /** How it stands against the lowest windows; null where those are not known. */
  readonly floor: Floor | null;
  /** The hour's average beside what its own traffic accounts for; null where that tells nothing. */
  readonly traffic: AgainstTraffic | null;
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
    extraBytes:
      extraNet === null
        ? null
        : extraNet + workOfDisk(diskUseOf(subject), extraNet, null, thresholds),
    explained: 0,
    isHot: cores >= thresholds.minCores,
    isLevel,
    by: null,
    floor: null,
    traffic: null,
  };
}

function againstBaseline(
  subject: Subject,
  cores: number,
  track: Track,
  base: Baseline,
  thresholds: AbuseThresholds,
): Omit<Suspicion, 'isLevel'> {
  const { work, novelty, minCores } = thresholds;
  const usual = base.normal;
  const upper = Math.max(base.upper, usual + base.excess);
  const sigma = Math.max(base.sigma, minCores / novelty.sigmas);
  const extraCores = Math.max(0, cores - usual);
  const net = netOf(subject);
  const extraNet = net === null ? null : Math.max(0, net - base.net);
  const extraBytes =
    extraNet === null
      ? null
      : extraNet + workOfDisk(diskUseOf(subject), extraNet, base, thresholds);
  const explained = explainedShare(subject, extraNet, extraCores, base, thresholds);
  // While the hours of the day are not known, their spread says nothing of one hour's noise.
  const noise = base.isShort ? 0 : novelty.sigmas * sigma;
  const low = Math.max(
    usual + noise,
    usual * (1 + novelty.minShare),
    usual + minCores,
    base.isShort ? 0 : usual + 1.5 * base.wobble,
  );
  const high = Math.max(low, usual + novelty.sigmas * sigma, lineAbove(upper, usual, sigma));
  const isSilent =
    extraBytes !== null && extraBytes < silentBelow(extraCores, subject, thresholds) * extraCores;
  const lower = Math.max(low, lineAbove(base.upper, usual, base.isShort ? 0 : sigma));
  // While the hours of the day are not known, its own traffic tells how busy they are: what that accounts
  // for is load, and what remains is held against the lower line as if it were silent.
  const aboveLoad =
    base.isShort && hasTrafficRatio(base, work) ? lower + explained * extraCores : Infinity;
  const threshold = base.isProvisional ? high : isSilent ? lower : Math.min(high, aboveLoad);
  const isOver = cores >= threshold && explained < work.explainedShare;
  const floor = floorOf(subject, cores, base, thresholds);
  const traffic = againstTraffic(track, base);
  // What starts is busy; a known workload's new pods are looked at once they have settled.
  const found = subject.isStarting
    ? null
    : beyondForLong(subject, cores, track, base, floor, traffic, thresholds);
  // Bursts on a floor that was lifted are the workload's own; else what one window shows needs no hour.
  const lasting = isOver && found?.by !== 'floor' ? null : found;
  return {
    cores,
    normal: usual,
    threshold,
    extraCores,
    extraBytes,
    explained,
    isHot: !subject.isStarting && (isOver || lasting !== null),
    by: lasting?.by ?? null,
    floor,
    traffic,
    ...((lasting?.by === 'floor' || lasting?.by === 'traffic') && {
      normal: lasting.normal,
      threshold: lasting.threshold,
      extraCores: lasting.extraCores,
      extraBytes: lasting.extraBytes,
      explained: 0,
    }),
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
