import type { Allocation, NodeCost, NodePrice } from '../model/cost.ts';
import type { Nano } from '../model/money.ts';
import type { NodeSample, Snapshot } from '../model/snapshot.ts';
import { windowHours } from '../model/time.ts';
import { nanoInWindow } from './exact.ts';
import { capacityOf, GIB, nodesOf, UNKNOWN_NODE } from './nodes.ts';
import { UNPRICED } from './priceNodes.ts';

interface Allocated {
  readonly cpu: Nano;
  readonly ram: Nano;
  readonly gpu: Nano;
}

const NOTHING: Allocated = { cpu: 0, ram: 0, gpu: 0 };

/**
 * What each node cost and how much of it nobody was allocated, sorted by name. Idle is the difference of
 * integers, so that allocations and idle add up to the node's cost to the last nano.
 */
export function nodeCosts(
  snapshot: Snapshot,
  prices: ReadonlyMap<string, NodePrice>,
  allocations: readonly Allocation[],
): readonly NodeCost[] {
  const allocated = new Map<string, Allocated>();
  for (const { pod, cpuNano, ramNano, gpuNano } of allocations) {
    const name = pod.node ?? UNKNOWN_NODE;
    const sum = allocated.get(name) ?? NOTHING;
    allocated.set(name, {
      cpu: sum.cpu + cpuNano,
      ram: sum.ram + ramNano,
      gpu: sum.gpu + gpuNano,
    });
  }
  const observed = new Set(snapshot.nodes.map((node) => node.name));
  const costs: NodeCost[] = [];
  for (const [name, node] of nodesOf(snapshot)) {
    // A stand-in (the "node" of pods that wait for one) is only listed when something was charged to it.
    if (!observed.has(name) && !allocated.has(name)) continue;
    const cost = nodeCost(node, snapshot, prices.get(name) ?? UNPRICED, allocated.get(name));
    if (observed.has(name) || cost.cpuNano + cost.ramNano + cost.gpuNano > 0) costs.push(cost);
  }
  return costs.sort((left, right) => (left.node < right.node ? -1 : 1));
}

/**
 * A node costs its capacity × price × hours. Where a capacity is unknown the node is taken to cost
 * what was allocated on it: no idle is invented, and nothing allocated is lost.
 */
function nodeCost(
  node: NodeSample,
  snapshot: Snapshot,
  price: NodePrice,
  allocated: Allocated = NOTHING,
): NodeCost {
  const hours = windowHours(snapshot.window) * node.upShare;
  const capacity = capacityOf(node);
  const cost = (amount: number | null, unitPrice: number, otherwise: Nano): Nano =>
    amount === null ? otherwise : nanoInWindow(amount * unitPrice * hours, snapshot.window);
  const cpuNano = cost(capacity.cpuCores, price.cpuCoreHour, allocated.cpu);
  const ramNano = cost(capacity.ramGiB, price.ramGiBHour, allocated.ram);
  const gpuNano = cost(capacity.gpus, price.gpuHour, allocated.gpu);
  return {
    node: node.name,
    price,
    hours,
    cpuCores: capacity.cpuCores ?? 0,
    ramBytes: (capacity.ramGiB ?? 0) * GIB,
    gpus: capacity.gpus ?? 0,
    cpuNano,
    ramNano,
    gpuNano,
    idleCpuNano: cpuNano - allocated.cpu,
    idleRamNano: ramNano - allocated.ram,
    idleGpuNano: gpuNano - allocated.gpu,
  };
}
