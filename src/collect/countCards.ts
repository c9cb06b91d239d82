import { cardsOf, cardsOfNode, cardsPerUnit, type ExtraDevices } from '../model/devices.ts';
import { CARDS } from '../model/podHold.ts';
import type { Amounts, PodHold } from '../model/podHold.ts';
import type { NodeSample, PodSample, Snapshot } from '../model/snapshot.ts';

/**
 * Counts the cards that nodes have and containers ask for: whatever a device plugin calls them, and however many
 * share one. Only the node's labels tell how they are shared.
 */
export function countCards(snapshot: Snapshot, extra: ExtraDevices): Snapshot {
  const nodes = snapshot.nodes.map((node) => countNode(node, extra));
  const labels = new Map(nodes.map((node) => [node.name, node.labels]));
  const pods = snapshot.pods.map((pod) => countPod(pod, labels.get(pod.node ?? '') ?? {}, extra));
  return { ...snapshot, nodes, pods };
}

function countNode(node: NodeSample, extra: ExtraDevices): NodeSample {
  if (node.devices === undefined) return node;
  const { devices, labels } = node;
  const unknownDevices = Object.keys(devices).filter(
    (resource) => cardsPerUnit(resource, labels, extra) === null,
  );
  return { ...node, gpus: cardsOfNode(devices, labels, extra) || null, unknownDevices };
}

function countPod(
  pod: PodSample,
  labels: Readonly<Record<string, string>>,
  extra: ExtraDevices,
): PodSample {
  if (pod.containers.every(({ devices }) => devices === undefined)) return pod;
  const containers = pod.containers.map((container) =>
    container.devices === undefined
      ? container
      : { ...container, gpuRequest: cardsOf(container.devices, labels, extra) },
  );
  if (!pod.hold) return { ...pod, containers };
  const count = (amounts: Amounts): Amounts => {
    const cards = cardsOf({ ...amounts, [CARDS]: 0 }, labels, extra);
    return cards === 0 ? amounts : { ...amounts, [CARDS]: cards };
  };
  const hold: PodHold = {
    ...pod.hold,
    init: count(pod.hold.init),
    podLevel: count(pod.hold.podLevel),
  };
  return { ...pod, containers, hold };
}
