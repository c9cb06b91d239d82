import type { Facts } from './signal.ts';

/**
 * What an agent looks like, and a patient miner too: one pod a node that takes little of the node (a log shipper, a
 * CNI, a security agent), or a new container beside known ones that takes no more than a mesh's proxy asks for. That
 * it is in many places and even while nothing happens is what an agent is, and says nothing more than that it is new.
 */
export function isLikeAgent({ subject, suspicion, sideCar, knobs }: Facts): boolean {
  const { workload, nodeCores, kind } = subject;
  if (kind !== 'cpu') return false;
  if (sideCar !== null && suspicion.cores <= knobs.sideCar.smallCores) return true;
  if (workload?.kind !== 'DaemonSet' || nodeCores === null) return false;
  return suspicion.cores <= knobs.level.ofNodeByAgents * nodeCores;
}
