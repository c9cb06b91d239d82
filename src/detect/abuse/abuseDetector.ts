import type { Verdict } from '../../model/finding.ts';
import { HOUR_MS } from '../../model/time.ts';
import type { DetectContext, Detector, DetectorState } from '../detector.ts';
import { addToHour, advance } from './advance.ts';
import { stepAlarm } from './alarm.ts';
import { collectSubjects } from './collectSubjects.ts';
import { absentGroup, collectGroups, mayBeOneOfMany, type Group } from './groups.ts';
import { hash, repositoryOf } from './images.ts';
import { IndicatorMatcher, type Indicators } from './indicators.ts';
import { judge } from './judge.ts';
import { addToPeers, advanceSlow, closeHour } from './learn.ts';
import { normalOf } from './normal.ts';
import { flagFrom, hourOf, type HourRing } from './ring.ts';
import type { Facts } from './signal.ts';
import { abuseCodec, emptyTrack, type AbuseState, type Peers, type Track } from './state.ts';
import type { Subject } from './subject.ts';
import { suspicionOf } from './suspicion.ts';
import { verdictOf } from './verdict.ts';

/** After so long without a sight of it, a spell is over; what was learnt stays for two weeks. */
const SPELL_GAP_MS = 6 * HOUR_MS;
const FORGET_MS = 14 * 24 * HOUR_MS;
/** One-shot workloads never come back under their name. */
const FORGET_ONE_SHOT_MS = 24 * HOUR_MS;
/** Rows that are kept at most; the longest unseen go first. */
const MAX_ROWS = 150_000;

type Rows = DetectorState<AbuseState>;

/** What `createAbuseDetector` may change; the evaluation's ablation leaves single signals out. */
export interface AbuseOptions {
  readonly without: string | null;
}

/**
 * Recognises CPU and GPU that is burnt the way a miner burns it, from metrics and, where there are
 * any, specs; see docs/detection.md.
 */
export const abuseDetector: Detector<AbuseState> = createAbuseDetector({ without: null });

export function createAbuseDetector(options: AbuseOptions): Detector<AbuseState> {
  return {
    name: 'abuse',
    version: 1,
    codec: abuseCodec,
    detect: (context, rows) => detect(context, rows, options),
  };
}

function detect(context: DetectContext, rows: Rows, options: AbuseOptions): readonly Verdict[] {
  const { snapshot, thresholds } = context;
  const matcher = matcherOf(thresholds.signatures);
  const subjects = collectSubjects(snapshot, context.costs);
  const judged: Judged[] = [];
  const candidates: Subject[] = [];
  for (const subject of subjects) {
    const result = look(subject, 0, [], matcher, context, rows, options);
    if (result === null) continue;
    if (mayBeOneOfMany(subject, result.facts.normal)) candidates.push(subject);
    judged.push(result);
  }
  const spokenFor = new Set<string>();
  for (const result of lookAtGroups(candidates, matcher, context, rows, options)) {
    judged.push(result);
    if (result.status === 'firing' && result.severity !== 'info')
      for (const key of result.memberKeys) spokenFor.add(key);
  }
  if (snapshot.window.end % HOUR_MS === 0) forget(rows, snapshot.window.end);
  return toVerdicts(judged, spokenFor, subjects);
}

interface Judged {
  readonly facts: Facts;
  readonly judgement: ReturnType<typeof judge>;
  readonly status: 'firing' | 'clear' | 'unknown';
  readonly severity: Verdict['severity'];
  readonly memberKeys: readonly string[];
}

const matchers = new WeakMap<object, IndicatorMatcher>();

/** Patterns are compiled once per reload. */
export function matcherOf(signatures: DetectContext['thresholds']['signatures']): IndicatorMatcher {
  const known = matchers.get(signatures) ?? new IndicatorMatcher(signatures);
  matchers.set(signatures, known);
  return known;
}

const NO_INDICATORS: Indicators = {
  strong: [],
  weak: [],
  disguise: null,
  elevated: [],
  isSpecKnown: false,
};

