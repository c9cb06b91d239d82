import type { FindingCause, Severity } from '../../../model/finding.ts';
import { HOUR_MS } from '../../../model/time.ts';
import type { Facts } from '../evidence/signal.ts';
import { isReleased } from '../state/state.ts';
import { isWorking } from '../evidence/signals/cpuWithoutWork.ts';
import { isSteady } from '../evidence/signals/plateau.ts';
import { isAtItsMemoryLimit, isSigned } from './caps.ts';
import type { Judgement } from './judge.ts';

type Fits = (facts: Facts, judgement: Judgement, severity: Severity) => boolean;

/** Every explanation, the surest first: the first that fits is the cause. */
const EXPLANATIONS: readonly (readonly [cause: FindingCause, fits: Fits])[] = [
  ['mining', (facts, { families }) => isSigned(facts, families)],
  ['crash-loop', ({ subject }) => subject.members.some(isCrashing)],
  ['garbage-collection', isAtItsMemoryLimit],
  ['load-or-batch', holds('past-runs', 'gpu-training', 'job')],
  ['costlier-release', holds('traffic-has-not-varied')],
  ['costlier-release', ({ normal, track }) => !normal.isDeployed && isReleased(track, HOUR_MS)],
  ['load-or-batch', (facts) => isWorking(facts)],
  ['busy-loop', isBusyLoop],
  [
    'mining',
    (_, { families }, severity) =>
      severity === 'critical' || (severity === 'warning' && families.has('work')),
  ],
];

export function causeOf(facts: Facts, judgement: Judgement, severity: Severity): FindingCause {
  const found = EXPLANATIONS.find(([, fits]) => fits(facts, judgement, severity));
  return found?.[0] ?? 'unexplained';
}

function holds(...names: readonly string[]): Fits {
  return (_, { caps }) => caps.some(({ name }) => names.includes(name));
}

/** One thread that never rests uses a core. */
function isBusyLoop({ normal, suspicion, subject, track, thresholds }: Facts): boolean {
  const isCore = Math.abs(suspicion.extraCores - 1) <= thresholds.minCores;
  const isKnown = subject.kind === 'cpu' && !normal.isDeployed;
  return isKnown && (isCore || !isSteady(track, thresholds));
}

function isCrashing({ container }: Facts['subject']['members'][number]): boolean {
  return container.waitingReason === 'CrashLoopBackOff' || (container.restarts ?? 0) > 0;
}

/** What a reader of a finding below `critical` should check. */
export const CHECK_OF_CAUSE: Readonly<Record<FindingCause, string>> = {
  mining: 'May be mining: check the process and its connections',
  'garbage-collection': 'Fits garbage collection at the memory limit: check the heap',
  'busy-loop': 'Fits a busy loop or retries: check its threads and logs',
  'costlier-release': 'Fits a release that costs more: compare with the previous one',
  'load-or-batch': 'Fits load or a batch: check who started it',
  'crash-loop': 'Fits a crash loop: check the logs of the previous container',
  unexplained: 'Unconfirmed: check the process',
};
