import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import type { DetectContext, Detector } from '../detector.ts';
import { NO_SIGNALS } from '../signals/signalMemory.ts';
import { flagFrom, hourOf, type HourRing } from '../usual/hourRing.ts';
import { indicatorsOf, NO_INDICATORS } from './evidence/indicators.ts';
import { arrivalsOf, ignoresTraffic, learnBeside, sideCarOf } from './evidence/sideCars.ts';
import type { Facts } from './evidence/signal.ts';
import { isActive } from './evidence/signals/marks.ts';
import { suspicionOf } from './excess/excess.ts';
import { peersIn } from './expectation/neighbours.ts';
import { normalOf, type KnownUse } from './expectation/normal.ts';
import { advance, closeHour } from './state/advance.ts';
import { abuseCodec } from './state/codec.ts';
import { forget } from './state/forget.ts';
import {
  emptyTrack,
  isUnderAlarm,
  OVER,
  ringOf,
  rowOf,
  severityOfRank,
  type AbuseState,
  type Rows,
  type Track,
} from './state/state.ts';
import { collectSubjects } from './subjects/collectSubjects.ts';
import { collectGroups, groupKey } from './subjects/groups.ts';
import type { Subject } from './subjects/subject.ts';
import { abuseSchema, signaturesSchema, type AbuseSections } from './thresholds.ts';
import { stepAlarm } from './verdict/alarm.ts';
import { judge, type Judged } from './verdict/judge.ts';
import { toVerdicts } from './verdict/toVerdicts.ts';

/** Recognises CPU and GPU that is burnt the way a miner burns it, from metrics and specs; see docs/detection.md. */
export const abuseDetector: Detector<AbuseState, AbuseSections> = {
  name: 'abuse',
  version: 7,
  codec: abuseCodec,
  thresholds: { abuse: abuseSchema, signatures: signaturesSchema },
  detect: (context, rows) => toVerdicts(lookAtWindow(context, rows)),
};

/** Looks at every container, GPU and group of the window; leaves the rows as the next window needs them. */
export function lookAtWindow(context: DetectContext<AbuseSections>, rows: Rows): readonly Judged[] {
  const scene = sceneOf(context, rows);
  const judged = scene.subjects.map((subject) => lookAt(subject, scene));
  const looked = judged.map(({ facts }) => facts);
  const groups = collectGroups(looked, rows, context.thresholds.abuse);
  const ofGroups = groups.map(({ subject, memberHashes, memberKeys }): Judged => {
    const result = { ...lookAt(subject, scene, memberHashes), memberKeys };
    // A group of one workload speaks through that workload, which may not be there.
    const isSpeechless = memberKeys.length === 0 && memberHashes.length <= 1;
    return isSpeechless ? { ...result, status: 'unknown' } : result;
  });
  if (scene.window.end % HOUR_MS === 0) forget(rows, scene.window.end);
  return [...judged, ...ofGroups];
}

/** What all subjects of one window are looked at with. */
export interface Scene extends KnownUse {
  readonly context: DetectContext<AbuseSections>;
  readonly subjects: readonly Subject[];
  readonly arrivals: ReturnType<typeof arrivalsOf>;
}

export function sceneOf(context: DetectContext<AbuseSections>, rows: Rows): Scene {
  const { snapshot, costs, historyStart } = context;
  const { window } = snapshot;
  const subjects = collectSubjects(snapshot, costs);
  const arrivals = arrivalsOf(subjects, rows, window.start);
  const peers = peersIn(rows, window.start);
  return { context, rows, window, historyStart, subjects, arrivals, peers };
}

/** Looks at one subject, of a group with hashes of its workloads, and changes its rows in `scene.rows`. */
function lookAt(subject: Subject, scene: Scene, members: readonly number[] = []): Judged {
  const { rows, window } = scene;
  const before = { ...trackBefore(subject, rows, window.start), members };
  if (before.hour >= 0 && before.hour !== hourOf(window.start)) {
    const ring = closeHour(ringOf(rows, subject.key), before, window);
    if (ring !== null) rows.set(`p/${subject.key}`, { row: 'past', ring });
  }
  const facts = factsOf(subject, before, scene);
  learnBeside(facts, rows);
  return decide({ ...facts, track: advance(facts) }, rows);
}

