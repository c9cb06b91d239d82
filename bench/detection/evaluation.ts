import { HELD_OUT_WORK } from './honest/heldOutWork.ts';
import { TUNING_WORK } from './honest/tuningWork.ts';
import { OTHER_SETTINGS, type Job } from './jobs.ts';
import {
  anomalousAlarmsOf,
  delayOf,
  falseAlarmsOf,
  isHard,
  onsetErrors,
  recallOf,
  ruleFigures,
  type FalseAlarms,
  type Recall,
  type RuleFigures,
} from './measures.ts';
import type { Outcome } from './play.ts';
import { delayQuantile, shareOf, type Share } from './stats.ts';
import type { Played } from './worker.ts';

/** Everything that the report says, as data. */
export interface Evaluation {
  readonly split: string;
  readonly cases: number;
  readonly seconds: number;
  readonly overall: Recall;
  readonly byShare: readonly { readonly share: number; readonly recall: Recall }[];
  readonly byShape: readonly { readonly shape: string; readonly recall: Recall }[];
  readonly byHow: Readonly<Record<'deployed' | 'hijacked', Recall>>;
  readonly byBackground: Readonly<Record<'measured' | 'simulated', Recall>>;
  readonly bySetting: readonly {
    readonly setting: Job['setting'];
    readonly recall: Recall;
    readonly falseAlarms: FalseAlarms;
  }[];
  readonly coldStart: { readonly unthrottled: Recall; readonly all: Recall };
  readonly poison: Share;
  /** Miners in turns between pods, after a release, under a neighbour's image, in ephemeral containers, on Windows. */
  readonly guised: readonly { readonly shape: string; readonly recall: Recall }[];
  readonly falseAlarms: {
    /** Traces played as they were measured, or repeated (their repetitions are not independent). */
    readonly measured: FalseAlarms;
    /** In the stretches of them that their authors call anomalous. */
    readonly anomalous: FalseAlarms;
    /** Kinds of honest work that 877a40f was scored on. */
    readonly simulated: FalseAlarms;
    /** Kinds that look like mining in one respect, added since. */
    readonly harder: FalseAlarms;
    /** Backgrounds of miner cases before the onset. */
    readonly backgrounds: FalseAlarms;
    /** What metrics cannot decide: stuck loops, releases that need three times the CPU. */
    readonly undecidable: FalseAlarms;
    readonly undecidableFlagged: Share;
  };
  readonly rules: readonly RuleFigures[];
  readonly ours: {
    readonly recall: Share;
    readonly hardRecall: Share;
    readonly medianMinutes: number;
    readonly falseAlarms: FalseAlarms['warning'];
  };
  readonly onset: {
    readonly cases: number;
    readonly within2Windows: Share;
    readonly medianMinutes: number;
    readonly p05Minutes: number;
    readonly p95Minutes: number;
  };
}

const HARDER: ReadonlySet<string> = new Set(
  [...TUNING_WORK, ...HELD_OUT_WORK].map(({ name }) => name),
);

/** Miners of a tenth of the limit are scored by themselves. */
const SCORED_SHARE = 0.2;

