import type { Severity } from '../../../model/finding.ts';
import { SEVERITY_RANK } from '../../findings/severity.ts';

/** 0 for null, 1 info, 2 warning, 3 critical: as an alarm is kept in the state. */
export function rankOf(severity: Severity | null): number {
  return severity === null ? 0 : SEVERITY_RANK[severity] + 1;
}

const SEVERITIES = Object.keys(SEVERITY_RANK) as readonly Severity[];

/** The severity of a rank. */
export function severityOfRank(rank: number): Severity | null {
  return SEVERITIES.find((severity) => rankOf(severity) === rank) ?? null;
}
