import type { Verdict } from '../../model/finding.ts';
import { shellQuote } from '../../model/text/escape.ts';
import type { TimeMs } from '../../model/time.ts';
import { cleared, firing, readStep, scopeOn } from '../verdict.ts';
import { CLUSTER, scopeOf, type CheckResult, type CheckSeverity } from './check.ts';
import type { EvaluatedCheck, NamespacePosture } from './evaluate.ts';

/** Of a check with more subjects than this in one place, one finding speaks for all. */
const MOST_SUBJECTS = 10;
const MOST_EVIDENCE = 10;

/** Access is of a subject; what the network lets through of a namespace. The rest is in the lists alone. */
const WITH_FINDINGS: Readonly<Record<string, ReadonlySet<CheckSeverity>>> = {
  rbac: new Set(['critical', 'high']),
  network: new Set(['critical', 'high', 'medium']),
};
const SCORES: Readonly<Record<CheckSeverity, number>> = {
  critical: 90,
  high: 70,
  medium: 40,
  low: 20,
  info: 10,
};

/** `CHECK SUBJECT` of what is reported; true: it came after its check had been made before. */
export type Reported = Readonly<Record<string, boolean>>;

interface Found {
  readonly one: EvaluatedCheck;
  readonly subject: string | null;
  readonly results: readonly CheckResult[];
}

/**
 * What fails of access and network as findings, and what no longer does as cleared. What failed when its check was made
 * for the first time is only informational: Burnwatch begins to look at it, it did not begin now.
 *
 * @param reviewed checks that were made before.
 */
export function reviewVerdicts(
  posture: NamespacePosture,
  before: Reported,
  reviewed: ReadonlySet<string>,
  at: TimeMs,
): { readonly reported: Reported; readonly verdicts: readonly Verdict[] } {
  const reported: Record<string, boolean> = {};
  const verdicts: Verdict[] = [];
  const evaluated = new Set<string>();
  for (const one of posture.checks) {
    if (!WITH_FINDINGS[scopeOf(one.check)]?.has(one.severity)) continue;
    const { id } = one.check;
    if (one.results.some(({ outcome }) => outcome !== 'not-evaluated')) evaluated.add(id);
    for (const found of foundBy(one)) {
      const key = `${id} ${found.subject ?? ''}`;
      const isNew = before[key] ?? reviewed.has(id);
      reported[key] = isNew;
      verdicts.push(failing(posture.namespace, found, isNew, at));
    }
  }
  for (const [key, isNew] of Object.entries(before)) {
    if (key in reported) continue;
    const [id = ''] = key.split(' ');
    const check = posture.checks.find((one) => one.check.id === id);
    // Unknown stays as it was; what is turned off, or was never evaluated here again, is over.
    if (check !== undefined && !evaluated.has(id)) reported[key] = isNew;
    else verdicts.push(passing(posture.namespace, key, at));
  }
  return { reported, verdicts };
}

/** What was reported of a namespace that is gone. */
export function clearAll(namespace: string, before: Reported, at: TimeMs): readonly Verdict[] {
  return Object.keys(before).map((key) => passing(namespace, key, at));
}

function foundBy(one: EvaluatedCheck): readonly Found[] {
  const failed = one.results.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return [];
  const bySubject = Map.groupBy(failed, ({ subject }) => subject ?? '');
  const isOfSubjects = scopeOf(one.check) === 'rbac' && bySubject.size <= MOST_SUBJECTS;
  if (!isOfSubjects) return [{ one, subject: null, results: failed }];
  return [...bySubject].map(([subject, results]) => ({ one, subject, results }));
}

function aboutOf(rule: string, place: string, subject: string | null, startedAt: TimeMs) {
  const scope = scopeOn({ namespace: place === CLUSTER ? null : place, subject });
  return { kind: rule.startsWith('rbac-') ? 'rbac' : 'network', rule, scope, startedAt } as const;
}

function failing(
  namespace: string,
  { one, subject, results }: Found,
  isNew: boolean,
  at: TimeMs,
): Verdict {
  const { check, severity } = one;
  const isSevere = severity === 'critical' || severity === 'high';
  const [first] = results;
  const where = first!.subject === undefined && first!.workload === null ? 'It ' : '';
  const rest = results.length > 1 ? ` (and ${results.length - 1} more)` : '';
  const place = namespace === CLUSTER ? '' : ` --namespace ${shellQuote(namespace)}`;
  return firing({
    ...aboutOf(check.id, namespace, subject, at),
    severity: isNew && isSevere ? 'warning' : 'info',
    score: SCORES[severity],
    summary: `${check.title}: ${where}${named(first!)}${rest}`,
    evidence: results.slice(0, MOST_EVIDENCE).map((result) => ({
      signal: check.id,
      family: 'spec',
      value: results.length,
      threshold: 0,
      unit: 'failures',
      weight: Math.round(SCORES[severity] / Math.min(results.length, MOST_EVIDENCE)),
      text: named(result),
    })),
    next: [
      readStep(
        `burnwatch posture --scope ${scopeOf(check)}${place}`,
        'Lists every failed check of access and network with its reason',
      ),
    ],
  });
}

/** The text of a failure with the object that it is about, where the text does not name it itself. */
function named({ text, subject, workload }: CheckResult): string {
  const object = subject ?? (workload === null ? null : `${workload.kind} ${workload.name}`);
  return object === null || text.includes(object) ? text : `${object} ${text}`;
}

function passing(namespace: string, key: string, at: TimeMs): Verdict {
  const space = key.indexOf(' ');
  const subject = key.slice(space + 1) || null;
  return cleared(aboutOf(key.slice(0, space), namespace, subject, at), 'The check passes now');
}
