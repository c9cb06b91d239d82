import type { Evidence, EvidenceFamily, Severity } from '../../model/finding.ts';
import { isLikeAgent, isWaiting, mayBeUnevenAgent } from './agents.ts';
import { isUndecidedExcess } from './excess.ts';
import { whyNoPage } from './pages.ts';
import type { Facts, Measurement, Signal } from './signal.ts';
import { SIGNALS, SUPPRESSORS } from './signals.ts';
import { isWorking } from './signals/cpuWithoutWork.ts';
import { diskOf } from './subject.ts';

/** Points for a warning, and for a page. A family counts up to its strongest signal. */
const WARNING_POINTS = 2;
const CRITICAL_POINTS = 3;
/** Level and shape both describe a plateau: together they count no more than this … */
const PLATEAU_POINTS = 1.5;
/** … hardly anything where it moves data all the time, as a service under even load does, or is like an agent or waits … */
const PLATEAU_POINTS_OF_WORK = 0.25;
/** … less where nobody knows what work it does, and least in Jobs, which are made to compute and to end. */
const PLATEAU_POINTS_WITHOUT_WORK = 1;
const PLATEAU_POINTS_OF_RUNS = 0.5;
/** Without novelty, spread or spec beside it, a level needs this many windows, a shape the double. */
const UNKNOWN_DWELL = 6;
/** What is novel must last an hour where nobody knows the traffic. */
const BLIND_DWELL = 12;

export interface MeasuredSignal extends Measurement {
  readonly signal: Signal;
}

export interface Judgement {
  readonly severity: Severity | null;
  readonly score: number;
  readonly points: number;
  readonly readings: readonly MeasuredSignal[];
  readonly suppressors: readonly MeasuredSignal[];
  /** Families that count, strongest signal first named. */
  readonly families: readonly EvidenceFamily[];
  /** Why it is not more than it is: what would have to be known or to happen. */
  readonly undecided: readonly string[];
}

/** Of what nothing was to be said: no signal was read. */
export const QUIET: Judgement = {
  severity: null,
  score: 0,
  points: 0,
  readings: [],
  suppressors: [],
  families: [],
  undecided: [],
};

/**
 * From independent families to a severity. A warning takes two families and two points, a page three of
 * each, a dwell, and something that is new to the cluster or bears a mark: known software that burns
 * more CPU in silence is a stuck loop as often as a hijack, and metrics alone cannot decide that.
 *
 * @param without a signal that is left out, for the ablation.
 */
export function judge(facts: Facts, without: string | null = null): Judgement {
  const readings = measureAll(SIGNALS, facts, without);
  const suppressors = measureAll(SUPPRESSORS, facts, without);
  const byFamily = new Map<EvidenceFamily, number>();
  for (const { signal, strength } of readings)
    if (strength !== null && strength > 0)
      byFamily.set(signal.family, Math.max(byFamily.get(signal.family) ?? 0, strength));
  const of = (family: EvidenceFamily): number => byFamily.get(family) ?? 0;

  const taken = suppressors.reduce((sum, { strength }) => sum + (strength ?? 0), 0);
  const plateau = Math.min(plateauCap(facts, of('work')), of('level') + of('shape'));
  const points = of('novelty') + of('work') + of('spread') + of('spec') + plateau - taken;
  const undecided: string[] = [];
  const isSmall = readings.every(
    ({ signal, strength }) =>
      signal.family !== 'novelty' ||
      signal.name === 'cusum-fast' ||
      (strength ?? 0) === 0 ||
      (facts.suspicion.by === 'traffic' && (strength ?? 0) < 1),
  );
  const severity = severityOf(facts, byFamily, points, isSmall, undecided);
  const weights = (list: readonly MeasuredSignal[]): number =>
    list.reduce((sum, reading) => sum + weightOf(facts, reading), 0);
  const score = severity === null ? 0 : weights(readings) + weights(suppressors);
  return {
    severity,
    score: clampScore(score, severity),
    points,
    readings,
    suppressors,
    families: [...byFamily.keys()],
    undecided,
  };
}

