import type { Evidence, EvidenceFamily, Severity } from '../../../model/finding.ts';
import { measureAll, type MeasuredSignal } from '../evidence/signals.ts';
import { isWorking } from '../evidence/signals/cpuWithoutWork.ts';
import type { Facts } from '../evidence/signal.ts';
import { diskOf } from '../subjects/subject.ts';
import { isLikeAgent, isWaiting, mayBeUnevenAgent } from './caps/agents.ts';
import type { Families, HeldCap } from './cap.ts';
import { capped, isSigned } from './caps.ts';
import type { AbuseThresholds } from '../thresholds.ts';

/** A point of evidence in points of the score: 2 are in the middle of the warnings, 4 are all. */
const SCORE_PER_POINT = 25;
export interface Judgement {
  readonly severity: Severity | null;
  /** 0..100, inside the band of the severity. */
  readonly score: number;
  /** Points of the families, a plateau counted as one. */
  readonly points: number;
  readonly readings: readonly MeasuredSignal[];
  readonly families: Families;
  /** The caps at or below what the evidence comes to. */
  readonly caps: readonly HeldCap[];
  /** Why it is not more than it is: what would have to be known or to happen. */
  readonly undecided: readonly string[];
}

/** Of what nothing was to be said: no signal was read. */
export const QUIET: Judgement = {
  severity: null,
  score: 0,
  points: 0,
  readings: [],
  families: new Map(),
  caps: [],
  undecided: [],
};

/**
 * From independent families to a severity, and down to the lowest cap that holds. Families count up to their
 * strongest signal: a warning takes two families and two points, critical three of each.
 *
 * @param without signals and caps that are left out, for the ablation.
 */
export function judge(facts: Facts, without: readonly string[] = []): Judgement {
  const readings = measureAll(facts, without);
  const families = familiesOf(readings);
  const points = pointsOf(facts, families);
  const isActive = facts.track.dwell >= 1 && facts.track.hotWindows > 0;
  const rule = isSigned(facts, families)
    ? 'critical'
    : isActive
      ? ruleOf(families, points, facts.thresholds)
      : null;
  const { severity, held } = capped(rule, facts, families, without);
  // A finding may outlast its evidence for some windows: what holds it back is said all the same.
  const listed = isActive && rule === null ? capped('info', facts, families, without).held : held;
  return {
    severity,
    score: scoreOf(points, severity),
    points,
    readings,
    families,
    caps: held,
    undecided: [...(isActive ? neededBy(rule) : []), ...listed.map(({ because }) => because)],
  };
}

function familiesOf(readings: readonly MeasuredSignal[]): Families {
  const families = new Map<EvidenceFamily, number>();
  for (const { signal, strength } of readings)
    if (strength !== null && strength > 0)
      families.set(signal.family, Math.max(families.get(signal.family) ?? 0, strength));
  return families;
}

function pointsOf(facts: Facts, families: Families): number {
  const of = (family: EvidenceFamily): number => families.get(family) ?? 0;
  const plateau = Math.min(plateauPoints(facts, of('work')), of('level') + of('shape'));
  return of('novelty') + of('work') + of('spec') + of('signals') + plateau;
}

/**
 * From points and as many families to a severity. Level and shape are one plateau; without anything beside it, it is a
 * busy server.
 */
function ruleOf(
  families: Families,
  points: number,
  { points: needed }: AbuseThresholds,
): Severity | null {
  const isAnchored = (['novelty', 'work', 'spec', 'signals'] as const).some((family) =>
    families.has(family),
  );
  const { warning, weak } = needed;
  if (!isAnchored || families.size < warning) return null;
  if (points >= warning + 1 && families.size > warning) return 'critical';
  if (points >= warning) return 'warning';
  return points >= warning - weak ? 'info' : null;
}

function neededBy(rule: Severity | null): readonly string[] {
  if (rule === 'critical') return [];
  return rule === 'warning'
    ? ['Critical needs a third independent family of evidence, or a signature']
    : ['A warning needs two independent families of evidence'];
}

function plateauPoints(facts: Facts, work: number): number {
  const { subject, normal, thresholds } = facts;
  const { weak, silence } = thresholds.points;
  if (isWorking(facts) || (work === 0 && isOrdinary(facts))) return weak / 2;
  const isWorkKnown = subject.netIn !== null && diskOf(subject) !== null;
  if (subject.runs) return isWorkKnown ? weak : 0;
  return isWorkKnown || normal.base === null ? silence : 1;
}

/** What agents, and newcomers that wait for their work, are: even, and everywhere. */
function isOrdinary(facts: Facts): boolean {
  const isWaitingNewcomer = facts.normal.isDeployed && isWaiting(facts);
  return isLikeAgent(facts) || mayBeUnevenAgent(facts) || isWaitingNewcomer;
}

/** The points, inside the band of the severity: the score orders findings of one severity, never across. */
function scoreOf(points: number, severity: Severity | null): number {
  if (severity === null) return 0;
  const [low, high] = SCORE_BANDS[severity];
  return Math.max(low, Math.min(high, Math.round(SCORE_PER_POINT * points)));
}

/** Lowest and highest score of each severity. */
export const SCORE_BANDS = {
  critical: [75, 100],
  warning: [40, 74],
  info: [10, 39],
} as const satisfies Record<Severity, readonly [number, number]>;

/** A reading as it is shown and stored. */
export function evidenceOf(reading: MeasuredSignal): Evidence {
  const { signal, value, threshold, strength, text } = reading;
  return {
    signal: signal.name,
    family: signal.family,
    value,
    threshold,
    unit: signal.unit,
    weight: Math.round(SCORE_PER_POINT * (strength ?? 0)),
    text: strength === null ? `Not known: ${text}` : text,
  };
}
