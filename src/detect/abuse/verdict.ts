import type { Severity, Verdict } from '../../model/finding.ts';
import { fromNano } from '../../model/money.ts';
import { HOUR_MS, HOURS_PER_MONTH, formatTime, windowHours } from '../../model/time.ts';
import { quantileOf } from './quantile.ts';
import { nextSteps } from './nextSteps.ts';
import { evidenceOf, type Judgement } from './judge.ts';
import { type Facts } from './signal.ts';
import { formatCores } from '../../model/text/units.ts';

const RULE = 'miner-like-use';
const MAX_PODS = 20;

/** Where else the suspicious image runs, and what changed around the onset. */
export interface Surroundings {
  readonly sameImage: readonly string[];
  /** True when a group that it belongs to speaks for it. */
  readonly isPart: boolean;
}

export function verdictOf(
  facts: Facts,
  judgement: Judgement,
  status: Verdict['status'],
  severity: Severity,
  surroundings: Surroundings,
): Verdict {
  const { subject, track, window } = facts;
  const hot = subject.members.filter(
    ({ cores }) => subject.kind === 'group' || cores >= track.quietBelow,
  );
  // A miner that rests in this window is no less there.
  const pods = (hot.length > 0 ? hot : subject.members.slice(0, 1)).map(({ pod }) => pod.name);
  const readings = [...judgement.readings, ...judgement.suppressors];
  const evidence = readings
    .filter(({ strength }) => strength !== null && strength > 0)
    .map((reading) => evidenceOf(facts, reading));
  return {
    kind: 'cryptojacking',
    rule: RULE,
    scope: subject.scope,
    status,
    severity,
    score: judgement.severity === severity ? judgement.score : floorScore(severity),
    startedAt: startOf(facts),
    summary:
      status === 'clear'
        ? surroundings.isPart
          ? 'Part of a group of workloads that is one finding by itself'
          : 'Its use is back to normal'
        : summaryOf(facts, judgement, severity),
    evidence: [...evidence, ...context(facts, surroundings), ...undecided(judgement)],
    next: nextSteps(facts, severity),
    pods: [...new Set(pods)].sort().slice(0, MAX_PODS),
    costBeforeNano: track.since > 0 ? Math.max(0, track.costNano - subject.costNano) : null,
    costPerMonth: (fromNano(subject.costNano) / windowHours(window)) * HOURS_PER_MONTH,
  };
}

/** The episode's begin; a group's, as far as those that are in it now have lived. */
function startOf({ subject, track, window }: Facts): number {
  if (track.since === 0) return window.start;
  if (subject.kind !== 'group') return track.since;
  const created = subject.members.map(({ pod }) => pod.createdAt ?? track.since);
  const eldest = created.length === 0 ? track.since : Math.min(...created);
  // Links of a chain are always young: only a group that formed long after the episode began is another.
  return eldest - track.since > HOUR_MS ? eldest : track.since;
}

function floorScore(severity: Severity): number {
  return severity === 'critical' ? 75 : severity === 'warning' ? 40 : 10;
}

const PHRASES: Readonly<Record<string, string>> = {
  signature: 'bears a miner’s signature',
  'novel-use': 'far above its normal',
  'new-workload': 'new here',
  'cpu-without-work': 'moves no data for it',
  'sustained-use': 'at its limit',
  flatness: 'flat as a plateau',
  replication: 'in many places at once',
  'system-like-name': 'disguised as a part of Kubernetes',
  'cusum-fast': 'a small excess that lasts',
  'cusum-slow': 'creeping up for days',
  'gpu-without-tensor': 'GPU busy without tensor work',
};

function summaryOf(
  { subject, suspicion, track }: Facts,
  judgement: Judgement,
  severity: Severity,
): string {
  // The episode's typical use: the present window may be one in which it rests.
  const used = track.recent.length > 0 ? quantileOf(track.recent, 0.5) : suspicion.cores;
  const phrases = judgement.readings
    .filter(({ strength }) => (strength ?? 0) > 0)
    .map(({ signal }) => PHRASES[signal.name])
    .filter((phrase) => phrase !== undefined);
  const what = subject.kind === 'gpu' ? 'GPUs' : 'cores';
  const who = subject.kind === 'group' ? `${podsText(subject.podCount)} burn` : 'Burns';
  const how = phrases.length === 0 ? 'as it did before' : phrases.slice(0, 4).join(', ');
  const doubt = severity === 'critical' ? '' : '; metrics alone cannot tell what it computes';
  return `${who} ${formatCores(used)} ${what} the way a miner does: ${how}${doubt}`;
}

function podsText(count: number): string {
  return count > 1 ? `${count} pods together` : 'Pods that come and go';
}

/** What happened around the onset; no weight, for whoever reads. */
function context({ track, subject }: Facts, { sameImage }: Surroundings): Verdict['evidence'] {
  const near = (time: number): boolean =>
    track.since > 0 && time > track.firstSeen && Math.abs(time - track.since) <= 3_600_000;
  const found: { signal: string; text: string }[] = [];
  if (near(track.imageSince))
    found.push({
      signal: 'image-changed',
      text: `Its image changed at ${formatTime(track.imageSince)}, around the onset: a release, or somebody else’s`,
    });
  if (near(track.commandSince))
    found.push({
      signal: 'command-changed',
      text: `Its command line changed at ${formatTime(track.commandSince)}, around the onset`,
    });
  const pod = subject.members[0]?.pod;
  if (
    pod?.createdAt !== null &&
    pod !== undefined &&
    track.since > 0 &&
    Math.abs(pod.createdAt - track.since) <= 3_600_000
  )
    found.push({
      signal: 'pod-created',
      text: `The pod was created at ${formatTime(pod.createdAt)}, around the onset`,
    });
  if (pod !== undefined && pod.node !== null)
    found.push({ signal: 'node', text: `It runs on node ${pod.node}` });
  if (sameImage.length > 0)
    found.push({
      signal: 'same-image',
      text: `The same image also runs in ${sameImage.join(', ')}`,
    });
  return found.map(({ signal, text }) => ({
    signal,
    family: 'data',
    value: null,
    threshold: null,
    unit: 'context',
    weight: 0,
    text,
  }));
}

function undecided(judgement: Judgement): Verdict['evidence'] {
  return judgement.undecided.map((text) => ({
    signal: 'undecided',
    family: 'data',
    value: null,
    threshold: null,
    unit: 'context',
    weight: 0,
    text,
  }));
}
