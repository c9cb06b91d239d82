import type { CostTable } from '../../store/costTable.ts';
import {
  addParts,
  idleOf,
  makeParts,
  NO_NODE_PARTS,
  NODE_PARTS,
  nodeNano,
  sumParts,
  type NodeParts,
} from '../../model/costParts.ts';
import type { Window } from '../../model/time.ts';
import { splitIdle } from '../../cost/report/shareCosts.ts';
import { type AllocationProperties, type AllocationSums, ADDED } from './allocationJson.ts';
import { nodeProperties, type AllocationContext } from './toAllocations.ts';

/** Idle by node, clamped at zero per node and resource as OpenCost has it (Burnwatch's own idle is signed). */
function idleOfNodes(table: CostTable): ReadonlyMap<string, NodeParts> {
  return new Map(
    (table.nodes ?? []).map((node) => [
      node.node,
      makeParts(NODE_PARTS, (part) => Math.max(0, idleOf(node)[part])),
    ]),
  );
}

/** The idle of the nodes that are wanted as one allocation of the cluster; null when there is none. */
export function idleAllocation(
  table: CostTable,
  { cluster, held, nodes }: AllocationContext,
  isWanted: (idle: AllocationSums) => boolean,
): AllocationSums | null {
  const wanted = [...idleOfNodes(table)].flatMap(([node, idle]) => {
    const properties = nodeProperties(cluster, node, nodes);
    return isWanted(toAllocation(properties, held, idle)) ? [idle] : [];
  });
  const idle = sumParts(NODE_PARTS, wanted);
  return nodeNano(idle) === 0 ? null : toAllocation({ cluster }, held, idle);
}

function toAllocation(
  properties: AllocationProperties,
  held: Window,
  idle: NodeParts,
): AllocationSums {
  return {
    properties,
    start: held.start,
    end: held.end,
    ...makeParts(ADDED, () => 0),
    ...idle,
    gpuUsageHours: 0,
    idleNano: NO_NODE_PARTS,
    volumes: {},
    loadBalancers: {},
    cpuUsageMaxCores: null,
    ramUsageMaxBytes: null,
  };
}

/**
 * Shares idle out to allocations, each resource by what they cost of it: over the cluster, or node by node.
 * What no allocation can carry (nothing runs on the node) stays as `rest`.
 */
export function shareIdleOut(
  allocations: readonly AllocationSums[],
  table: CostTable,
  byNode: boolean,
): { readonly allocations: readonly AllocationSums[]; readonly rest: NodeParts } {
  const idle = idleOfNodes(table);
  const pools = byNode
    ? [...idle].map(([node, nano]) => ({ nano, members: membersOn(allocations, node) }))
    : [{ nano: sumParts(NODE_PARTS, idle.values()), members: [...allocations.keys()] }];
  const shared = [...allocations];
  let rest: NodeParts = NO_NODE_PARTS;
  for (const { nano, members } of pools) {
    const carriers = members.map((index) => allocations[index]!);
    const split = splitIdle(nano, carriers);
    rest = addParts(NODE_PARTS, rest, split.rest);
    for (const [at, index] of members.entries())
      shared[index] = { ...carriers[at]!, idleNano: split.shares[at]! };
  }
  return { allocations: shared, rest };
}

function membersOn(allocations: readonly AllocationSums[], node: string): readonly number[] {
  return allocations.flatMap((sums, index) => (sums.properties.node === node ? [index] : []));
}
