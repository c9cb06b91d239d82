import type { Nano } from './money.ts';

/** The resources of a node that are priced. */
export const NODE_PARTS = ['cpuNano', 'ramNano', 'gpuNano'] as const;
/** Everything that a container, a workload or a namespace can cost. */
export const COST_PARTS = [
  ...NODE_PARTS,
  'storageNano',
  'networkNano',
  'loadBalancerNano',
] as const;
/** The hours of a resource that were allocated, requested and used. */
export const RESOURCE_HOURS = [
  'cpuCoreHours',
  'ramByteHours',
  'gpuHours',
  'cpuRequestCoreHours',
  'cpuUsageCoreHours',
  'ramRequestByteHours',
  'ramUsageByteHours',
] as const;

type Parts<K extends string> = Readonly<Record<K, number>>;

/** Cost by resource of a node. */
export type NodeParts = Parts<(typeof NODE_PARTS)[number]>;
/** Cost by everything that is charged. */
export type CostParts = Parts<(typeof COST_PARTS)[number]>;

export const NO_NODE_PARTS: NodeParts = makeParts(NODE_PARTS, () => 0);
export const NO_COST_PARTS: CostParts = makeParts(COST_PARTS, () => 0);

/** Parts made one by one; those that `keys` does not name are left out. */
export function makeParts<K extends string>(
  keys: readonly K[],
  valueOf: (part: K) => number,
): Record<K, number> {
  const parts: Partial<Record<K, number>> = {};
  for (const part of keys) parts[part] = valueOf(part);
  return parts as Record<K, number>;
}

export function addParts<K extends string>(
  keys: readonly K[],
  left: Parts<K>,
  right: Parts<K>,
): Record<K, number> {
  return makeParts(keys, (part) => left[part] + right[part]);
}

export function subtractParts<K extends string>(
  keys: readonly K[],
  left: Parts<K>,
  right: Parts<K>,
): Record<K, number> {
  return makeParts(keys, (part) => left[part] - right[part]);
}

/** The sum of many, part by part. */
export function sumParts<K extends string>(
  keys: readonly K[],
  each: Iterable<Parts<K>>,
): Record<K, number> {
  const sum = makeParts(keys, () => 0);
  for (const parts of each) for (const part of keys) sum[part] += parts[part];
  return sum;
}

/** What CPU, RAM and GPUs cost together. */
export function nodeNano(parts: NodeParts): Nano {
  return parts.cpuNano + parts.ramNano + parts.gpuNano;
}

/** What all parts cost together. */
export function costNano(parts: CostParts): Nano {
  return nodeNano(parts) + parts.storageNano + parts.networkNano + parts.loadBalancerNano;
}

export const IDLE_COLUMNS = ['idleCpuNano', 'idleRamNano', 'idleGpuNano'] as const;
/** What of a node was not allocated; negative where the node is overcommitted. */
export type IdleColumns = Parts<(typeof IDLE_COLUMNS)[number]>;

export function idleOf({ idleCpuNano, idleRamNano, idleGpuNano }: IdleColumns): NodeParts {
  return { cpuNano: idleCpuNano, ramNano: idleRamNano, gpuNano: idleGpuNano };
}

/** The reverse of `idleOf`. */
export function idleColumns({ cpuNano, ramNano, gpuNano }: NodeParts): IdleColumns {
  return { idleCpuNano: cpuNano, idleRamNano: ramNano, idleGpuNano: gpuNano };
}

/** Adds up one amount of each item. */
export function sumNano<T>(items: Iterable<T>, nanoOf: (item: T) => Nano): Nano {
  let sum = 0;
  for (const item of items) sum += nanoOf(item);
  return sum;
}