/** The track as it stands before this window; an episode that nobody saw for a day is over. */
function trackBefore({ key }: Subject, rows: Rows, start: number): Track {
  const track = rowOf(rows, key, 'track') ?? emptyTrack(start);
  const isLost = start - track.lastSeen > DAY_MS && track.since > 0;
  return isLost ? { ...track, ...OVER } : track;
}

/** Its hours; of a Job, which never comes back under its name, those of its image in its namespace. */
function hoursOf(subject: Subject, rows: Rows): HourRing | null {
  const isJob = subject.kind === 'cpu' && subject.workload?.kind === 'Job';
  return (isJob ? ringOf(rows, groupKey(subject)) : null) ?? ringOf(rows, subject.key);
}

/** All that signals may look at, from a window and the rows; nothing is changed. */
export function factsOf(subject: Subject, track: Track, scene: Scene): Facts {
  const { context, rows, arrivals, window, historyStart } = scene;
  const { signals = NO_SIGNALS } = context;
  const { abuse: thresholds, signatures } = context.thresholds;
  const { namespace, workload } = subject;
  const planned = context.planned({ namespace, workload: workload?.name ?? null });
  const ring = hoursOf(subject, rows);
  const found = normalOf(subject, track, ring, scene, thresholds);
  const { suspicion, base } = suspicionOf(subject, track, found, thresholds);
  const normal = { ...found, base };
  const ownBase = normal.source === 'own' ? normal.base : null;
  // What its image does elsewhere is no normal of a side-car: it depends on what it stands beside.
  const sideCar = sideCarOf(subject, rows, arrivals, ownBase, window.start, thresholds);
  const isFirst = sideCar === null && normal.source === 'unknown';
  return {
    subject,
    track,
    ring,
    normal,
    suspicion,
    sideCar,
    indicators: isActive(subject.cores, track.signs, thresholds.minCores)
      ? indicatorsOf(subject, track.signs, signatures)
      : NO_INDICATORS,
    reported: workload === null ? [] : signals.of(namespace, workload),
    window,
    historyStart,
    thresholds,
    planned: planned?.holdsForAbuse === true ? planned : null,
    ignoresTraffic: isFirst && ignoresTraffic(subject, rows, thresholds),
  };
}

/** One workload of many small pods. One pod a node is a DaemonSet; next to nothing of the requests is idle. */
function isSwarmOfPods({ subject, thresholds: { spread, level } }: Facts): boolean {
  const { members, workload, cores, request } = subject;
  if (members.length < 2 * spread.many || workload?.kind === 'DaemonSet') return false;
  return request === null || cores >= level.ofRequestWhenIdle * request;
}

function decide(facts: Facts, rows: Rows): Judged {
  const { subject, track, indicators, thresholds } = facts;
  const isQuiet = track.dwell < 1 && track.alarm === 0 && indicators.strong.length === 0;
  const isSwarm = track.members.length >= thresholds.spread.many || isSwarmOfPods(facts);
  const isGroupTooSmall = subject.kind === 'group' && !isSwarm && track.alarm === 0;
  const judgement = isQuiet || isGroupTooSmall ? null : judge(facts);
  const { track: next, status } = stepAlarm(facts, judgement);
  rows.set(subject.key, next);
  const ring = isUnderAlarm(next) && !isUnderAlarm(track) ? ringOf(rows, subject.key) : null;
  // Its hours are flagged back to the onset.
  if (ring !== null) {
    const flagged = flagFrom(ring, hourOf(next.since));
    rows.set(`p/${subject.key}`, { row: 'past', ring: flagged });
  }
  const severity = severityOfRank(next.alarm) ?? 'info';
  return { facts: { ...facts, track: next }, judgement, status, severity, memberKeys: [] };
}
