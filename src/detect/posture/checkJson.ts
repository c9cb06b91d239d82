import type { WorkloadRef } from '../../model/workload.ts';
import { count, scopeOf, type PostureScope } from './check.ts';
import type { EvaluatedCheck } from './evaluate.ts';

/** A check with what did not pass, as the API and `posture -o json` give it. */
export interface CheckJson {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly scope: PostureScope;
  readonly severity: string;
  readonly names: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly passed: number;
  readonly failed: number;
  readonly notEvaluated: number;
  readonly results: readonly {
    readonly outcome: string;
    readonly workload: WorkloadRef | null;
    readonly container: string | null;
    readonly subject: string | null;
    readonly text: string;
  }[];
}

/** What a check said of one namespace, without what passed. */
export function checkJson({ check, severity, results }: EvaluatedCheck): CheckJson {
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
