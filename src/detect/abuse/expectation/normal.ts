import { DAY_HOURS, DAY_MS, HOUR_MS, type TimeMs } from '../../../model/time.ts';
import { baselineFor, type Baseline } from './baseline.ts';
import { hourOf, REMEMBERED_MS, type HourRing } from './ring.ts';
import type { Peers, Track } from '../state/state.ts';
import type { Subject } from '../subjects/subject.ts';
import type { AbuseThresholds } from '../thresholds.ts';

/**
 * What a subject is held against. `own`: its own baseline; `peers`: a new workload, but its image is
 * known elsewhere; `new`: it certainly did not exist before; `unknown`: older than our history, or the
 * history is too young to tell (`base` may then hold a first provisional idea of it).
 */
export interface Normal {
  readonly source: 'own' | 'peers' | 'new' | 'unknown';
  readonly base: Baseline | null;
  /** True while the workload, container or image repository is certainly younger than the history. */
  readonly isDeployed: boolean;
  /** True when it came after the first hour of a history that has not seen a whole day before it. */
  readonly isArrival: boolean;
  /** Before this hour alarms no longer keep what they saw from being learnt; 0 for none. */
  readonly lapsedBefore: number;
  /** What its pod's network carries without it, bytes a second: the other containers' traffic. */
  readonly coLocatedNet: number;
}

/** What is known of what stands beside the subject. */
export interface Surroundings {
  readonly peers: Peers | null;
  readonly coLocatedNet: number;
  readonly historyStart: TimeMs;
  readonly now: TimeMs;
}

/** Peers vouch for an image only after this many pod-hours. */
const PEER_HOURS = DAY_HOURS;

export function normalOf(
  subject: Subject,
  track: Track,
  ring: HourRing | null,
  { peers, coLocatedNet, historyStart, now }: Surroundings,
  thresholds: AbuseThresholds,
): Normal {
  // A Job may come once a week.
  const after = DAY_MS + (subject.runs ? REMEMBERED_MS / 2 : 0);
  const isYoung = now - track.firstSeen < REMEMBERED_MS;
  const isNew = isYoung && track.firstSeen - historyStart >= after;
  // A workload whose containers run other software all of a sudden is as new as a new one.
  const start = track.since > 0 ? track.since : now;
  const isReplaced =
    track.repoSince > track.firstSeen &&
    track.repoSince - historyStart >= after &&
    start - track.repoSince < DAY_MS;
  const isArrived = !isNew && isArrival(subject, track.firstSeen, historyStart);
  // What is older than the history may always have done what the first day shows.
  const isOlder = track.firstSeen - historyStart < DAY_MS && !isArrived;
  const dayEnds = historyStart + DAY_MS;
  // Runs come back under new names: a day of alarms would be many findings.
  const lapsedBefore = isOlder && (subject.runs || now > dayEnds) ? hourOf(dayEnds) : 0;
  const rest = {
    isDeployed: isNew || isReplaced,
    isArrival: isArrived,
    lapsedBefore,
    coLocatedNet,
  };
  const base =
    ring === null || now - track.firstSeen <= HOUR_MS
      ? null
      : memoised(
          ring,
          hourOf(now - 1),
          thresholds,
          subject.runs || subject.kind === 'group',
          lapsedBefore,
        );
  if (base !== null && !base.isProvisional) return { source: 'own', base, ...rest };
  if (isNew && peers !== null && peers.hours >= PEER_HOURS && subject.kind === 'cpu')
    return { source: 'peers', base: peerBaseline(peers, thresholds), ...rest };
  // Its own first hours say nothing of what is new: they may be the miner's.
  if (isNew) return { source: 'new', base: null, ...rest };
  return { source: 'unknown', base: base ?? siblingBaseline(subject, thresholds), ...rest };
}

/**
 * A standing workload that was not there in the first hour, and whose pods are no older than that: it is not older
 * than the history, though a day of it was not seen. What comes and goes by itself may only have rested.
 */
function isArrival(
  { workload, runs, kind, members }: Subject,
  firstSeen: TimeMs,
  historyStart: TimeMs,
): boolean {
  if (kind !== 'cpu' || workload === null || runs || workload.kind === 'Pod') return false;
  if (firstSeen - historyStart < HOUR_MS) return false;
  return members.every(({ pod }) => pod.createdAt !== null && pod.createdAt >= historyStart);
}

const NO_BASELINE: Baseline = {
  normal: 0,
  sigma: 0,
  upper: 0,
  upperMean: 0,
  wobble: 0,
  wobbleMean: 0,
  highest: 0,
  net: 0,
  disk: 0,
  netPerCoreSecond: 0,
  diskPerCoreSecond: 0,
  traffic: null,
  hours: 0,
  isShort: false,
  isProvisional: false,
};

function peerBaseline(peers: Peers, { minCores, novelty }: AbuseThresholds): Baseline {
  const upper = peers.upper * (1 + novelty.margin);
  return {
    ...NO_BASELINE,
    normal: peers.cores,
    sigma: Math.max(peers.cores * novelty.margin, minCores / novelty.sigmas),
    upper,
    upperMean: upper,
    highest: peers.upper,
    netPerCoreSecond: peers.cores > 0 ? peers.net / peers.cores : 0,
    diskPerCoreSecond: peers.cores > 0 ? peers.disk / peers.cores : 0,
    hours: peers.hours,
  };
}

/** Its siblings, which share its code and its traffic, as a provisional normal of the hottest pod. */
function siblingBaseline({ siblings }: Subject, { baseline }: AbuseThresholds): Baseline | null {
  if (siblings === null) return null;
  const { cores, highest, net } = siblings;
  return {
    ...NO_BASELINE,
    normal: cores,
    sigma: Math.max(2 * baseline.scaleFloorShare * cores, (highest - cores) / 2),
    upper: highest,
    upperMean: highest,
    highest,
    net: net ?? 0,
    netPerCoreSecond: cores > 0 ? (net ?? 0) / cores : 0,
    isShort: true,
    isProvisional: true,
  };
}

/** A ring changes once an hour, so its baseline is computed once an hour. Pure: the ring is immutable. */
const memo = new WeakMap<
  HourRing,
  { hour: number; thresholds: AbuseThresholds; lapsedBefore: number; base: Baseline | null }
>();

function memoised(
  ring: HourRing,
  hour: number,
  thresholds: AbuseThresholds,
  runs: boolean,
  lapsedBefore: number,
): Baseline | null {
  const known = memo.get(ring);
  if (
    known?.hour === hour &&
    known.thresholds === thresholds &&
    known.lapsedBefore === lapsedBefore
  )
    return known.base;
  const base = baselineFor(ring, hour, thresholds.baseline, runs, lapsedBefore);
  memo.set(ring, { hour, thresholds, lapsedBefore, base });
  return base;
}
