import { NODES, type DemoNode } from './nodes.ts';
import type { DemoWorkload } from './workload.ts';

/** Which node each replica runs on. */
export interface Placement {
  /** @param replica of a workload that stays; any number for the runs of a CronJob. */
  nodeOf(workload: DemoWorkload, replica: number): DemoNode;
}

/** Places by requests, as a scheduler would: the largest first, each where most is left. */
export function place(workloads: readonly DemoWorkload[]): Placement {
  const free = new Map(
    NODES.map((node) => [node, { cpu: node.cpuCores, ramMiB: node.ramBytes / 2 ** 20 }]),
  );
  const placed = new Map<DemoWorkload, DemoNode[]>();
  const bySize = [...workloads].sort(
    (a, b) =>
      sizeOf(b) - sizeOf(a) || (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1),
  );
  for (const workload of bySize) {
    const { requests, replicas = 1, kind } = workload;
    const nodes = kind === 'DaemonSet' ? [...NODES] : [];
    // What runs only at times finds room when it runs; one node is kept in mind for it all the same.
    while (nodes.length < replicas) nodes.push(roomiest(workload, free, nodes));
    for (const node of nodes) {
      const room = free.get(node);
      if (room === undefined) continue;
      room.cpu -= requests.cpu ?? 0;
      room.ramMiB -= requests.ramMiB ?? 0;
    }
    placed.set(workload, nodes);
  }
  return {
    nodeOf(workload, replica) {
      const nodes = placed.get(workload) ?? [];
      const node = nodes[replica % Math.max(1, nodes.length)];
      if (node === undefined) throw new Error(`${workload.name} was never placed`);
      return node;
    },
  };
}

function sizeOf({ requests }: DemoWorkload): number {
  return (requests.cpu ?? 0) + (requests.ramMiB ?? 0) / 4096;
}

type Room = ReadonlyMap<DemoNode, { readonly cpu: number; readonly ramMiB: number }>;

/** The fitting node with most left; replicas of one workload are spread. */
function roomiest(workload: DemoWorkload, free: Room, taken: readonly DemoNode[]): DemoNode {
  let best: DemoNode | undefined;
  let most = -Infinity;
  for (const [node, { cpu, ramMiB }] of free) {
    const group = workload.nodeGroup ?? 'general';
    // The GPU's node is for what needs a GPU.
    if (node.gpus > 0 && workload.nodeGroup !== 'gpu') continue;
    const left = Math.min(
      (cpu - (workload.requests.cpu ?? 0)) / node.cpuCores,
      (ramMiB - (workload.requests.ramMiB ?? 0)) / (node.ramBytes / 2 ** 20),
    );
    const points = left + (node.nodeGroup === group ? 0.5 : 0) - (taken.includes(node) ? 0.4 : 0);
    if (points > most) {
      most = points;
      best = node;
    }
  }
  if (best === undefined) throw new Error(`no node for ${workload.name}`);
  return best;
}
