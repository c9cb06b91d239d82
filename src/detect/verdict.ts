import type { NextStep, Scope, Verdict } from '../model/finding.ts';

/** A scope with only these parts; without any, the whole cluster. */
export function scopeOn(parts: Partial<Scope>): Scope {
  return { namespace: null, workload: null, container: null, subject: null, ...parts };
}

type Subject = 'kind' | 'rule' | 'scope' | 'startedAt';
type Required = Subject | 'severity' | 'score' | 'summary' | 'evidence';

const UNSAID = { next: [], pods: [], costBeforeNano: null, costPerMonth: null } as const;

/** A verdict that opens a finding, or carries one on. */
export function firing(said: Pick<Verdict, Required> & Partial<Omit<Verdict, 'status'>>): Verdict {
  return { ...UNSAID, ...said, status: 'firing' };
}

/** The verdict that closes a finding, with the reason. */
export function cleared(
  { kind, rule, scope, startedAt }: Pick<Verdict, Subject>,
  summary: string,
): Verdict {
  const about = { kind, rule, scope, startedAt, summary };
  return { ...UNSAID, ...about, status: 'clear', severity: 'info', score: 0, evidence: [] };
}

/** A command that changes nothing. */
export function readStep(command: string, why: string): NextStep {
  return { command, effect: 'read', why };
}
