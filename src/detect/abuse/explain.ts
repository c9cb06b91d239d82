import type { Evidence, EvidenceFamily, Severity } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { DetectContext } from '../detector.ts';
import { lookAtWindow } from './abuseDetector.ts';
import { collectSubjects } from './subjects/collectSubjects.ts';
import { repositoryOf } from '../../model/image.ts';
import { matcherOf } from './evidence/indicators.ts';
import type { MeasuredSignal } from './evidence/signals.ts';
import { evidenceOf, judge, type Judgement } from './verdict/judge.ts';
import type { HeldCap } from './verdict/cap.ts';
import { factsOf, sceneOf } from './look.ts';
import type { Rows } from './state/state.ts';
import type { Facts } from './evidence/signal.ts';
import type { Subject } from './subjects/subject.ts';
import { formatBytesPerSecond, formatCores } from '../../model/text/units.ts';
import type { AbuseSections } from './thresholds.ts';

/** One signal as it stands, whether or not it speaks; its weight is that of the strongest of its family. */
export interface ExplainedSignal extends Evidence {
  /** `fires`, `quiet`, or `unknown`: what it needs is not there, and it counts for nothing. */
  readonly state: 'fires' | 'quiet' | 'unknown';
}

/** A family of evidence: as strong as its strongest signal. */
export interface ExplainedFamily {
  readonly family: EvidenceFamily;
  readonly grade: 'weak' | 'strong';
}

/** Everything abuse detection makes of one container, GPU or group of one-shot workloads. */
export interface Explanation {
  readonly container: string | null;
  readonly about: 'cpu' | 'gpu' | 'group';
  /** What is said of it: the severity of its alarm, or null while it has none. */
  readonly severity: Severity | null;
  readonly score: number;
  /** Points of independent families: a warning takes 2, a page 3. */
  readonly points: number;
  /** When the suspicious use began; null while there is none. */
  readonly suspiciousSince: TimeMs | null;
  /** The expectation: what its use is compared with. */
  readonly normal: string;
  /** The use beyond it, and the line from which it is suspicious. */
  readonly excess: string;
  readonly families: readonly ExplainedFamily[];
  /** Every cap that holds the severity below what the evidence comes to. */
  readonly caps: readonly HeldCap[];
  readonly signals: readonly ExplainedSignal[];
  /** What would have to be known, or to happen, for more than this to be said. */
  readonly needed: readonly string[];
}

/** The workload's subjects after one more window; rows are left as the next window needs them. */
export function explainNext(
  context: DetectContext<AbuseSections>,
  rows: Rows,
  workload: WorkloadRef,
): readonly Explanation[] {
  const { judged } = lookAtWindow(context, rows);
  const matcher = matcherOf(context.thresholds.signatures);
  const own = judged.filter(({ facts }) => isOf(facts.subject, workload));
  const ownKeys = new Set(own.map(({ facts }) => facts.subject.key));
  const groups = judged.filter(
    ({ memberKeys, facts: { groupSize, track } }) =>
      // A group of nothing but itself is worth a word only where it speaks.
      (memberKeys.length > 1 || groupSize > 1 || track.alarm > 0) &&
      memberKeys.some((key) => ownKeys.has(key)),
  );
  return [...own, ...groups].map(({ facts }) =>
    explanationOf({ ...facts, indicators: matcher.match(facts.subject, facts.track.signs) }),
  );
}

/**
 * The workload's subjects in a window that the rows know already (the last one sealed): nothing is
 * advanced. Groups are not among them.
 */
export function explainLast(
  context: DetectContext<AbuseSections>,
  rows: Rows,
  workload: WorkloadRef,
): readonly Explanation[] {
  const found: Explanation[] = [];
  const subjects = collectSubjects(context.snapshot, context.costs);
  const scene = sceneOf(context, rows, subjects);
  for (const subject of subjects) {
    const track = rows.get(subject.key);
    if (!isOf(subject, workload) || track?.row !== 'track') continue;
    const facts = factsOf(subject, track, 0, scene);
    found.push(explanationOf({ ...facts, indicators: scene.matcher.match(subject, track.signs) }));
  }
  return found;
}

function isOf({ workload }: Subject, { kind, name }: WorkloadRef): boolean {
  return workload !== null && workload.kind === kind && workload.name === name;
}

/** Its container; of a group, what its pods have in common. */
function nameOf({ kind, scope, image, namespace }: Subject): string | null {
  if (kind !== 'group') return scope.container ?? scope.subject;
  return image === null
    ? `one-shot workloads of ${namespace} together`
    : `pods of ${repositoryOf(image)} in ${namespace} together`;
}

const SEVERITIES = [null, 'info', 'warning', 'critical'] as const;

function explanationOf(facts: Facts): Explanation {
  const { subject, track } = facts;
  const judgement = judge(facts);
  return {
    container: nameOf(subject),
    about: subject.kind,
    severity: SEVERITIES[track.alarm] ?? null,
    score: judgement.score,
    points: judgement.points,
    suspiciousSince: track.since > 0 ? track.since : null,
    normal: normalText(facts),
    excess: excessText(facts),
    families: Array.from(judgement.families, ([family, points]) => ({
      family,
      grade: points >= 1 ? 'strong' : 'weak',
    })),
    caps: judgement.caps,
    signals: judgement.readings.map(signalOf),
    needed: neededFor(facts, judgement),
  };
}

function signalOf(reading: MeasuredSignal): ExplainedSignal {
  const { strength, text } = reading;
  const state = strength === null ? 'unknown' : strength === 0 ? 'quiet' : 'fires';
  return { ...evidenceOf(reading), state, text };
}

function normalText({ normal, suspicion }: Facts): string {
  const { base, source } = normal;
  switch (source) {
    case 'own':
      return `its own normal: ${formatCores(suspicion.normal)} at this hour, from ${base?.hours ?? 0} hours`;
    case 'peers':
      return `other workloads of its image: ${formatCores(suspicion.normal)}`;
    case 'new':
      return 'nothing: it did not exist before';
    default:
      return base === null
        ? 'unknown: too little history'
        : `provisional: ${formatCores(suspicion.normal)}, from ${base.hours} hours`;
  }
}

function excessText({
  suspicion: { cores, extraCores, threshold, extraBytes, isHot, by },
}: Facts): string {
  const line = threshold === null ? 'no line is known' : `the line is ${formatCores(threshold)}`;
  const io =
    extraBytes === null ? 'network is unknown' : `${formatBytesPerSecond(extraBytes)} of added I/O`;
  const found = isHot ? `suspicious by its ${by ?? 'window'}` : 'not suspicious';
  return `${formatCores(cores)} is ${formatCores(extraCores)} more, with ${io}; ${line}: ${found}`;
}

function neededFor({ suspicion, track }: Facts, judgement: Judgement): readonly string[] {
  if (track.dwell >= 1 || track.hotWindows > 0 || judgement.severity !== null)
    return judgement.undecided;
  const { threshold, cores } = suspicion;
  if (threshold === null || cores >= threshold)
    return ['Nothing suspicious was seen: for that it would have to use more, for some windows'];
  return [
    `Nothing suspicious was seen: its use is ${formatCores(cores)} and would have to pass ${formatCores(threshold)} for some windows`,
  ];
}
