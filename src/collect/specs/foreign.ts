import type { Snapshot } from '../../model/snapshot.ts';
import { emptyInventory, isNear, type Inventory } from './inventory.ts';

/** Fewer pods than this may all have been replaced between the metrics and the specifications. */
const ENOUGH_PODS = 10;

/**
 * Lets go of an inventory that is of another cluster: pods that metrics show at its moment have other UIDs,
 * all of them. Names alone (`default`, `kube-system`, `node-1`) would join everywhere.
 */
export function refuseForeign(inventory: Inventory, snapshots: readonly Snapshot[]): Inventory {
  if (inventory.pods.size < ENOUGH_PODS) return inventory;
  const near = snapshots.findLast(({ window }) => isNear(inventory, window.end));
  const uids = near?.pods.map(({ uid }) => uid).filter((uid) => !uid.startsWith('name:')) ?? [];
  if (near === undefined || uids.length < ENOUGH_PODS) return inventory;
  if (uids.some((uid) => inventory.pods.has(uid))) return inventory;
  const { observedAt, validFrom, validTo } = inventory;
  return {
    ...emptyInventory(observedAt),
    validFrom,
    validTo,
    problems: [
      {
        code: 'source-unavailable',
        subject: 'workloads.source',
        text: `none of the ${uids.length} pods that metrics show is among the ${inventory.pods.size} of the specifications: they are of another cluster or long past, and nothing is taken from them; check workloads.path, workloads.context and prometheus.matchers`,
      },
    ],
  };
}
