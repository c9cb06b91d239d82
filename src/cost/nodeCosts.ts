import type { Allocation, NodeCost, NodePrice } from '../model/cost.ts';
import {
  addParts,
  idleColumns,
  NO_NODE_PARTS,
  NODE_PARTS,
  nodeNano,
  subtractParts,
  type NodeParts,
} from '../model/costParts.ts';
import type { Nano } from '../model/money.ts';
import type { NodeSample, Snapshot } from '../model/snapshot.ts';
import { windowHours } from '../model/time.ts';
import { nanoInWindow } from './exact.ts';
import { capacityOf, GIB, nodesOf, UNKNOWN_NODE } from './nodes.ts';
import type { NodeCapacity } from './splitNodePrice.ts';
import { UNPRICED } from './priceNodes.ts';

/**
 * What each node cost and how much of it is idle, sorted by name. Idle is the difference of
 * integers, so that allocations and idle add up to the node's cost to the last nano.
 */
export function nodeCosts(
  snapshot: Snapshot,
  prices: ReadonlyMap<string, NodePrice>,
  allocations: readonly Allocation[],
): readonly NodeCost[] {
  const allocated = new Map<string, NodeParts>();
  for (const allocation of allocations) {
    const name = allocation.pod.node ?? UNKNOWN_NODE;
    const sum = allocated.get(name) ?? NO_NODE_PARTS;
    allocated.set(name, addParts(NODE_PARTS, sum, allocation));
  }
  const observed = new Set(snapshot.nodes.map((node) => node.name));
  const costs: NodeCost[] = [];
  for (const [name, node] of nodesOf(snapshot)) {
    // A stand-in (the "node" of pods that wait for one) is only listed when something was charged to it.
    if (!observed.has(name) && !allocated.has(name)) continue;
    const cost = nodeCost(node, snapshot, prices.get(name) ?? UNPRICED, allocated.get(name));
    if (observed.has(name) || nodeNano(cost) > 0) costs.push(cost);
  }
  return costs.sort((left, right) => (left.node < right.node ? -1 : 1));
}

const NO_CAPACITY: NodeCapacity = { cpuCores: null, ramGiB: null, gpus: null };

/**
 * A node costs its capacity × price × hours. Where a capacity is unknown the node is taken to cost
 * what was allocated on it: no idle is invented, and nothing allocated is lost.
 */
function nodeCost(
  node: NodeSample,
  snapshot: Snapshot,
  price: NodePrice,
  allocated: NodeParts = NO_NODE_PARTS,
): NodeCost {
  const hours = windowHours(snapshot.window) * node.upShare;
  // What is billed by the pod has no idle.
  const capacity = price.perPod ? NO_CAPACITY : capacityOf(node);
  const cost = (amount: number | null, unitPrice: number, otherwise: Nano): Nano =>
    amount === null ? otherwise : nanoInWindow(amount * unitPrice * hours, snapshot.window);
  const parts = {
    cpuNano: cost(capacity.cpuCores, price.cpuCoreHour, allocated.cpuNano),
    ramNano: cost(capacity.ramGiB, price.ramGiBHour, allocated.ramNano),
    gpuNano: cost(capacity.gpus, price.gpuHour, allocated.gpuNano),
  };
  return {
    node: node.name,
    price,
    hours,
    cpuCores: capacity.cpuCores ?? 0,
    ramBytes: (capacity.ramGiB ?? 0) * GIB,
    gpus: capacity.gpus ?? 0,
    ...parts,
    ...idleColumns(subtractParts(NODE_PARTS, parts, allocated)),
  };
}
