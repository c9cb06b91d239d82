import type { Evidence, Scope, Verdict } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import { firing, readStep } from '../verdict.ts';
import type { NamespacePosture } from './evaluate.ts';
import type { CheckCounts } from './postureState.ts';
import { shellQuote } from '../../model/text/escape.ts';

export const SCORE_FELL_RULE = 'score-fell';

const SEVERE = new Set(['critical', 'high']);
const MOST_CHECKS = 10;

/** Says which checks a namespace fails more often than before. */
export function scoreFellVerdict(
  scope: Scope,
  posture: NamespacePosture,
  before: CheckCounts,
  change: { readonly was: number; readonly is: number; readonly at: TimeMs },
): Verdict {
  const { was, is, at } = change;
  const worse = posture.checks.flatMap((one) => {
    const failures = one.results.filter(({ outcome }) => outcome === 'failed');
    const more = failures.length - (before[one.check.id]?.[1] ?? failures.length);
    return more > 0 ? [{ ...one, failures, more }] : [];
  });
  const evidence = worse.slice(0, MOST_CHECKS).map(({ check, failures, more }): Evidence => ({
    signal: check.id,
    family: 'spec',
    value: failures.length,
    threshold: failures.length - more,
    unit: 'failures',
    weight: Math.round((was - is) / worse.length),
    text: `${check.title}: ${more} more, ${failures.length} now`,
  }));
  const isSevere = worse.some(({ severity }) => SEVERE.has(severity));
  return firing({
    kind: 'posture',
    rule: SCORE_FELL_RULE,
    scope,
    severity: isSevere ? 'warning' : 'info',
    score: Math.min(100, Math.max(0, was - is)),
    startedAt: at,
    summary: `The posture score is ${posture.score}, down ${was - is} points over the checks evaluated before and now: ${worse.map(({ check }) => check.title).join(', ') || 'fewer checks pass'}`,
    evidence,
    next: [
      readStep(
        scope.namespace === null
          ? 'burnwatch posture --scope cluster'
          : `burnwatch posture --namespace ${shellQuote(scope.namespace)}`,
        'Lists every failed check with its workload',
      ),
    ],
  });
}
