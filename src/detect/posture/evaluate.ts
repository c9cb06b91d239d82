import {
  CLUSTER,
  count,
  scopeOf,
  SCOPES,
  type CheckResult,
  type CheckSeverity,
  type PostureCheck,
  type PostureScope,
} from './check.ts';
import { CHECKS } from './checks/index.ts';
import type { PostureInput } from './postureInput.ts';

/** What the operator's policy changes: severities by check, `off` leaves a check out. */
export interface PosturePolicy {
  readonly severities: Readonly<Record<string, CheckSeverity | 'off'>>;
  /** Share of the score's weight, 0..1, that must have been evaluated for a grade. */
  readonly minKnown: number;
  /** What to look at; everything unless given. */
  readonly scopes?: readonly PostureScope[];
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
  /** `(cluster)` for what is in none. */
  readonly namespace: string;
  /** The lowest of the scopes’ scores, 0..100; null when nothing could be evaluated. */
  readonly score: number | null;
  /** 0..100 over what could be evaluated of each scope; null where nothing could. */
  readonly scopes: Readonly<Partial<Record<PostureScope, number | null>>>;
  /** Null when too little could be evaluated: less than half of the results, or than `PosturePolicy.minKnown`. */
  readonly grade: Grade | null;
  /**
   * Share of the weight that could be evaluated, 0..1 in hundredths, in the scope of which least is known; scopes without
   * a score are left out.
   */
  readonly known: number;
  readonly passed: number;
  readonly failed: number;
  readonly notEvaluated: number;
  readonly checks: readonly EvaluatedCheck[];
}

/** How many results failed, of each scope of which something could be evaluated. */
export type FailedByScope = Readonly<Partial<Record<PostureScope, number>>>;

/** Counts the failures of one namespace, list by list. */
export function failedByScope({
  checks,
  scopes,
}: Pick<NamespacePosture, 'checks' | 'scopes'>): FailedByScope {
  const known = SCOPES.filter((scope) => (scopes[scope] ?? null) !== null);
  return Object.fromEntries(
    known.map((scope) => {
      const own = checks.filter(({ check }) => scopeOf(check) === scope);
      return [scope, own.reduce((sum, { results }) => sum + count(results, 'failed'), 0)];
    }),
  );
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

/** Runs every check and scores each namespace, sorted by name, and the cluster after them. Formula: docs/posture.md. */
export function evaluatePosture(
  input: PostureInput,
  policy: PosturePolicy,
): readonly NamespacePosture[] {
  const { scopes = SCOPES } = policy;
  const active = CHECKS.flatMap((check) => {
    const severity = policy.severities[check.id] ?? check.severity;
    return severity === 'off' || !scopes.includes(scopeOf(check)) ? [] : [{ check, severity }];
  });
  const said = active.map((one) => ({
    ...one,
    byNamespace: Map.groupBy(one.check.run(input), ({ namespace }) => namespace),
  }));
  return [...[...input.namespaces].sort(), CLUSTER].flatMap((namespace) => {
    const checks = said.map(({ check, severity, byNamespace }) => ({
      check,
      severity,
      results: byNamespace.get(namespace) ?? [],
    }));
    const posture = postureOf(namespace, checks, policy);
    // Where nothing is known of the cluster as a whole, every namespace says what is missing.
    return namespace === CLUSTER && posture.score === null ? [] : [posture];
  });
}

function postureOf(
  namespace: string,
  checks: readonly EvaluatedCheck[],
  { scopes = SCOPES, minKnown }: PosturePolicy,
): NamespacePosture {
  const counted = checks.map((one) => ({
    ...one,
    scope: scopeOf(one.check),
    passed: count(one.results, 'passed'),
    failed: count(one.results, 'failed'),
  }));
  const byScope = scoresOf(counted);
  // The few defaults of a namespace are part of how its workloads stand.
  const isAlone = namespace === CLUSTER || !scopes.includes('workloads');
  const parts = counted.map((one) =>
    one.scope === 'cluster' && !isAlone ? { ...one, scope: 'workloads' as const } : one,
  );
  const scores = scoresOf(parts);
  const score = lowest([...scores.values()]);
  const told = score === null ? parts : parts.filter(({ scope }) => scores.has(scope));
  const all = told.flatMap(({ results }) => results);
  const known = lowest(scopes.map((scope) => knownOf(told.filter((one) => one.scope === scope))));
  const notEvaluated = count(all, 'not-evaluated');
  const isEnough = (known ?? 0) >= minKnown && 2 * notEvaluated <= all.length;
  return {
    namespace,
    score,
    scopes: Object.fromEntries(scopes.map((scope) => [scope, byScope.get(scope) ?? null])),
    grade: score === null || !isEnough ? null : gradeOf(score),
    known: known ?? 0,
    passed: count(all, 'passed'),
    failed: count(all, 'failed'),
    notEvaluated,
    checks,
  };
}

/** How often a check passed and failed. */
interface Counted {
  readonly scope: PostureScope;
  readonly severity: CheckSeverity;
  readonly passed: number;
  readonly failed: number;
}

function lowest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/**
 * For each scope, the weighted mean over its checks of the share that passed, in percent. What was not evaluated is in
 * neither side of a share; a check that could not be evaluated at all has no weight.
 */
export function scoresOf(checks: readonly Counted[]): ReadonlyMap<PostureScope, number> {
  const sums = new Map<PostureScope, { weights: number; points: number }>();
  for (const { scope, severity, passed, failed } of checks) {
    const weight = WEIGHTS[severity];
    if (passed + failed === 0 || weight === 0) continue;
    const sum = sums.get(scope) ?? { weights: 0, points: 0 };
    sum.weights += weight;
    sum.points += (weight * passed) / (passed + failed);
    sums.set(scope, sum);
  }
  return new Map(
    [...sums].map(([scope, { weights, points }]) => [scope, Math.round((100 * points) / weights)]),
  );
}

/** Of what the checks that apply here weigh, the share that could be evaluated. */
function knownOf(checks: readonly EvaluatedCheck[]): number | null {
  let weights = 0;
  let known = 0;
  for (const { severity, results } of checks) {
    if (results.length === 0) continue;
    const evaluated = results.filter(({ outcome }) => outcome !== 'not-evaluated').length;
    weights += WEIGHTS[severity];
    known += (WEIGHTS[severity] * evaluated) / results.length;
  }
  // Down: what is called whole is whole.
  return weights === 0 ? null : Math.floor((100 * known) / weights + 1e-9) / 100;
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
