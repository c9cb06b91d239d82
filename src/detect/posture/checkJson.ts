import { count, scopeOf } from './check.ts';
import type { EvaluatedCheck } from './evaluate.ts';

/** A check with what did not pass, as the API and `posture -o json` give it. */
export type CheckJson = ReturnType<typeof checkJson>;

/** What a check said of one namespace, without what passed. */
export function checkJson({ check, severity, results }: EvaluatedCheck) {
  return {
    id: check.id,
    title: check.title,
    group: check.group,
    scope: scopeOf(check),
    severity,
    names: { ...check.names },
    passed: count(results, 'passed'),
    failed: count(results, 'failed'),
    notEvaluated: count(results, 'not-evaluated'),
    results: results
      .filter(({ outcome }) => outcome !== 'passed')
      .map(({ outcome, workload, container, subject = null, text }) => ({
        outcome,
        workload,
        container,
        subject,
        text,
      })),
  };
}