export function evaluate(played: readonly Played[], split: string): Evaluation {
  const pick = (part: Job['part'], setting: Job['setting'], rules = false): readonly Outcome[] =>
    played
      .filter(
        ({ job }) => job.part === part && job.setting === setting && (!rules || job.withRules),
      )
      .flatMap(({ outcomes }) => outcomes);
  const every = pick('miners', 'metrics');
  const miners = every.filter(({ truth }) => (truth.share ?? 0) >= SCORED_SHARE);
  const honest = pick('honest', 'metrics');
  const measured = pick('measured', 'metrics');
  const decidable = honest.filter(({ truth }) => !truth.isUndecidable);
  const undecidable = honest.filter(({ truth }) => truth.isUndecidable);
  const ruled = [...pick('honest', 'metrics', true), ...pick('measured', 'metrics', true)].filter(
    ({ truth }) => !truth.isUndecidable,
  );
  const ruledMiners = pick('miners', 'metrics', true);
  const compared = [...ruled, ...ruledMiners];
  const cold = pick('cold', 'metrics');
  const steady = miners.filter(({ truth }) =>
    ['steady', 'memory-light', 'cover-traffic'].includes(truth.shape),
  );
  const errors = onsetErrors(steady);
  const names = Object.keys(ruledMiners[0]?.rules ?? {});
  return {
    split,
    cases: played.reduce((sum, { outcomes }) => sum + outcomes.length, 0),
    seconds: played.reduce((sum, { seconds }) => sum + seconds, 0),
    overall: recallOf(miners),
    byShare: distinct(every, ({ truth }) => truth.share ?? 0)
      .sort((a, b) => b - a)
      .map((share) => ({
        share,
        recall: recallOf(every.filter(({ truth }) => truth.share === share)),
      })),
    byShape: distinct(miners, ({ truth }) => truth.shape)
      .sort()
      .map((shape) => ({
        shape,
        recall: recallOf(miners.filter(({ truth }) => truth.shape === shape)),
      })),
    byHow: {
      deployed: recallOf(miners.filter(({ truth }) => truth.how === 'deployed')),
      hijacked: recallOf(miners.filter(({ truth }) => truth.how === 'hijacked')),
    },
    byBackground: {
      measured: recallOf(miners.filter(({ truth }) => truth.source === 'measured')),
      simulated: recallOf(miners.filter(({ truth }) => truth.source === 'simulated')),
    },
    bySetting: (['metrics', ...OTHER_SETTINGS] as const).map((setting) => ({
      setting,
      recall: recallOf(
        pick('miners', setting).filter(({ truth }) => (truth.share ?? 0) >= SCORED_SHARE),
      ),
      falseAlarms: falseAlarmsOf(
        pick('honest', setting).filter(({ truth }) => !truth.isUndecidable),
      ),
    })),
    coldStart: {
      unthrottled: recallOf(cold.filter(({ truth }) => truth.share === 1)),
      all: recallOf(cold),
    },
    poison: shareOf(
      pick('poison', 'metrics').map((one) => ({
        cluster: one.truth.service,
        hit: one.firstAt.warning !== undefined,
      })),
    ),
    guised: distinct(pick('guised', 'metrics'), ({ truth }) => truth.shape)
      .sort()
      .map((shape) => ({
        shape,
        recall: recallOf(pick('guised', 'metrics').filter(({ truth }) => truth.shape === shape)),
      })),
    falseAlarms: {
      measured: falseAlarmsOf(measured),
      anomalous: anomalousAlarmsOf(measured),
      simulated: falseAlarmsOf(decidable.filter(({ truth }) => !HARDER.has(truth.shape))),
      harder: falseAlarmsOf(decidable.filter(({ truth }) => HARDER.has(truth.shape))),
      backgrounds: falseAlarmsOf(every),
      undecidable: falseAlarmsOf(undecidable),
      undecidableFlagged: shareOf(
        undecidable.map((one) => ({
          cluster: one.truth.service,
          hit: one.firstAt.warning !== undefined,
        })),
      ),
    },
    rules: names.map((name) => ruleFigures(name, ruledMiners, compared)),
    ours: {
      recall: recallOf(ruledMiners).warning,
      hardRecall: recallOf(ruledMiners.filter(isHard)).warning,
      medianMinutes: delayQuantile(
        ruledMiners.map((one) => delayOf(one, 'warning')),
        0.5,
      ),
      falseAlarms: falseAlarmsOf(compared).warning,
    },
    onset: {
      cases: errors.length,
      within2Windows: shareOf(
        steady
          .filter(({ startedAt }) => startedAt !== null)
          .map((one, index) => ({
            cluster: one.truth.service,
            hit: Math.abs(errors[index] ?? Infinity) <= 10,
          })),
      ),
      medianMinutes: delayQuantile(errors, 0.5),
      p05Minutes: delayQuantile(errors, 0.05),
      p95Minutes: delayQuantile(errors, 0.95),
    },
  };
}

function distinct<T, K>(list: readonly T[], key: (one: T) => K): K[] {
  return [...new Set(list.map(key))];
}
