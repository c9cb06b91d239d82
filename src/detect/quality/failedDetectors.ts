import { oneLine } from '../../collect/prometheus/failures.ts';
import type { Verdict } from '../../model/finding.ts';
import type { DetectContext } from '../detector.ts';
import { cleared, firing, scopeOn } from '../verdict.ts';

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
    const scope = scopeOn({ subject: detector });
    const about = { kind: KIND, rule: RULE, scope, startedAt: snapshot.window.start } as const;
    if (failed.has(detector)) return [failedVerdict(about, detector, failed.get(detector))];
    return isOpen(KIND, RULE, scope)
      ? [cleared(about, `The detector ${detector} works again`)]
      : [];
  });
}

function failedVerdict(
  about: Pick<Verdict, 'kind' | 'rule' | 'scope' | 'startedAt'>,
  detector: string,
  error: unknown,
): Verdict {
  const message = oneLine(error instanceof Error ? error.message : String(error));
  const text = `The detector ${detector} failed, and the log has where: ${message}. Its findings stay as they are, and it opens none; all other detectors go on`;
  return firing({
    ...about,
    severity: 'warning',
    score: 80,
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
  });
}
