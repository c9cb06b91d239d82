/** A node as far as packing is concerned. */
export interface PackNode {
  readonly name: string;
  /** Pods move only within their pool: what one pool may run, another may not. */
  readonly pool: string;
  readonly allocatableCpuCores: number;
  readonly allocatableRamBytes: number;
  /** Units of currency. */
  readonly hourly: number;
  /** It runs the control plane: it never goes. */
  readonly isControlPlane?: boolean;
}

export interface PackPod {
  readonly node: string;
  readonly cpuCores: number;
  readonly ramBytes: number;
  /** A DaemonSet's or a static pod: it is on every node and goes with it. */
  readonly pinned: boolean;
}

/** The kubelet's default limit. */
const PODS_PER_NODE = 110;

interface Bin {
  readonly node: PackNode;
  cpuFree: number;
  ramFree: number;
  pods: PackPod[];
}

/** Where a packing ends. */
export interface Packing {
  /** Nodes that could go, each with the nodes that its pods end on, by name. */
  readonly removed: ReadonlyMap<string, readonly string[]>;
  /** What pods request on those that stay. */
  readonly staying: ReadonlyMap<string, Requested>;
}

/** What the pods of a node request together. */
export interface Requested {
  readonly cpuCores: number;
  readonly ramBytes: number;
  readonly pods: number;
  /** Share of the allocatable CPU or memory, whichever is fuller; headroom counts. */
  readonly share: number;
}

/**
 * Nodes that could be drained with every pod finding room elsewhere in its pool, emptiest first: what a
 * cluster autoscaler's consolidation could take away at best. Room is judged by requests; affinities,
 * taints, disruption budgets and local volumes are not known here, so this is an upper bound.
 *
 * @param headroom share of every remaining node that is to stay free, 0..1.
 */
export function removableNodes(
  nodes: readonly PackNode[],
  pods: readonly PackPod[],
  headroom: number,
): Packing {
  const bins = new Map(nodes.map((node) => [node.name, toBin(node, headroom)]));
  for (const pod of pods) {
    const bin = bins.get(pod.node);
    if (bin !== undefined) put(bin, pod);
  }
  const removed = new Set<string>();
  const emptiestFirst = [...bins.values()].sort(
    (left, right) =>
      usedShare(left) - usedShare(right) ||
      right.node.hourly - left.node.hourly ||
      (left.node.name < right.node.name ? -1 : 1),
  );
  for (const bin of emptiestFirst) {
    const others = emptiestFirst.filter(
      (other) =>
        other !== bin && other.node.pool === bin.node.pool && !removed.has(other.node.name),
    );
    // The last node of a pool stays: something has to be there when a pod comes.
    const mayGo = others.length > 0 && bin.node.isControlPlane !== true;
    if (mayGo && moveAll(bin, others)) removed.add(bin.node.name);
  }
  const staying = emptiestFirst.filter(({ node }) => !removed.has(node.name));
  const endsOn = (name: string): readonly string[] =>
    staying.filter((bin) => bin.pods.some((pod) => pod.node === name)).map(({ node }) => node.name);
  return {
    removed: new Map([...removed].map((name) => [name, endsOn(name).toSorted()])),
    staying: new Map(staying.map((bin) => [bin.node.name, requestedOn(bin)])),
  };
}

function requestedOn(bin: Bin): Requested {
  const sum = (of: (pod: PackPod) => number): number =>
    bin.pods.reduce((total, pod) => total + of(pod), 0);
  return {
    cpuCores: sum((pod) => pod.cpuCores),
    ramBytes: sum((pod) => pod.ramBytes),
    pods: bin.pods.length,
    share: usedShare(bin),
  };
}

/** Moves every pod that can move, largest first, each to the fullest node that takes it; all or nothing. */
function moveAll(from: Bin, others: readonly Bin[]): boolean {
  const before = others.map(({ cpuFree, ramFree, pods }) => ({
    cpuFree,
    ramFree,
    pods: [...pods],
  }));
  const moving = from.pods
    .filter((pod) => !pod.pinned)
    .sort((left, right) => right.cpuCores - left.cpuCores || right.ramBytes - left.ramBytes);
  for (const pod of moving) {
    const takers = others.filter((bin) => fits(bin, pod));
    const taker = takers.sort((left, right) => left.cpuFree - right.cpuFree)[0];
    if (taker === undefined) {
      others.forEach((bin, index) => Object.assign(bin, before[index]));
      return false;
    }
    put(taker, pod);
  }
  return true;
}

function toBin(node: PackNode, headroom: number): Bin {
  return {
    node,
    cpuFree: node.allocatableCpuCores * (1 - headroom),
    ramFree: node.allocatableRamBytes * (1 - headroom),
    pods: [],
  };
}

function put(bin: Bin, pod: PackPod): void {
  bin.cpuFree -= pod.cpuCores;
  bin.ramFree -= pod.ramBytes;
  bin.pods.push(pod);
}

function fits(bin: Bin, pod: PackPod): boolean {
  return (
    bin.cpuFree >= pod.cpuCores && bin.ramFree >= pod.ramBytes && bin.pods.length < PODS_PER_NODE
  );
}

function usedShare({ node, cpuFree, ramFree }: Bin): number {
  return Math.max(1 - cpuFree / node.allocatableCpuCores, 1 - ramFree / node.allocatableRamBytes);
}
