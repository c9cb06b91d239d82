import { count, type CheckResult, type CheckSeverity, type PostureCheck } from './check.ts';
import { CHECKS } from './checks/index.ts';
import type { PostureInput } from './postureInput.ts';

/** What the operator's policy changes: severities by check, `off` leaves a check out. */
export interface PosturePolicy {
  readonly severities: Readonly<Record<string, CheckSeverity | 'off'>>;
  /** Share of the score's weight, 0..1, that must have been evaluated for a grade. */
  readonly minKnown: number;
}

/** One check with everything it said. */
export interface EvaluatedCheck {
  readonly check: PostureCheck;
  /** As the policy has it. */
  readonly severity: CheckSeverity;
  readonly results: readonly CheckResult[];
}

/** How one namespace stands. */
export interface NamespacePosture {
  readonly namespace: string;
  /** 0..100 over what could be evaluated; null when nothing could. */
  readonly score: number | null;
  /** Null when too little could be evaluated: less than half of the results, or than `PosturePolicy.minKnown`. */
  readonly grade: Grade | null;
  /** Share of the score's weight that could be evaluated, 0..1 in hundredths. */
  readonly known: number;
  readonly passed: number;
  readonly failed: number;
  readonly notEvaluated: number;
  readonly checks: readonly EvaluatedCheck[];
}

export type Grade = 'A' | 'B' | 'C' | 'D' | 'F';

/** How much a check weighs in the score; informational ones weigh nothing. */
const WEIGHTS: Readonly<Record<CheckSeverity, number>> = {
  info: 0,
  low: 1,
  medium: 3,
  high: 6,
  critical: 10,
};

const GRADES: readonly (readonly [Grade, number])[] = [
  ['A', 90],
  ['B', 80],
  ['C', 70],
  ['D', 60],
];

/** Runs every check and scores each namespace, sorted by name. Formula: docs/posture.md. */
export function evaluatePosture(
  input: PostureInput,
  policy: PosturePolicy,
): readonly NamespacePosture[] {
  const byNamespace = new Map(
    [...input.namespaces].sort().map((name) => [name, new Map<string, CheckResult[]>()]),
  );
  const active = CHECKS.flatMap((check) => {
    const severity = policy.severities[check.id] ?? check.severity;
    return severity === 'off' ? [] : [{ check, severity }];
  });
  for (const { check } of active) {
    for (const result of check.run(input)) {
      const results = byNamespace.get(result.namespace);
      if (results === undefined) continue;
      const list = results.get(check.id);
      if (list === undefined) results.set(check.id, [result]);
      else list.push(result);
    }
  }
  return [...byNamespace].map(([namespace, results]) => {
    const checks = active.map(({ check, severity }) => ({
      check,
      severity,
      results: results.get(check.id) ?? [],
    }));
    const all = checks.flatMap((one) => one.results);
    const score = scoreOf(checks);
    const known = knownOf(checks);
    const notEvaluated = count(all, 'not-evaluated');
    const isEnough = known >= policy.minKnown && 2 * notEvaluated <= all.length;
    return {
      namespace,
      score,
      grade: score === null || !isEnough ? null : gradeOf(score),
      known,
      passed: count(all, 'passed'),
      failed: count(all, 'failed'),
      notEvaluated,
      checks,
    };
  });
}

/**
 * The weighted mean over checks of the share that passed, in percent. What was not evaluated is in neither
 * side of a share; a check that could not be evaluated at all has no weight.
 */
function scoreOf(checks: readonly EvaluatedCheck[]): number | null {
  return weightedScore(
    checks.map(({ severity, results }) => ({
      severity,
      passed: count(results, 'passed'),
      failed: count(results, 'failed'),
    })),
  );
}

/** The same from counts; null when nothing that weighs was evaluated. */
export function weightedScore(
  checks: readonly {
    readonly severity: CheckSeverity;
    readonly passed: number;
    readonly failed: number;
  }[],
): number | null {
  let weights = 0;
  let points = 0;
  for (const { severity, passed, failed } of checks) {
    if (passed + failed === 0) continue;
    weights += WEIGHTS[severity];
    points += (WEIGHTS[severity] * passed) / (passed + failed);
  }
  return weights === 0 ? null : Math.round((100 * points) / weights);
}

/** Of what the checks that apply here weigh, the share that could be evaluated. */
function knownOf(checks: readonly EvaluatedCheck[]): number {
  let weights = 0;
  let known = 0;
  for (const { severity, results } of checks) {
    if (results.length === 0) continue;
    const evaluated = results.filter(({ outcome }) => outcome !== 'not-evaluated').length;
    weights += WEIGHTS[severity];
    known += (WEIGHTS[severity] * evaluated) / results.length;
  }
  // Down: what is called whole is whole.
  return weights === 0 ? 0 : Math.floor((100 * known) / weights + 1e-9) / 100;
}

function gradeOf(score: number): Grade {
  return GRADES.find(([, least]) => score >= least)?.[0] ?? 'F';
}

/** How many results the score rests on, and how many there would be: `12 of 20`. */
export function evaluatedOf({
  passed,
  failed,
  notEvaluated,
}: Pick<NamespacePosture, 'passed' | 'failed' | 'notEvaluated'>): string {
  return `${passed + failed} of ${passed + failed + notEvaluated}`;
}
