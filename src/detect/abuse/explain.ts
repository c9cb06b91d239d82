import type { Evidence, EvidenceFamily, Severity } from '../../model/finding.ts';
import { formatBytesPerSecond, formatCores } from '../../model/text/units.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { DetectContext } from '../detector.ts';
import { factsOf, lookAtWindow, sceneOf } from './abuseDetector.ts';
import { indicatorsOf } from './evidence/indicators.ts';
import { rowOf, severityOfRank, type Rows } from './state/state.ts';
import type { Facts } from './evidence/signal.ts';
import type { Subject } from './subjects/subject.ts';
import type { AbuseSections } from './thresholds.ts';
import { evidenceOf, judge, scoreOf, type Judgement } from './verdict/judge.ts';

/** One signal as it stands, whether or not it speaks; its weight is that of the strongest of its family. */
export interface ExplainedSignal extends Evidence {
  /** `fires`, `quiet`, or `unknown`: what it needs is not there, and it counts for nothing. */
  readonly state: 'fires' | 'quiet' | 'unknown';
}

/** Everything abuse detection makes of one container, GPU or group of one-shot workloads. */
export interface Explanation extends Pick<Judgement, 'points' | 'caps'> {
  readonly container: string | null;
  readonly about: Subject['kind'];
  /** What is said of it: the severity of its alarm, or null while it has none. */
  readonly severity: Severity | null;
  readonly score: number;
  readonly suspiciousSince: TimeMs | null;
  readonly normal: string;
  readonly excess: string;
  /** Each family of evidence is as strong as its strongest signal. */
  readonly families: readonly {
    readonly family: EvidenceFamily;
    readonly grade: 'weak' | 'strong';
  }[];
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
  const judged = lookAtWindow(context, rows);
  const subjects = judged.map(({ facts }) => facts.subject);
  const own = new Set(subjects.filter((one) => isOf(one, workload)).map(({ key }) => key));
  return judged
    .filter(({ memberKeys, facts: { subject, track } }) => {
      if (subject.kind !== 'group') return own.has(subject.key);
      // A group of nothing but itself is worth a word only where it speaks.
      const isSaid = memberKeys.length > 1 || track.members.length > 1 || track.alarm > 0;
      return isSaid && memberKeys.some((key) => own.has(key));
    })
    .map(({ facts }) => explanationOf(facts, context));
}

/** The same of a window that the rows know already (the last one sealed): nothing is advanced, groups are left out. */
export function explainLast(
  context: DetectContext<AbuseSections>,
  rows: Rows,
  workload: WorkloadRef,
): readonly Explanation[] {
  const scene = sceneOf(context, rows);
  return scene.subjects
    .filter((subject) => isOf(subject, workload))
    .flatMap((subject) => {
      const track = rowOf(rows, subject.key, 'track');
      return track === null ? [] : [explanationOf(factsOf(subject, track, scene), context)];
    });
}

function isOf({ workload }: Subject, { kind, name }: WorkloadRef): boolean {
  return workload?.kind === kind && workload.name === name;
}

function explanationOf(facts: Facts, { thresholds }: DetectContext<AbuseSections>): Explanation {
  const { subject, track, suspicion } = facts;
  const indicators = indicatorsOf(subject, track.signs, thresholds.signatures);
  const { severity, points, families, caps, readings, undecided } = judge({ ...facts, indicators });
  const line = suspicion.threshold === null ? 'more' : formatCores(suspicion.threshold);
  return {
    container: nameOf(subject),
    about: subject.kind,
    severity: severityOfRank(track.alarm),
    score: scoreOf(points, severity),
    points,
    suspiciousSince: track.since > 0 ? track.since : null,
    normal: normalText(facts),
    excess: excessText(facts),
    families: Array.from(families, ([family, of]) => ({
      family,
      grade: of >= 1 ? 'strong' : 'weak',
    })),
    caps,
    signals: readings.map((reading) => ({
      ...evidenceOf(reading),
      state: reading.strength === null ? 'unknown' : reading.strength === 0 ? 'quiet' : 'fires',
    })),
    needed:
      undecided.length > 0 || track.hotWindows > 0
        ? undecided
        : [`Nothing suspicious was seen: its use would have to pass ${line} for some windows`],
  };
}

/** Its container; of a group, what its pods have in common. */
function nameOf({ kind, scope, repository, namespace }: Subject): string | null {
  if (kind !== 'group') return scope.container ?? scope.subject;
  return repository === null
    ? `one-shot workloads of ${namespace} together`
    : `pods of ${repository} in ${namespace} together`;
}

function normalText({ normal: { base, siblings, source }, suspicion }: Facts): string {
  const use = `${formatCores(suspicion.normal)}, from ${base?.hours ?? 0} hours`;
  if (source === 'own') return `its own normal at this hour: ${use}`;
  if (source === 'peers') return `another workload of its image at this hour: ${use}`;
  if (source === 'new') return 'nothing: it did not exist before';
  if (base === null) return 'unknown: too little history';
  return base === siblings ? `its siblings: ${formatCores(base.normal)}` : `provisional: ${use}`;
}

function excessText({ suspicion }: Facts): string {
  const { cores, extraCores, threshold, extraBytes, isHot, by } = suspicion;
  const line = threshold === null ? 'no line is known' : `the line is ${formatCores(threshold)}`;
  const io =
    extraBytes === null ? 'network is unknown' : `${formatBytesPerSecond(extraBytes)} of added I/O`;
  const found = isHot ? `suspicious by its ${by ?? 'window'}` : 'not suspicious';
  return `${formatCores(cores)} is ${formatCores(extraCores)} more, with ${io}; ${line}: ${found}`;
}
