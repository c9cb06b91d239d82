import { CARDS } from '../model/podHold.ts';
import type { NodeSample, PodSample, Snapshot } from '../model/snapshot.ts';
import { reservation, type NodeRoom } from './allocateContainers.ts';

const RESOURCES = ['cpu', 'memory', CARDS] as const;

/** Nodes' own figures differ from requests in their last digits. */
const ROUNDING = 1 + 1e-6;

/**
 * What the nodes can give those pods that ask for more of a resource than their node has at all, by UID: what the node's
 * other pods leave. No scheduler grants such a request: it is a resize that was refused, and the status that says so
 * was not seen.
 */
export function roomsOfWishes(snapshot: Snapshot): ReadonlyMap<string, NodeRoom> {
  const nodes = new Map(snapshot.nodes.map((node) => [node.name, allocatableOf(node)]));
  const wishes = snapshot.pods.filter((pod) => exceeds(pod, nodes.get(pod.node ?? '')));
  if (wishes.length === 0) return new Map();
  const rooms = new Map<string, NodeRoom>();
  for (const pod of wishes) {
    const most = nodes.get(pod.node ?? '');
    if (most === undefined) continue;
    const others = snapshot.pods.filter(
      (other) => other.node === pod.node && other.uid !== pod.uid && !wishes.includes(other),
    );
    const left = (resource: keyof NodeRoom): number =>
      reservation(pod, resource) <= most[resource] * ROUNDING
        ? Infinity
        : others.reduce(
            (rest, other) => Math.max(0, rest - reservation(other, resource) * other.heldShare),
            most[resource],
          );
    rooms.set(pod.uid, { cpu: left('cpu'), memory: left('memory'), [CARDS]: left(CARDS) });
  }
  return rooms;
}

function exceeds(pod: PodSample, most: NodeRoom | undefined): boolean {
  if (most === undefined) return false;
  for (const one of RESOURCES) if (reservation(pod, one) > most[one] * ROUNDING) return true;
  return false;
}

function allocatableOf(node: NodeSample): NodeRoom {
  return {
    cpu: node.allocatableCpuCores ?? node.cpuCores ?? Infinity,
    memory: node.allocatableRamBytes ?? node.ramBytes ?? Infinity,
    [CARDS]: node.gpus ?? Infinity,
  };
}
