import {
  cardsOf,
  cardsOfNode,
  cardsPerUnit,
  resourceClass,
  type ExtraDevices,
} from '../model/devices.ts';
import { CARDS } from '../model/podHold.ts';
import type { Amounts, PodHold } from '../model/podHold.ts';
import type { NodeSample, PodSample, Snapshot } from '../model/snapshot.ts';

/**
 * Counts the cards that nodes have and containers ask for: whatever a device plugin calls them, and however many
 * share one. Only the node's labels tell how they are shared.
 */
export function countCards(snapshot: Snapshot, extra: ExtraDevices): Snapshot {
  const nodes = snapshot.nodes.map((node) => countNode(node, extra));
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const pods = snapshot.pods.map((pod) => countPod(pod, byName.get(pod.node ?? ''), extra));
  return { ...snapshot, nodes, pods };
}

function countNode(node: NodeSample, extra: ExtraDevices): NodeSample {
  if (node.devices === undefined) return node;
  const { devices, labels } = node;
  const unknown = Object.keys(devices).filter(
    (resource) => cardsPerUnit(resource, labels, extra) === null,
  );
  const unknownDevices = [...new Set(unknown.map(resourceClass))];
  return { ...node, gpus: cardsOfNode(devices, labels, extra) || null, unknownDevices };
}

const NOTHING_HELD: PodHold = { init: {}, podLevel: {}, overhead: {}, isOrderGuessed: false };

function countPod(pod: PodSample, node: NodeSample | undefined, extra: ExtraDevices): PodSample {
  const { claimed = {} } = pod;
  const hasClaims = Object.keys(claimed).length > 0;
  if (!hasClaims && pod.containers.every(({ devices }) => devices === undefined)) return pod;
  const labels = node?.labels ?? {};
  // Of a pod with claims, what its node does not offer by itself is what they were made for: it is counted there.
  const isCounted = (resource: string): boolean =>
    resource !== CARDS && (!hasClaims || resource in (node?.devices ?? {}));
  const cardsIn = (amounts: Amounts): number => {
    const counted = Object.entries(amounts).filter(([resource]) => isCounted(resource));
    return cardsOf(Object.fromEntries(counted), labels, extra);
  };
  const containers = pod.containers.map((container) =>
    container.devices === undefined
      ? container
      : { ...container, gpuRequest: cardsIn(container.devices) },
  );
  if (!pod.hold && !hasClaims) return { ...pod, containers };
  const hold = pod.hold ?? NOTHING_HELD;
  const count = (amounts: Amounts, more = 0): Amounts => {
    const cards = cardsIn(amounts) + more;
    return cards === 0 ? amounts : { ...amounts, [CARDS]: cards };
  };
  const init = count(hold.init);
  const podLevel = count(hold.podLevel, cardsOf(claimed, labels, extra));
  return { ...pod, containers, hold: { ...hold, init, podLevel } };
}
