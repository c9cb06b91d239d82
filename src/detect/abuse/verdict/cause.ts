import type { FindingCause, Severity } from '../../../model/finding.ts';
import { HOUR_MS } from '../../../model/time.ts';
import type { Facts } from '../evidence/signal.ts';
import { isReleased } from '../state/state.ts';
import { isWorking } from '../evidence/signals/cpuWithoutWork.ts';
import { isSteady } from '../evidence/signals/plateau.ts';
import { isAtItsMemoryLimit, isSigned } from './caps.ts';
import type { Judgement } from './judge.ts';

interface Explanation {
  readonly cause: FindingCause;
  fits(facts: Facts, judgement: Judgement, severity: Severity): boolean;
}

/** Every explanation, the surest first: the first that fits is the cause. */
const EXPLANATIONS: readonly Explanation[] = [
  { cause: 'mining', fits: (facts, { families }) => isSigned(facts, families) },
  { cause: 'crash-loop', fits: ({ subject }) => subject.members.some(isCrashing) },
  { cause: 'garbage-collection', fits: isAtItsMemoryLimit },
  { cause: 'load-or-batch', fits: holds('past-runs', 'gpu-training', 'job') },
  { cause: 'costlier-release', fits: holds('traffic-has-not-varied') },
  {
    cause: 'costlier-release',
    fits: ({ normal, track }) => !normal.isDeployed && isReleased(track, HOUR_MS),
  },
  { cause: 'load-or-batch', fits: (facts) => isWorking(facts) },
  {
    // One thread that never rests uses a core.
    cause: 'busy-loop',
    fits: ({ normal, suspicion, subject, track, thresholds }) =>
      subject.kind === 'cpu' &&
      !normal.isDeployed &&
      (Math.abs(suspicion.extraCores - 1) <= thresholds.minCores || !isSteady(track, thresholds)),
  },
  {
    cause: 'mining',
    fits: (_, { families }, severity) =>
      severity === 'critical' || (severity === 'warning' && families.has('work')),
  },
];

export function causeOf(facts: Facts, judgement: Judgement, severity: Severity): FindingCause {
  const found = EXPLANATIONS.find(({ fits }) => fits(facts, judgement, severity));
  return found?.cause ?? 'unexplained';
}

function holds(...names: readonly string[]): Explanation['fits'] {
  return (_, { caps }) => caps.some(({ name }) => names.includes(name));
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
