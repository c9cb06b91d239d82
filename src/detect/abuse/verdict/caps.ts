import type { Severity } from '../../../model/finding.ts';
import type { Facts } from '../evidence/signal.ts';
import type { Cap, Families, HeldCap } from './cap.ts';
import { EXPLAINED } from './caps/explained.ts';
import { GENERAL } from './caps/general.ts';
import { NEWCOMERS } from './caps/newcomers.ts';
import { rankOf } from '../state/state.ts';

/** Every cap, in the order in which those that hold are listed. */
export const CAPS: readonly Cap[] = [...GENERAL, ...EXPLAINED, ...NEWCOMERS];

/** True for an active signature, or a miner that another tool has seen while it burns CPU. */
export function isSigned({ thresholds }: Facts, families: Families): boolean {
  const { warning } = thresholds.points;
  return (families.get('spec') ?? 0) >= warning || (families.get('signals') ?? 0) >= warning;
}

/** The caps at or below `severity`, and what is left of it. An active signature is critical whatever else holds. */
export function capped(
  severity: Severity | null,
  facts: Facts,
  families: Families,
  without: readonly string[],
): { readonly severity: Severity | null; readonly held: readonly HeldCap[] } {
  if (severity === null || isSigned(facts, families)) return { severity, held: [] };
  const held = CAPS.filter(
    (cap) =>
      rankOf(cap.atMost) <= rankOf(severity) &&
      !without.includes(cap.name) &&
      cap.applies(facts, families),
  ).map(({ name, atMost, explains = false, because }) => ({
    name,
    atMost,
    explains,
    because: because(facts),
  }));
  const lowest = [severity, ...held.map(({ atMost }) => atMost)].reduce((least, atMost) =>
    rankOf(atMost) < rankOf(least) ? atMost : least,
  );
  return { severity: lowest, held };
}