function look(
  subject: Subject,
  groupSize: number,
  memberHashes: readonly number[],
  matcher: IndicatorMatcher,
  context: DetectContext,
  rows: Rows,
  options: AbuseOptions,
): Judged | null {
  const { cores } = subject;
  if (cores === null) return null;
  const { window } = context.snapshot;
  const knobs = context.thresholds.abuse;
  const stored = rows.get(subject.key);
  let track: Track = stored?.row === 'track' ? stored : emptyTrack(window.start);
  if (window.start - track.lastSeen > SPELL_GAP_MS && track.since > 0)
    track = { ...track, dwell: 0, fast: 0, alarm: 0, quietBelow: 0, lowFor: 0 };

  const pastKey = `p/${subject.key}`;
  let ring = ringOf(rows, pastKey);
  if (track.hour >= 0 && track.hour !== hourOf(window.start) && track.windows > 0) {
    ring = closeHour(ring, track);
    if (ring !== null) rows.set(pastKey, { row: 'past', ring });
    teachPeers(subject, track, rows);
    track = { ...advanceSlow(track, knobs), windows: 0, sumCores: 0, peakCores: 0 };
  }
  const peers = peersOf(rows, subject);
  const { historyStart } = context;
  const normal = normalOf(subject, track, ring, peers, historyStart, window.end, knobs);
  const suspicion = suspicionOf(subject, cores, track, normal, knobs);
  track = advance(track, subject, suspicion, normal, window, knobs);
  track = addToHour(track, subject, cores, window);
  if (memberHashes.length > 0) track = { ...track, members: memberHashes };

  const indicators = cores >= knobs.minCores / 2 ? matcher.match(subject) : NO_INDICATORS;
  const facts: Facts = {
    subject,
    track,
    ring,
    normal,
    suspicion,
    indicators,
    window,
    historyStart,
    groupSize,
    knobs,
  };
  const isQuiet = track.dwell < 1 && track.alarm === 0 && indicators.strong.length === 0;
  // Many workloads, or one new workload of many small pods.
  const isSwarm = groupSize >= knobs.spread.workloads || subject.podCount >= 2 * knobs.spread.pods;
  const isGroupTooSmall = subject.kind === 'group' && !isSwarm && track.alarm === 0;
  if (isQuiet || isGroupTooSmall) {
    rows.set(subject.key, track);
    return { facts, judgement: QUIET, status: 'unknown', severity: 'info', memberKeys: [] };
  }
  const judgement = judge(facts, options.without);
  const step = stepAlarm(track, judgement, suspicion, window.end, knobs);
  rows.set(subject.key, step.track);
  if (step.hasRisen && ring !== null) {
    const flagged = flagFrom(ring, hourOf(step.track.since));
    if (flagged !== ring) rows.set(pastKey, { row: 'past', ring: flagged });
  }
  return {
    facts: { ...facts, track: step.track },
    judgement,
    status: step.status,
    severity: step.severity,
    memberKeys: [],
  };
}

const QUIET: ReturnType<typeof judge> = {
  severity: null,
  score: 0,
  points: 0,
  readings: [],
  suppressors: [],
  families: [],
  undecided: [],
};

function* lookAtGroups(
  candidates: readonly Subject[],
  matcher: IndicatorMatcher,
  context: DetectContext,
  rows: Rows,
  options: AbuseOptions,
): Iterable<Judged> {
  const now = context.snapshot.window.end;
  const trackOf = (key: string): Track | undefined => {
    const row = rows.get(key);
    return row?.row === 'track' ? row : undefined;
  };
  const groups: readonly Group[] = collectGroups(candidates, trackOf, now);
  const seen = new Set(groups.map(({ key }) => key));
  for (const { subject, memberHashes, memberKeys } of groups) {
    const result = look(
      subject,
      memberHashes.length,
      memberHashes,
      matcher,
      context,
      rows,
      options,
    );
    if (result !== null) yield { ...result, memberKeys };
  }
  const alarmed = Array.from(rows.entries()).filter(
    ([key, row]) => row.row === 'track' && row.since > 0 && !seen.has(key) && /^[gn]\//.test(key),
  );
  for (const [key, row] of alarmed) {
    const [, namespace = '', ...rest] = key.split('/');
    const name = key.startsWith('g/') ? rest.join('/') : 'one-shot workloads';
    const members = row.row === 'track' ? row.members : [];
    const subject = absentGroup(key, namespace, name);
    const result = look(subject, members.length, members, matcher, context, rows, options);
    if (result !== null) yield result;
  }
}

