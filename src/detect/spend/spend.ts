import { costNano } from '../../model/costParts.ts';
import type { WindowCosts } from '../../model/cost.ts';
import type { Nano } from '../../model/money.ts';
import type { DetectContext } from '../detector.ts';
import { scopeOn } from '../verdict.ts';

/** What the window cost by namespace: all allocations, and volumes and load balancers of nobody's. */
export function spendByNamespace(costs: WindowCosts): ReadonlyMap<string, Nano> {
  const spend = new Map<string, Nano>();
  const add = (namespace: string, nano: Nano): unknown =>
    spend.set(namespace, (spend.get(namespace) ?? 0) + nano);
  for (const row of costs.allocations) add(row.pod.namespace, costNano(row));
  for (const row of costs.unattached) add(row.namespace, row.nano);
  return spend;
}

/** What the window cost by namespace and workload (`KIND/NAME`). */
export function spendByWorkload(
  costs: WindowCosts,
): ReadonlyMap<string, ReadonlyMap<string, Nano>> {
  const spend = new Map<string, Map<string, Nano>>();
  for (const row of costs.allocations) {
    const { namespace, workload } = row.pod;
    const own = spend.get(namespace) ?? new Map<string, Nano>();
    const key = `${workload.kind}/${workload.name}`;
    own.set(key, (own.get(key) ?? 0) + costNano(row));
    spend.set(namespace, own);
  }
  return spend;
}

/** The same by owner; what nobody is known to own is left out. */
export function spendByOwner(context: DetectContext): ReadonlyMap<string, Nano> {
  const spend = new Map<string, Nano>();
  const add = (owner: string | null | undefined, nano: Nano): void => {
    if (owner !== null && owner !== undefined) spend.set(owner, (spend.get(owner) ?? 0) + nano);
  };
  const owners = context.podOwners();
  for (const row of context.costs.allocations) add(owners.get(row.pod.uid), costNano(row));
  for (const { namespace, nano } of context.costs.unattached) {
    add(context.ownerOf(scopeOn({ namespace })), nano);
  }
  return spend;
}
