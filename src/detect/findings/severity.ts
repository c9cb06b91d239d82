import type { Finding, Severity } from '../../model/finding.ts';

/** Severities as numbers that can be compared; the larger is the worse. */
export const SEVERITY_RANK: Readonly<Record<Severity, number>> = {
  info: 0,
  warning: 1,
  critical: 2,
};

/** The score of a finding that knows nothing finer than its severity. */
export const SEVERITY_SCORE: Readonly<Record<Severity, number>> = {
  info: 30,
  warning: 60,
  critical: 90,
};

/** Orders by severity, then by score; findings that are alike in both stay as they came. */
export function mostSevereFirst(
  a: Pick<Finding, 'severity' | 'score'>,
  b: Pick<Finding, 'severity' | 'score'>,
): number {
  return SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] || b.score - a.score;
}

/** As `mostSevereFirst`, but what is over comes last. */
export function mostUrgentFirst(
  a: Pick<Finding, 'severity' | 'score' | 'state'>,
  b: Pick<Finding, 'severity' | 'score' | 'state'>,
): number {
  return Number(a.state === 'resolved') - Number(b.state === 'resolved') || mostSevereFirst(a, b);
}
