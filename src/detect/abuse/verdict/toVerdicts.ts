import type { Evidence, Severity, Verdict } from '../../../model/finding.ts';
import { fromNano } from '../../../model/money.ts';
import { HOUR_MS, HOURS_PER_MONTH, formatTime, windowHours } from '../../../model/time.ts';
import { isReleased, rankOf, severityOfRank } from '../state/state.ts';
import { MOST_NAMED, totalCores, type Subject } from '../subjects/subject.ts';
import { medianOf } from '../../../model/quantile.ts';
import { nextSteps } from '../../nextSteps.ts';
import { cleared, firing } from '../../verdict.ts';
import { workloadKey } from '../../../model/workload.ts';
import { causeOf, CHECK_OF_CAUSE } from './cause.ts';
import { evidenceOf, scoreOf, type Judged, type Judgement } from './judge.ts';
import { type Facts } from '../evidence/signal.ts';
import { formatNumber, plural } from '../../../model/text/units.ts';

const RULE = 'miner-like-use';

/** One cause, one finding: a group speaks for its members, at least as severely, and the graver of cores and GPUs for both. */
export function toVerdicts(judged: readonly Judged[]): readonly Verdict[] {
  const subjects = judged.map(({ facts }) => facts.subject);
  const fired = judged.filter(({ status }) => status === 'firing');
  const rankOfKey = new Map(fired.map(({ facts }) => [facts.subject.key, facts.track.alarm]));
  const speaking = fired.filter(({ severity }) => severity !== 'info');
  const spokenFor = new Set(speaking.flatMap(({ memberKeys }) => memberKeys));
  const best = new Map<string, Verdict>();
  for (const one of judged) {
    const { subject, indicators } = one.facts;
    const isSpokenFor = spokenFor.has(subject.key) && indicators.strong.length === 0;
    if (one.status === 'unknown' || (one.status === 'firing' && isSpokenFor)) continue;
    const ranks = speaking.includes(one)
      ? one.memberKeys.map((key) => rankOfKey.get(key) ?? 0)
      : [];
    const gravest = severityOfRank(Math.max(rankOf(one.severity), ...ranks)) ?? one.severity;
    const verdict = verdictOf(one, gravest, sameImage(subject, subjects));
    const scope = JSON.stringify(verdict.scope);
    const other = best.get(scope);
    if (other === undefined || outweighs(verdict, other)) best.set(scope, verdict);
  }
  return [...best.values()];
}

function outweighs(a: Verdict, b: Verdict): boolean {
  return a.status === b.status ? a.score > b.score : a.status === 'firing';
}

/** Other workloads that run its image; of a group, those of other namespaces. */
function sameImage(subject: Subject, subjects: readonly Subject[]): readonly string[] {
  const { namespace, workload, repository } = subject;
  const itself = workload === null ? `${namespace}/` : `${workloadKey(namespace, workload)}/`;
  const places = subjects
    .filter((one) => one.kind === 'cpu' && repository !== null && one.repository === repository)
    .flatMap((one) => (one.workload === null ? [] : workloadKey(one.namespace, one.workload)))
    .filter((place) => !`${place}/`.startsWith(itself));
  return [...new Set(places)].sort().slice(0, MOST_NAMED);
}

function verdictOf(
  { facts, judgement, status }: Judged,
  severity: Severity,
  sameImage: readonly string[],
): Verdict {
  const { subject, track } = facts;
  const { scope, members, kind, repository } = subject;
  const about = { kind: 'cryptojacking', rule: RULE, scope, startedAt: startOf(facts) } as const;
  if (status === 'clear' || judgement === null) return cleared(about, 'CPU use is back to normal');
  const cause = causeOf(facts, judgement, severity);
  const isMining = severity === 'critical' && cause === 'mining';
  const said = saidOf(facts, judgement);
  const hot = members.filter(({ cores }) => kind === 'group' || cores >= track.quietBelow);
  // A miner may pause for a window.
  const pods = (hot.length > 0 ? hot : members.slice(0, 1)).map(({ pod }) => pod.name);
  return firing({
    ...about,
    severity,
    cause,
    ...(repository !== null && { image: repository }),
    score: scoreOf(judgement.points, severity),
    summary: isMining
      ? `Looks like mining: ${said}`
      : `Unusual CPU: ${said}. ${CHECK_OF_CAUSE[cause]}`,
    evidence: [
      ...judgement.readings.filter(({ strength }) => (strength ?? 0) > 0).map(evidenceOf),
      ...context(facts, sameImage),
      ...judgement.undecided.map((text) => remark('undecided', text)),
    ],
    next: nextSteps(subject.namespace, members, severity),
    pods: [...new Set(pods)].sort().slice(0, MOST_NAMED),
    costBeforeNano: track.since > 0 ? Math.max(0, track.costNano - subject.costNano) : null,
    costPerMonth: costPerMonth(facts),
  });
}