function severityOf(
  facts: Facts,
  families: ReadonlyMap<EvidenceFamily, number>,
  points: number,
  isSmall: boolean,
  undecided: string[],
): Severity | null {
  const { track, thresholds } = facts;
  const of = (family: EvidenceFamily): number => families.get(family) ?? 0;
  const isAllowed = thresholds.allow.length > 0 && isAllowListed(facts);
  if (of('spec') >= 2) return 'critical';
  if (track.dwell < 1 || track.hotWindows === 0) return null;

  const anchor = of('novelty') + of('work') + of('spread') + of('spec');
  // Level and shape are one plateau; without anything beside it, it is a busy server.
  const isAnchored = anchor > 0 && families.size >= 2;
  const needed = neededDwell(facts, of('novelty'));
  if (track.hotWindows < needed || track.dwell < thresholds.dwell.onWindows) {
    undecided.push(
      needed === Infinity
        ? 'A warning needs at least twice the normal use: network traffic is unknown'
        : `A warning needs ${needed} windows of five minutes; ${track.hotWindows} so far`,
    );
    return null;
  }
  if (!isAnchored || points < WARNING_POINTS) {
    undecided.push('A warning needs two independent families of evidence');
    return points + 0.5 >= WARNING_POINTS && isAnchored ? 'info' : null;
  }
  if (isAllowed) return 'info';
  if (isSmall && of('novelty') > 0 && families.size < 3) {
    undecided.push(
      'A small lasting excess may be a slower node or a release: a warning needs a third family of evidence',
    );
    return 'info';
  }
  if (of('spec') === 0 && isUndecidedExcess(facts)) {
    undecided.push(
      'A release or a slower node may need this much more for the same traffic: undecided until traffic has varied',
    );
    return 'info';
  }
  if (points < CRITICAL_POINTS || families.size < 3) {
    undecided.push('Critical needs a third independent family of evidence, or a signature');
    return 'warning';
  }
  const hold = whyNoPage(facts, families);
  if (hold !== null) {
    undecided.push(hold);
    return 'warning';
  }
  return 'critical';
}

function plateauCap(facts: Facts, work: number): number {
  const { subject, normal } = facts;
  if (isWorking(facts) || (work === 0 && isOrdinary(facts))) return PLATEAU_POINTS_OF_WORK;
  const isWorkKnown = subject.netIn !== null && diskOf(subject) !== null;
  if (subject.runs) return isWorkKnown ? PLATEAU_POINTS_OF_RUNS : 0;
  return isWorkKnown || normal.base === null ? PLATEAU_POINTS : PLATEAU_POINTS_WITHOUT_WORK;
}

/** What agents, and newcomers that wait for their work, are: even, and everywhere. */
function isOrdinary(facts: Facts): boolean {
  const isWaitingNewcomer = facts.normal.isDeployed && isWaiting(facts);
  return isLikeAgent(facts) || mayBeUnevenAgent(facts) || isWaitingNewcomer;
}

/** A little new side-car of which nobody can tell yet whether it works for the others of its pod. */
function isUndecidedSideCar({ sideCar }: Facts): boolean {
  return sideCar !== null && sideCar.isLittle && sideCar.follows === null;
}

function neededDwell(facts: Facts, novelty: number): number {
  const { thresholds, normal, track, subject } = facts;
  if (isUndecidedSideCar(facts)) return thresholds.sideCar.undecidedWindows;
  if (novelty > 0 && (normal.source !== 'unknown' || normal.base !== null)) {
    // Load looks the same where traffic is not known: it has to be much, and to last.
    if (subject.netIn === null && normal.base !== null)
      return novelty >= 1 ? BLIND_DWELL : Infinity;
    if (normal.source !== 'unknown') return thresholds.dwell.onWindows;
  }
  return track.levelDwell >= thresholds.dwell.onWindows ? UNKNOWN_DWELL : 2 * UNKNOWN_DWELL;
}

function isAllowListed(facts: Facts): boolean {
  const allow = SUPPRESSORS.find(({ name }) => name === 'allow-list');
  return (allow?.measure(facts).strength ?? 0) > 0;
}

function measureAll(
  signals: readonly Signal[],
  facts: Facts,
  without: string | null,
): readonly MeasuredSignal[] {
  return signals
    .filter(({ name }) => name !== without)
    .map((signal) => ({ signal, ...signal.measure(facts) }));
}

/** Points that a reading adds to the score; suppressors take. */
export function weightOf({ thresholds }: Facts, { signal, strength }: MeasuredSignal): number {
  if (strength === null || strength === 0) return 0;
  if (signal.family === 'suppressor')
    return -Math.round((thresholds.weights['suppressor'] ?? 0) * strength);
  return Math.round((thresholds.weights[signal.name] ?? 0) * Math.min(1, strength));
}

/** The score agrees with the severity: it orders findings inside one, never across. */
function clampScore(score: number, severity: Severity | null): number {
  if (severity === null) return 0;
  const [low, high] =
    severity === 'critical' ? [75, 100] : severity === 'warning' ? [40, 74] : [10, 39];
  return Math.max(low, Math.min(high, Math.round(score)));
}

/** A reading as it is shown and stored. */
export function evidenceOf(facts: Facts, reading: MeasuredSignal): Evidence {
  const { signal, value, threshold, text } = reading;
  const weight = weightOf(facts, reading);
  return {
    signal: signal.name,
    family: signal.family,
    value,
    threshold,
    unit: signal.unit,
    weight,
    text: reading.strength === null ? `Not known: ${text}` : text,
  };
}
