import type { Facts } from './signal.ts';

/**
 * One pod a node, and little of the node: a log shipper, a CNI, a security agent, or a patient miner. That it is
 * in many places and even while nothing happens is what an agent is, and says nothing more than that it is new.
 */
export function isLikeAgent({ subject, suspicion, knobs }: Facts): boolean {
  const { workload, nodeCores, kind } = subject;
  if (workload?.kind !== 'DaemonSet' || kind !== 'cpu' || nodeCores === null) return false;
  return suspicion.cores <= knobs.level.ofNodeByAgents * nodeCores;
}