/** Its cost since the onset, for a month: a miner in turns is no cheaper in the windows that it rests in. */
function costPerMonth({ subject, track, window }: Facts): number {
  const [nano, from] =
    track.since > 0 ? [track.costNano, track.since] : [subject.costNano, window.start];
  return (fromNano(nano) / windowHours({ start: from, end: window.end })) * HOURS_PER_MONTH;
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

/** What a signal says in the summary; `steady` stands before the cores. */
const PHRASES: Readonly<Record<string, string>> = {
  signature: 'matches a known miner',
  'novel-use': 'far above its normal',
  'cpu-without-work': 'almost no network or disk I/O',
  'sustained-use': 'at its limit',
  'system-like-name': 'named like a Kubernetes component',
  'gpu-without-tensor': 'tensor cores idle',
  'miner-reported': 'another tool reports a miner',
  'egress-reported': 'another tool reports a connection to a pool',
};

function saidOf({ subject, suspicion, track }: Facts, { readings }: Judgement): string {
  // The episode's typical use: the present window may be one in which it rests.
  const used = track.recent.length > 0 ? medianOf(track.recent) : suspicion.cores;
  const fired = readings.filter(({ strength }) => (strength ?? 0) > 0);
  const names = fired.map(({ signal }) => signal.name);
  const unit = subject.kind === 'gpu' ? 'GPUs' : 'cores';
  const count = subject.members.length;
  const steady = names.includes('flatness') ? 'steady ' : '';
  const pods = count === 0 ? 'short-lived pods' : plural(count, 'pod');
  const isOneOfMany = count > 1 && !subject.isSummed;
  const total = isOneOfMany ? Math.max(used, totalCores(subject)) : used;
  const busiest = isOneOfMany ? `, ${formatNumber(used)} in the busiest` : '';
  const use = `${steady}${formatNumber(total)} ${unit} on ${pods}${busiest}`;
  const reasons = names.flatMap((name) => PHRASES[name] ?? []);
  const isNew = names.includes('new-workload') && track.firstSeen > 0;
  const since = isNew ? [`first seen ${formatTime(track.firstSeen)}`] : [];
  return [use, ...reasons, ...since].join(', ');
}

function context({ track, subject }: Facts, sameImage: readonly string[]): Verdict['evidence'] {
  const { node, createdAt } = subject.members[0]?.pod ?? {};
  const { since, imageSince } = track;
  const isCreated = since > 0 && Math.abs((createdAt ?? 0) - since) <= HOUR_MS;
  const at = (time: number): string => `at ${formatTime(time)}, around the onset`;
  return [
    isReleased(track, HOUR_MS) && remark('image-changed', `Its image changed ${at(imageSince)}`),
    isCreated && remark('pod-created', `The pod was created ${at(createdAt ?? 0)}`),
    node && remark('node', `It runs on node ${node}`),
    sameImage.length > 0 &&
      remark('same-image', `The same image also runs in ${sameImage.join(', ')}`),
  ].filter((one) => !!one);
}

/** Evidence that says something and weighs nothing. */
function remark(signal: string, text: string): Evidence {
  const nothing = { value: null, threshold: null, unit: 'context', weight: 0 };
  return { signal, family: 'data', ...nothing, text };
}
