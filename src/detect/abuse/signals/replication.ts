import type { Signal } from '../signal.ts';

/**
 * One new image in many places at once: a DaemonSet over the nodes, a swarm of pods, a chain of
 * short-lived ones. Autoscaling adds pods of what is known; this counts only what is new.
 */
export const replication: Signal = {
  name: 'replication',
  family: 'spread',
  unit: 'pods',
  measure({ subject, groupSize, normal, sideCar, knobs }) {
    const { pods, nodes, workloads } = knobs.spread;
    const isWide =
      groupSize >= workloads || (subject.podCount >= pods && subject.nodeCount >= nodes);
    const where =
      groupSize > 1
        ? `${groupSize} workloads of one image in a day`
        : `${subject.podCount} pod(s) on ${subject.nodeCount} node(s)`;
    return {
      value: Math.max(groupSize, subject.podCount),
      threshold: groupSize > 1 ? workloads : pods,
      // A side-car is in as many pods as the workload that it came to.
      strength: isWide && normal.isDeployed && !subject.runs && sideCar === null ? 0.5 : 0,
      text: normal.isDeployed ? `New, and in many places: ${where}` : `Not new: ${where}`,
    };
  },
};
