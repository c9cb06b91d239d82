import type { WindowCosts } from '../model/cost.ts';
import type { Nano } from '../model/money.ts';
import type { DetectContext } from './detector.ts';

/** What the window cost by namespace: all allocations, and volumes and load balancers of nobody's. */
export function spendByNamespace(costs: WindowCosts): ReadonlyMap<string, Nano> {
  const spend = new Map<string, Nano>();
  const add = (namespace: string, nano: Nano): unknown =>
    spend.set(namespace, (spend.get(namespace) ?? 0) + nano);
  for (const row of costs.allocations) add(row.pod.namespace, nanoOf(row));
  for (const row of costs.unattached) add(row.namespace, row.nano);
  return spend;
}

/** The same by owner; what nobody is known to own is left out. */
export function spendByOwner({ costs, ownerOf }: DetectContext): ReadonlyMap<string, Nano> {
  const spend = new Map<string, Nano>();
  const add = (owner: string | null, nano: Nano): void => {
    if (owner !== null) spend.set(owner, (spend.get(owner) ?? 0) + nano);
  };
  const none = { container: null, subject: null };
  const owners = new Map<string, string | null>();
  for (const row of costs.allocations) {
    const { namespace, workload, uid } = row.pod;
    let owner = owners.get(uid);
    if (owner === undefined) owners.set(uid, (owner = ownerOf({ namespace, workload, ...none })));
    add(owner, nanoOf(row));
  }
  for (const row of costs.unattached) {
    add(ownerOf({ namespace: row.namespace, workload: null, ...none }), row.nano);
  }
  return spend;
}

function nanoOf(row: WindowCosts['allocations'][number]): Nano {
  return (
    row.cpuNano +
    row.ramNano +
    row.gpuNano +
    row.storageNano +
    row.networkNano +
    row.loadBalancerNano
  );
}
