import type { Evidence, EvidenceFamily, Severity, Verdict } from '../../../model/finding.ts';
import { SIGNALS } from '../evidence/signals.ts';
import { isWorking } from '../evidence/signals/cpuWithoutWork.ts';
import type { Facts, MeasuredSignal } from '../evidence/signal.ts';
import { capped, isLikeAgent, isSigned, isWaiting, type Families, type HeldCap } from './caps.ts';
import { rankOf } from '../state/state.ts';

/** A point of evidence in points of the score, and so many belong to each severity. */
const SCORE_PER_POINT = 25;

export interface Judgement {
  readonly severity: Severity | null;
  /** Points of the families, a plateau counted as one. */
  readonly points: number;
  readonly readings: readonly MeasuredSignal[];
  readonly families: Families;
  readonly caps: readonly HeldCap[];
  /** Why it is not more than it is: what would have to be known or to happen. */
  readonly undecided: readonly string[];
}

export interface Judged {
  readonly facts: Facts;
  /** Null where there is nothing to judge. */
  readonly judgement: Judgement | null;
  readonly status: Verdict['status'];
  readonly severity: Severity;
  readonly memberKeys: readonly string[];
}

/**
 * A warning takes two families and two points, critical three of each; a family counts as its strongest signal.
 *
 * @param without signals and caps that are left out, for the ablation.
 */
export function judge(facts: Facts, without: readonly string[] = []): Judgement {
  const counted = SIGNALS.filter(({ name }) => !without.includes(name));
  const readings = counted.map((signal) => ({ signal, ...signal.measure(facts) }));
  const families = familiesOf(readings);
  const points = pointsOf(facts, families);
  const isActive = facts.track.dwell >= 1 && facts.track.hotWindows > 0;
  const rule = isActive || isSigned(facts, families) ? ruleOf(facts, families, points) : null;
  const { severity, held } = capped(rule, facts, families, without);
  // A finding may outlast its evidence for some windows: what holds it back is said all the same.
  const listed = rule === null && isActive ? capped('info', facts, families, without).held : held;
  const needed =
    rule === 'warning'
      ? 'Critical needs a third independent family of evidence, or a signature'
      : 'A warning needs two independent families of evidence';
  return {
    severity,
    points,
    readings,
    families,
    caps: held,
    undecided: [
      ...(isActive && rule !== 'critical' ? [needed] : []),
      ...listed.map(({ because }) => because),
    ],
  };
}

function familiesOf(readings: readonly MeasuredSignal[]): Families {
  const families = new Map<EvidenceFamily, number>();
  for (const { signal, strength } of readings)
    if (strength !== null && strength > 0)
      families.set(signal.family, Math.max(families.get(signal.family) ?? 0, strength));
  return families;
}

/** Level and shape are one plateau. */
function pointsOf(facts: Facts, families: Families): number {
  const of = (family: EvidenceFamily): number => families.get(family) ?? 0;
  const plateau = Math.min(plateauPoints(facts, of('work')), of('level') + of('shape'));
  return of('novelty') + of('work') + of('spec') + of('signals') + plateau;
}

/** From points and as many families to a severity; a plateau without anything beside it is a busy server. */
function ruleOf(facts: Facts, families: Families, points: number): Severity | null {
  if (isSigned(facts, families)) return 'critical';
  const { warning, weak } = facts.thresholds.points;
  const beside = ['novelty', 'work', 'spec', 'signals'] as const;
  if (!beside.some((family) => families.has(family)) || families.size < warning) return null;
  if (points >= warning + 1 && families.size > warning) return 'critical';
  if (points >= warning) return 'warning';
  return points >= warning - weak ? 'info' : null;
}

/** What a plateau counts at most: nothing where it works, or is what agents and waiting newcomers are, even and everywhere. */
function plateauPoints(facts: Facts, work: number): number {
  const { subject, normal, thresholds } = facts;
  const { weak, silence } = thresholds.points;
  const isOrdinary = isLikeAgent(facts) || (normal.isDeployed && isWaiting(facts));
  if (isWorking(facts, thresholds.work.workingBytesPerCoreSecond) || (work === 0 && isOrdinary))
    return 0;
  const isWorkKnown = subject.net !== null && subject.disk !== null;
  if (subject.runs) return isWorkKnown ? weak : 0;
  return isWorkKnown || normal.base === null ? silence : 1;
}

/** The points, inside the band of the severity: the score orders findings of one severity, never across. */
export function scoreOf(points: number, severity: Severity | null): number {
  const low = SCORE_PER_POINT * rankOf(severity);
  if (low === 0) return 0;
  return Math.max(low, Math.min(low + SCORE_PER_POINT - 1, Math.round(SCORE_PER_POINT * points)));
}

export function evidenceOf(reading: MeasuredSignal): Evidence {
  const { signal, value, threshold, strength, text } = reading;
  return {
    signal: signal.name,
    family: signal.family,
    value,
    threshold,
    unit: signal.unit,
    weight: Math.round(SCORE_PER_POINT * (strength ?? 0)),
    text,
  };
}
