import { HOURS_PER_MONTH } from '../../model/time.ts';
import { containerKey, type WorkloadRef } from '../../model/workload.ts';
import { GIB } from '../nodes.ts';
import { removableNodes, type PackNode, type Packing } from './removableNodes.ts';

/** A node with what its resources cost. */
export interface SavingsNode extends PackNode {
  readonly instanceType?: string | null;
  readonly region?: string | null;
  readonly gpuHour?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly cpuCoreHour: number;
  readonly ramGiBHour: number;
}

/** A container of a running pod with what it requests now. */
export interface PlacedContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  readonly node: string;
  readonly cpuCores: number;
  readonly ramBytes: number;
}

/** What a container should request instead; null leaves a resource as it is. */
export interface NewRequest {
  readonly cpuCores: number | null;
  readonly ramBytes: number | null;
}

/**
 * What right-sizing would bring, twice over: requests that are freed, which is certain, and money, which is
 * saved only when nodes go away.
 */
export interface Savings {
  /** May be negative: containers that need more than they ask for are given it. */
  readonly freedCpuCores: number;
  readonly freedRamBytes: number;
  /** The freed requests at their nodes' prices: what they are charged for today, not what the bill would fall by. */
  readonly requestsFreedPerMonth: number;
  /** Nodes that could go today, by packing alone. */
  readonly removableToday: readonly string[];
  /** Nodes that could go besides these once the requests are freed. */
  readonly removableAfter: readonly string[];
  /** What those cost: the bill would fall by this much at best. */
  readonly moneyPerMonth: number;
}

/** A tenth of every node stays free, so that pods that grow or come have room. */
export const HEADROOM = 0.1;

/** Packs the running pods onto as few nodes as their requests of today allow. */
export function packNodes(
  nodes: readonly SavingsNode[],
  containers: readonly PlacedContainer[],
): Packing {
  const managing = new Set(
    containers.filter(({ workload }) => isApiServer(workload)).map(({ node }) => node),
  );
  const known = nodes.map((node) =>
    managing.has(node.name) ? { ...node, isControlPlane: true } : node,
  );
  return removableNodes(known, toPods(containers), HEADROOM);
}

/** Kinds of pods that go with their node. */
const OF_NODES = new Set(['DaemonSet', 'Node', 'StaticPod']);

function isApiServer({ kind, name }: WorkloadRef): boolean {
  return kind !== 'DaemonSet' && OF_NODES.has(kind) && /^(?:kube-apiserver|etcd)/.test(name);
}

/**
 * Estimates what new requests would save, by packing the running pods twice: with the requests of today,
 * and with the new ones. Money is the price of the nodes that go away only in the second case.
 *
 * @param requests new requests by `containerKey`; containers that are not in it keep theirs.
 */
export function estimateSavings(
  nodes: readonly SavingsNode[],
  containers: readonly PlacedContainer[],
  requests: ReadonlyMap<string, NewRequest>,
): Savings {
  const after = containers.map((each) => withNewRequest(each, requests));
  const today = packNodes(nodes, containers).removed;
  const later = packNodes(nodes, after).removed;
  const hourlyOf = (names: ReadonlyMap<string, unknown>): number =>
    nodes.reduce((sum, node) => (names.has(node.name) ? sum + node.hourly : sum), 0);
  const prices = new Map(nodes.map((node) => [node.name, node]));
  let cpu = 0;
  let ram = 0;
  let hourly = 0;
  containers.forEach((before, index) => {
    const cpuFreed = before.cpuCores - (after[index]?.cpuCores ?? 0);
    const ramFreed = before.ramBytes - (after[index]?.ramBytes ?? 0);
    const node = prices.get(before.node);
    cpu += cpuFreed;
    ram += ramFreed;
    hourly += cpuFreed * (node?.cpuCoreHour ?? 0) + (ramFreed / GIB) * (node?.ramGiBHour ?? 0);
  });
  return {
    freedCpuCores: cpu,
    freedRamBytes: ram,
    requestsFreedPerMonth: hourly * HOURS_PER_MONTH,
    removableToday: [...today.keys()].sort(),
    removableAfter: [...later.keys()].filter((name) => !today.has(name)).sort(),
    moneyPerMonth: Math.max(0, hourlyOf(later) - hourlyOf(today)) * HOURS_PER_MONTH,
  };
}

function withNewRequest(
  container: PlacedContainer,
  requests: ReadonlyMap<string, NewRequest>,
): PlacedContainer {
  const { namespace, workload, container: name } = container;
  const request = requests.get(containerKey(namespace, workload, name));
  if (request === undefined) return container;
  return {
    ...container,
    cpuCores: request.cpuCores ?? container.cpuCores,
    ramBytes: request.ramBytes ?? container.ramBytes,
  };
}

function toPods(
  containers: readonly PlacedContainer[],
): readonly Parameters<typeof removableNodes>[1][number][] {
  const pods = new Map<
    string,
    { node: string; cpuCores: number; ramBytes: number; pinned: boolean }
  >();
  for (const { namespace, pod, node, workload, cpuCores, ramBytes } of containers) {
    const key = `${namespace}/${pod}/${node}`;
    const pinned = OF_NODES.has(workload.kind);
    const sum = pods.get(key) ?? { node, cpuCores: 0, ramBytes: 0, pinned };
    sum.cpuCores += cpuCores;
    sum.ramBytes += ramBytes;
    pods.set(key, sum);
  }
  return [...pods.values()];
}
