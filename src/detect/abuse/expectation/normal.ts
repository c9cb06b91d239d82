import { medianOf } from '../../../model/quantile.ts';
import { DAY_MS, HOUR_MS, WEEK_MS, type TimeMs, type Window } from '../../../model/time.ts';
import { hourOf, REMEMBERED_MS, type HourRing } from '../../usual/hourRing.ts';
import type { Rows, Track } from '../state/state.ts';
import { netOf, type Subject } from '../subjects/subject.ts';
import type { AbuseThresholds } from '../thresholds.ts';
import { baselineFor, type Baseline } from './baseline.ts';
import { coLocatedTraffic, peerRing, type Peers } from './neighbours.ts';

/** What a subject is held against. */
export interface Normal {
  /** `peers`: new, but its image is known elsewhere; `unknown`: it is not known to be new, and `base` is provisional. */
  readonly source: 'own' | 'peers' | 'new' | 'unknown';
  readonly base: Baseline | null;
  /** What its siblings do now, while it has no normal of its own and is not known to be new. */
  readonly siblings: Baseline | null;
  /** True while the workload, container or image repository is certainly younger than the history. */
  readonly isDeployed: boolean;
  /** True when it came after the first hour of a history that has not seen a whole day before it. */
  readonly isArrival: boolean;
  /** Before this hour alarms no longer keep what they saw from being learnt; 0 for none. */
  readonly lapsedBefore: number;
  /** What its pod's network carries without it, bytes a second: the other containers' traffic. */
  readonly coLocatedNet: number;
}

export interface KnownUse {
  readonly rows: Rows;
  readonly peers: Peers;
  readonly historyStart: TimeMs;
  readonly window: Window;
}

export function normalOf(
  subject: Subject,
  track: Track,
  ring: HourRing | null,
  { rows, peers, historyStart, window: { start, end: now } }: KnownUse,
  thresholds: AbuseThresholds,
): Normal {
  const { runs, kind } = subject;
  const { firstSeen, repoSince, since } = track;
  // A Job may come once a week.
  const after = DAY_MS + (runs ? WEEK_MS : 0);
  const isNew = now - firstSeen < REMEMBERED_MS && firstSeen - historyStart >= after;
  // A workload whose containers run other software all of a sudden is as new as a new one.
  const isReplaced =
    repoSince > firstSeen &&
    repoSince - historyStart >= after &&
    (since > 0 ? since : now) - repoSince < DAY_MS;
  const isArrived = !isNew && isArrival(subject, firstSeen, historyStart);
  // What is older than the history may always have done what the first day shows.
  const isOlder = firstSeen - historyStart < DAY_MS && !isArrived;
  const dayEnds = historyStart + DAY_MS;
  // Runs come back under new names: a day of alarms would be many findings.
  const lapsedBefore = isOlder && (runs || now > dayEnds) ? hourOf(dayEnds) : 0;
  const rest = {
    isDeployed: isNew || isReplaced,
    isArrival: isArrived,
    lapsedBefore,
    coLocatedNet: coLocatedTraffic(subject, rows, start),
    siblings: null,
  };
  const hour = hourOf(now - 1);
  const known = now - firstSeen > HOUR_MS ? ring : null;
  const base = memoised(known, hour, thresholds.baseline, runs || kind === 'group', lapsedBefore);
  if (base !== null && !base.isProvisional) return { source: 'own', base, ...rest };
  if (!isNew) {
    // After a day its own hours have to be learnt: a leader differs from those that stand by for good.
    const isFirst = base === null || now - firstSeen < DAY_MS;
    const siblings = isFirst ? siblingBaseline(subject, thresholds) : null;
    return { source: 'unknown', base, ...rest, siblings };
  }
  // Its own first hours say nothing of what is new: they may be the miner's.
  const peer = kind === 'cpu' ? peerRing(subject, peers, rows) : null;
  const ofPeer = memoised(peer, hour, thresholds.baseline, runs, 0);
  return ofPeer !== null && !ofPeer.isProvisional && isLike(ofPeer, subject, thresholds)
    ? { source: 'peers', base: ofPeer, ...rest }
    : { source: 'new', base: null, ...rest };
}

/** A peer vouches for what moves as much: a common base image (python, node) says nothing of what is run in it. */
function isLike(
  { bytesPerCoreSecond }: Baseline,
  { net, disk, cores }: Subject,
  { work }: AbuseThresholds,
): boolean {
  return net === null || net + (disk ?? 0) >= work.weakShare * bytesPerCoreSecond * cores;
}

/** A standing workload that was not there in the first hour, and whose pods are no older than the history. */
function isArrival(
  { workload, runs, kind, members }: Subject,
  firstSeen: TimeMs,
  historyStart: TimeMs,
): boolean {
  if (kind !== 'cpu' || workload === null || runs || workload.kind === 'Pod') return false;
  if (firstSeen - historyStart < HOUR_MS) return false;
  return members.every(({ pod }) => pod.createdAt !== null && pod.createdAt >= historyStart);
}

/** The other pods as a provisional normal of the hottest; null where they, or their nodes, say nothing of it, as few do without traffic. */
function siblingBaseline(
  { kind, isSummed, workload, members: [, ...rest] }: Subject,
  { baseline, spread }: AbuseThresholds,
): Baseline | null {
  const nets = rest.map(({ pod }) => netOf(pod)).filter((known) => known !== null);
  const isTrafficKnown = nets.length === rest.length;
  if (kind !== 'cpu' || isSummed || workload?.kind === 'DaemonSet' || rest.length === 0)
    return null;
  if (!isTrafficKnown && rest.length < spread.many) return null;
  const all = rest.map(({ cores }) => cores);
  const [cores, highest] = [medianOf(all), Math.max(...all)];
  const net = isTrafficKnown ? medianOf(nets) : 0;
  const ratio = cores > 0 ? net / cores : 0;
  const reach = { upper: highest, wobble: 0 };
  return {
    normal: cores,
    sigma: Math.max(2 * baseline.scaleFloorShare * cores, (highest - cores) / 2),
    window: reach,
    average: reach,
    highest,
    net,
    disk: 0,
    netPerCoreSecond: ratio,
    bytesPerCoreSecond: ratio,
    traffic: null,
    hours: 0,
    isShort: true,
    isProvisional: true,
  };
}

type Asked = Parameters<typeof baselineFor> extends [HourRing, ...infer Rest] ? Rest : never;

/** A ring changes once an hour, so its baseline is computed once an hour. Pure: the ring is immutable. */
const memo = new WeakMap<HourRing, { readonly asked: Asked; readonly base: Baseline | null }>();

function memoised(ring: HourRing | null, ...asked: Asked): Baseline | null {
  if (ring === null) return null;
  const had = memo.get(ring);
  if (had !== undefined && had.asked.every((one, at) => one === asked[at])) return had.base;
  const base = baselineFor(ring, ...asked);
  memo.set(ring, { asked, base });
  return base;
}
