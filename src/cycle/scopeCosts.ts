import { costNano } from '../model/costParts.ts';
import type { WindowCosts } from '../model/cost.ts';
import type { Finding, FindingKind } from '../model/finding.ts';
import { toNano, type Nano } from '../model/money.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { HOURS_PER_MONTH, windowHours } from '../model/time.ts';
import { containerKey, workloadKey } from '../model/workload.ts';

/** Of these, what was spent on the scope is what the finding has cost. */
const SPENDS: ReadonlySet<FindingKind> = new Set(['cryptojacking', 'abandoned', 'cost-spike']);

/**
 * What a finding's scope cost in this window: all that was spent on it for abuse, spikes and abandoned
 * workloads; for overprovisioning the month's saving as far as it goes into this window; nothing else
 * has a cost of its own.
 */
export function scopeCosts(
  snapshot: Snapshot,
  costs: WindowCosts,
): (about: Pick<Finding, 'kind' | 'scope' | 'costPerMonth'>) => Nano | null {
  let index: ReadonlyMap<string, Nano> | null = null;
  return ({ kind, scope, costPerMonth }) => {
    if (kind === 'overprovisioned' && costPerMonth !== null)
      return toNano((costPerMonth * windowHours(snapshot.window)) / HOURS_PER_MONTH);
    if (!SPENDS.has(kind) || scope.namespace === null) return null;
    index ??= indexCosts(costs);
    const key =
      scope.workload === null
        ? scope.namespace
        : scope.container === null
          ? workloadKey(scope.namespace, scope.workload)
          : containerKey(scope.namespace, scope.workload, scope.container);
    return index.get(key) ?? 0;
  };
}

function indexCosts(costs: WindowCosts): ReadonlyMap<string, Nano> {
  const index = new Map<string, Nano>();
  for (const allocation of costs.allocations) {
    const { namespace, workload } = allocation.pod;
    const nano = costNano(allocation);
    const keys = [
      namespace,
      workloadKey(namespace, workload),
      containerKey(namespace, workload, allocation.container.name),
    ];
    for (const key of keys) index.set(key, (index.get(key) ?? 0) + nano);
  }
  return index;
}
