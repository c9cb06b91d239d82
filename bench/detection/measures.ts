import type { Severity } from '../../src/model/finding.ts';
import type { Outcome } from './play.ts';
import { delayQuantile, rateOf, shareOf, type Rate, type Share } from './stats.ts';

const HOUR = 60;
const DAY = 24 * HOUR;

/** Shapes whose use is not there from the first minute: their time begins with 30 burnt core-minutes. */
const SLOW_SHAPES = new Set(['ramp', 'ten-on-twenty-off', 'nights-only', 'high-by-night']);

/** Minutes from the onset until a severity was reached; Infinity for never. */
export function delayOf({ firstAt, truth }: Outcome, severity: Severity): number {
  const at = firstAt[severity];
  return at === undefined ? Infinity : (at - (truth.onset ?? 0)) / 60_000;
}

/** Minutes that an intermittent or slow miner had before it had burnt its first 30 core-minutes. */
function headStart({ truth }: Outcome): number {
  if (!SLOW_SHAPES.has(truth.shape)) return 0;
  return Math.max(0, ((truth.burntAt ?? 0) - (truth.onset ?? 0)) / 60_000);
}

/** Minutes that a miner ran on after that head start, until a severity was reached; Infinity for never. */
export function lateOf(one: Outcome, severity: Severity): number {
  return delayOf(one, severity) - headStart(one);
}

function isSlowShape({ truth }: Outcome): boolean {
  return SLOW_SHAPES.has(truth.shape);
}

/** Recall and delays of a set of miners. */
export interface Recall {
  readonly warning: Share;
  /** Of those that are there from the first minute on. */
  readonly within20Minutes: Share;
  readonly within2Hours: Share;
  /** Of ramps, duty cycles and nights: from the first 30 burnt core-minutes on. */
  readonly slowWithin12Hours: Share;
  readonly withinADay: Share;
  /** Deployed miners: `critical` within two hours (for slow shapes after the first 30 core-minutes). */
  readonly deployedCritical: Share;
  /** The same, strictly two hours from the onset, whatever the shape. */
  readonly deployedCriticalStrictly: Share;
  readonly medianMinutes: number;
  readonly p95Minutes: number;
}

export function recallOf(miners: readonly Outcome[]): Recall {
  const share = (list: readonly Outcome[], isHit: (one: Outcome) => boolean): Share =>
    shareOf(list.map((one) => ({ cluster: one.truth.service, hit: isHit(one) })));
  const quick = miners.filter((one) => !isSlowShape(one));
  const slow = miners.filter(isSlowShape);
  const deployed = miners.filter(({ truth }) => truth.how === 'deployed');
  const delays = quick.map((one) => delayOf(one, 'warning'));
  return {
    warning: share(miners, (one) => one.firstAt.warning !== undefined),
    within20Minutes: share(quick, (one) => delayOf(one, 'warning') <= 20),
    within2Hours: share(quick, (one) => delayOf(one, 'warning') <= 2 * HOUR),
    slowWithin12Hours: share(slow, (one) => lateOf(one, 'warning') <= 12 * HOUR),
    withinADay: share(miners, (one) => delayOf(one, 'warning') <= DAY),
    deployedCritical: share(deployed, (one) => lateOf(one, 'critical') <= 2 * HOUR),
    deployedCriticalStrictly: share(deployed, (one) => delayOf(one, 'critical') <= 2 * HOUR),
    medianMinutes: delayQuantile(delays, 0.5),
    p95Minutes: delayQuantile(delays, 0.95),
  };
}

/** False messages of a set of pod-days, by severity (a page counts as a warning too). */
export interface FalseAlarms {
  readonly critical: Rate;
  readonly warning: Rate;
  readonly info: Rate;
}

export function falseAlarmsOf(outcomes: readonly Outcome[]): FalseAlarms {
  return alarmsOf(outcomes.map((one) => ({ one, counts: one.false, podDays: one.honestDays })));
}

/** Alarms in what the authors of the measured traces call anomalous: no miners, and worth a look. */
export function anomalousAlarmsOf(outcomes: readonly Outcome[]): FalseAlarms {
  return alarmsOf(
    outcomes
      .filter(({ anomalousDays }) => anomalousDays > 0)
      .map((one) => ({ one, counts: one.anomalous, podDays: one.anomalousDays })),
  );
}

interface Alarms {
  readonly one: Outcome;
  readonly counts: Outcome['false'];
  readonly podDays: number;
}

function alarmsOf(list: readonly Alarms[]): FalseAlarms {
  const rate = (count: (counts: Outcome['false']) => number): Rate =>
    rateOf(
      list.map(({ one, counts, podDays }) => ({
        cluster: one.truth.service,
        events: count(counts),
        podDays,
      })),
    );
  return {
    critical: rate(({ critical }) => critical),
    warning: rate(({ warning, critical }) => warning + critical),
    info: rate(({ info, warning, critical }) => info + warning + critical),
  };
}

/** Recall and false alarms of a rule used today, on the same cases. */
export interface RuleFigures {
  readonly name: string;
  readonly recall: Share;
  /** Throttled (half the limit or less), intermittent, and spread-out miners. */
  readonly hardRecall: Share;
  readonly medianMinutes: number;
  readonly falseAlarms: Rate;
}

const SPREAD = new Set(['swarm', 'chain', 'daemonset']);

export function isHard({ truth }: Outcome): boolean {
  return (truth.share ?? 1) <= 0.5 || SLOW_SHAPES.has(truth.shape) || SPREAD.has(truth.shape);
}

export function ruleFigures(
  name: string,
  miners: readonly Outcome[],
  honest: readonly Outcome[],
): RuleFigures {
  const at = (one: Outcome): number | null => one.rules[name]?.firstAt ?? null;
  const trials = (list: readonly Outcome[]) =>
    list.map((one) => ({ cluster: one.truth.service, hit: at(one) !== null }));
  const delays = miners.map((one) => {
    const time = at(one);
    return time === null ? Infinity : (time - (one.truth.onset ?? 0)) / 60_000;
  });
  return {
    name,
    recall: shareOf(trials(miners)),
    hardRecall: shareOf(trials(miners.filter(isHard))),
    medianMinutes: delayQuantile(delays, 0.5),
    falseAlarms: rateOf(
      honest.map((one) => ({
        cluster: one.truth.service,
        events: one.rules[name]?.false ?? 0,
        podDays: one.honestDays,
      })),
    ),
  };
}

/** Minutes between the true onset and the finding's `startedAt` (positive: later than the truth). */
export function onsetErrors(miners: readonly Outcome[]): readonly number[] {
  return miners
    .filter(({ startedAt, truth }) => startedAt !== null && truth.onset !== null)
    .map(({ startedAt, truth }) => ((startedAt ?? 0) - (truth.onset ?? 0)) / 60_000);
}
