import type { NodeSample, Snapshot } from '../model/snapshot.ts';
import type { NodeCapacity } from './splitNodePrice.ts';

export const GIB = 1024 ** 3;

/** Stands for the node of pods that ran where no source tells. */
export const UNKNOWN_NODE = '__unknown__';

/**
 * Every node that something is charged to, by name: those observed, and a stand-in without capacity for
 * each node that only pods speak of. Of duplicate series for one node the first counts, or the node
 * would be billed twice.
 */
export function nodesOf(snapshot: Snapshot): ReadonlyMap<string, NodeSample> {
  const nodes = new Map<string, NodeSample>();
  for (const node of snapshot.nodes) {
    if (!nodes.has(node.name)) nodes.set(node.name, node);
  }
  for (const pod of snapshot.pods) {
    const name = pod.node ?? UNKNOWN_NODE;
    if (!nodes.has(name)) nodes.set(name, standIn(name));
  }
  return nodes;
}

/** Capacity, or what is allocatable where only that is known. */
export function capacityOf(node: NodeSample): NodeCapacity {
  const ramBytes = node.ramBytes ?? node.allocatableRamBytes;
  return {
    cpuCores: node.cpuCores ?? node.allocatableCpuCores,
    ramGiB: ramBytes === null ? null : ramBytes / GIB,
    gpus: node.gpus,
  };
}

function standIn(name: string): NodeSample {
  return {
    name,
    cpuCores: null,
    ramBytes: null,
    gpus: null,
    allocatableCpuCores: null,
    allocatableRamBytes: null,
    labels: {},
    providerId: null,
    upShare: 1,
    exportedPrice: null,
  };
}