function toVerdicts(
  judged: readonly Judged[],
  spokenFor: ReadonlySet<string>,
  subjects: readonly Subject[],
): readonly Verdict[] {
  const best = new Map<string, Verdict>();
  for (const { facts, judgement, status, severity } of judged) {
    if (status === 'unknown') continue;
    const isMarked = facts.indicators.strong.length > 0;
    if (status === 'firing' && spokenFor.has(facts.subject.key) && !isMarked) continue;
    const verdict = verdictOf(facts, judgement, status, severity, {
      sameImage: sameImage(facts.subject, subjects),
    });
    const scope = JSON.stringify(verdict.scope);
    const other = best.get(scope);
    // Cores and GPUs of one container share a finding: the graver one speaks.
    if (other === undefined || outweighs(verdict, other)) best.set(scope, verdict);
  }
  return [...best.values()];
}

function outweighs(a: Verdict, b: Verdict): boolean {
  if (a.status !== b.status) return a.status === 'firing';
  return a.score > b.score;
}

/** Workloads elsewhere that run the same image repository, at most five. */
function sameImage(subject: Subject, subjects: readonly Subject[]): readonly string[] {
  if (subject.image === null) return [];
  const repository = repositoryOf(subject.image);
  const found = new Set<string>();
  for (const { image, namespace, workload, kind } of subjects) {
    if (kind !== 'cpu' || image === null || workload === null) continue;
    const isItself =
      namespace === subject.namespace &&
      (subject.workload === null ||
        (workload.name === subject.workload.name && workload.kind === subject.workload.kind));
    if (!isItself && repositoryOf(image) === repository)
      found.add(`${namespace}/${workload.kind}/${workload.name}`);
    if (found.size >= 5) break;
  }
  return [...found].sort();
}

function ringOf(rows: Rows, key: string): HourRing | null {
  const row = rows.get(key);
  return row?.row === 'past' ? row.ring : null;
}

function peersKey(subject: Subject): string | null {
  if (subject.kind !== 'cpu' || subject.image === null) return null;
  return `i/${hash(repositoryOf(subject.image)).toString(36)}`;
}

function peersOf(rows: Rows, subject: Subject): Peers | null {
  const key = peersKey(subject);
  const row = key === null ? undefined : rows.get(key);
  return row?.row === 'peers' ? row : null;
}

/** Only what is known vouches for an image: a new miner must not become its own peer. */
function teachPeers(subject: Subject, track: Track, rows: Rows): void {
  const key = peersKey(subject);
  if (key === null || track.lastSeen - track.firstSeen < 24 * HOUR_MS) return;
  const peers = addToPeers(peersOf(rows, subject), track);
  if (peers !== null) rows.set(key, peers);
}

/** Drops rows of what has not been seen for long, and the longest unseen beyond the cap. */
function forget(rows: Rows, now: number): void {
  const tracks: { key: string; lastSeen: number }[] = [];
  for (const [key, row] of Array.from(rows.entries())) {
    if (row.row === 'past') continue;
    const isOneShot = /^c\/[^/]+\/(Job|Pod)\//.test(key);
    if (now - row.lastSeen > (isOneShot ? FORGET_ONE_SHOT_MS : FORGET_MS)) drop(rows, key);
    else tracks.push({ key, lastSeen: row.lastSeen });
  }
  if (tracks.length <= MAX_ROWS) return;
  tracks.sort((a, b) => a.lastSeen - b.lastSeen || (a.key < b.key ? -1 : 1));
  for (const { key } of tracks.slice(0, tracks.length - MAX_ROWS)) drop(rows, key);
}

function drop(rows: Rows, key: string): void {
  rows.delete(key);
  if (rows.get(`p/${key}`) !== undefined) rows.delete(`p/${key}`);
}
