import type { Severity } from '../../../model/finding.ts';
import type { Facts } from '../evidence/signal.ts';
import type { Cap, Families, HeldCap } from './cap.ts';
import { likeAgent, smallUse, unevenAgent, waiting } from './caps/agents.ts';
import { gpuTraining, memoryFilled, memoryLimit } from './caps/explained.ts';
import {
  allowList,
  firstDay,
  firstHours,
  noPlateau,
  noWorkKnown,
  plannedEvent,
  tooShort,
  tooShortForCritical,
} from './caps/general.ts';
import { jobs, knownSoftware, pastRuns } from './caps/known.ts';
import { mayServeItsPod, servesItsPod } from './caps/sideCars.ts';
import { costsMorePerRequest, smallExcess, trafficHasNotVaried } from './caps/traffic.ts';

/** Every cap, in the order in which those that hold are listed. To add one, write it and a line here. */
export const CAPS: readonly Cap[] = [
  tooShort,
  costsMorePerRequest,
  servesItsPod,
  allowList,
  plannedEvent,
  pastRuns,
  gpuTraining,
  memoryLimit,
  smallExcess,
  trafficHasNotVaried,
  noWorkKnown,
  firstHours,
  firstDay,
  knownSoftware,
  jobs,
  likeAgent,
  unevenAgent,
  mayServeItsPod,
  memoryFilled,
  smallUse,
  waiting,
  noPlateau,
  tooShortForCritical,
];

/** True for an active signature, or a miner that another tool has seen while it burns CPU. */
export function isSigned({ thresholds }: Facts, families: Families): boolean {
  const { warning } = thresholds.points;
  return (families.get('spec') ?? 0) >= warning || (families.get('signals') ?? 0) >= warning;
}

const RANK: Readonly<Record<Severity, number>> = { info: 1, warning: 2, critical: 3 };

/** 0 for null, 1 info, 2 warning, 3 critical. */
export function rankOf(severity: Severity | null): number {
  return severity === null ? 0 : RANK[severity];
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
  ).map((cap) => ({
    name: cap.name,
    atMost: cap.atMost,
    explains: cap.explains === true,
    because: cap.because(facts),
  }));
  const lowest = held.reduce<Severity | null>(
    (least, { atMost }) => (rankOf(atMost) < rankOf(least) ? atMost : least),
    severity,
  );
  return { severity: lowest, held };
}
