import { oneLine } from '../../collect/prometheus/failures.ts';
import type { Scope, Verdict } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import type { DetectContext } from '../detector.ts';

const KIND = 'data-quality';
const RULE = 'detector-failed';

/** A detector that threw, and what. */
export interface DetectorFailure {
  readonly detector: string;
  readonly error: unknown;
}

/**
 * What is to be said of the detectors themselves: one that failed has a finding, until it has looked at a window again.
 * Its own findings stay as they are meanwhile, since no verdict speaks of them.
 */
export function detectorVerdicts(
  { isOpen, snapshot }: Pick<DetectContext, 'isOpen' | 'snapshot'>,
  detectors: readonly string[],
  failures: readonly DetectorFailure[],
): readonly Verdict[] {
  const failed = new Map(failures.map(({ detector, error }) => [detector, error]));
  return detectors.flatMap((detector) => {
    const scope: Scope = { namespace: null, workload: null, container: null, subject: detector };
    if (failed.has(detector))
      return [failedVerdict(scope, detector, failed.get(detector), snapshot.window.start)];
    return isOpen(KIND, RULE, scope) ? [clearVerdict(scope, detector, snapshot.window.start)] : [];
  });
}

function failedVerdict(scope: Scope, detector: string, error: unknown, at: TimeMs): Verdict {
  const message = oneLine(error instanceof Error ? error.message : String(error));
  const text = `The detector ${detector} failed, and the log has where: ${message}. Its findings stay as they are, and it opens none; all other detectors go on`;
  return {
    ...clearVerdict(scope, detector, at),
    status: 'firing',
    summary: text,
    evidence: [
      {
        signal: RULE,
        family: 'data',
        value: message,
        threshold: null,
        unit: 'error',
        weight: 80,
        text,
      },
    ],
  };
}

function clearVerdict(scope: Scope, detector: string, at: TimeMs): Verdict {
  return {
    kind: KIND,
    rule: RULE,
    scope,
    status: 'clear',
    severity: 'warning',
    score: 80,
    startedAt: at,
    summary: `The detector ${detector} works again`,
    evidence: [],
    next: [],
    pods: [],
    costBeforeNano: null,
    costPerMonth: null,
  };
}
