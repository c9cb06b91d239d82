import { isLikeAgent, mayBeUnevenAgent } from '../../verdict/agents.ts';
import { isBeyondSilence } from './cpuWithoutWork.ts';
import type { Signal } from '../signal.ts';
import { plural } from '../../../../model/text/units.ts';

/**
 * One new image in many places at once: a DaemonSet over the nodes, a swarm of pods, a chain of
 * short-lived ones. Autoscaling adds pods of what is known; this counts only what is new.
 */
export const replication: Signal = {
  name: 'replication',
  family: 'spread',
  unit: 'pods',
  measure(facts) {
    const { subject, groupSize, normal, sideCar, thresholds } = facts;
    const { pods, nodes, workloads } = thresholds.spread;
    const isWide =
      groupSize >= workloads || (subject.podCount >= pods && subject.nodeCount >= nodes);
    // Jobs come in numbers, a side-car is in as many pods as its workload, an agent on every node, and what
    // moves data is given replicas.
    const isAgent = isLikeAgent(facts) || mayBeUnevenAgent(facts);
    const isOrdinary = subject.runs || sideCar !== null || isAgent || isBeyondSilence(facts);
    const where =
      groupSize > 1
        ? `${groupSize} workloads with one image in a day`
        : `${plural(subject.podCount, 'pod')} on ${plural(subject.nodeCount, 'node')}`;
    return {
      value: Math.max(groupSize, subject.podCount),
      threshold: groupSize > 1 ? workloads : pods,
      strength: isWide && normal.isDeployed && !isOrdinary ? thresholds.points.weak : 0,
      text: normal.isDeployed
        ? `New: ${where}`
        : normal.source === 'unknown'
          ? `Age unknown: ${where}`
          : `Not new: ${where}`,
    };
  },
};
