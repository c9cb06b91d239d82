import { countCards } from '../countCards.ts';
import { withDeviceClaims } from '../deviceClaims.ts';
import type { ExtraDevices } from '../../model/devices.ts';
import {
  heldBeyond,
  heldRequests,
  podHold,
  type Amounts,
  type RequestingContainer,
  type RequestingPod,
} from '../../model/podHold.ts';
import type {
  ContainerSample,
  NamespaceFacts,
  NodeSample,
  PodSample,
  Snapshot,
  VolumeSample,
} from '../../model/snapshot.ts';
import { SECOND_MS, type TimeMs } from '../../model/time.ts';
import type { ContainerRecord, PodRecord } from '../kubernetes/podRecord.ts';
import { isNear, type Inventory } from './inventory.ts';
import { joinObjects } from './joinObjects.ts';
import { mergeLabels } from './mergeLabels.ts';
import { workloadOfRecord } from './recordWorkload.ts';

/**
 * Adds what an inventory knows to a snapshot. Metrics say what existed: nothing that the inventory alone
 * has comes into being, and what metrics say of a window stands.
 *
 * - A pod is joined by its UID, by name only where a series had none and the creation times agree. What the
 *   API lets nobody change while a pod lives (command, environment, security, owner) is true in every
 *   window of that life; so are a node's instance type and a namespace's name.
 * - The state of a moment (autoscalers, quotas, wished-for replicas) belongs only to windows near it. What
 *   metrics tell of it stands in the others, and where the inventory could not read a kind.
 * - What could not be read is missing from every window that is observed meanwhile, of whatever time.
 */
export function enrich(
  snapshot: Snapshot,
  inventory: Inventory,
  extra: ExtraDevices = {},
): Snapshot {
  const near = isNear(inventory, snapshot.window.end);
  const pods = snapshot.pods.map((pod) => {
    const record = recordOf(pod, inventory);
    return record === null ? pod : enrichPod(pod, record, inventory);
  });
  const enriched = {
    ...snapshot,
    pods,
    nodes: enrichNodes(snapshot, inventory),
    namespaces: enrichNamespaces(snapshot, inventory),
    ...(near && { emptyNamespaces: emptyNamespaces(snapshot, inventory) }),
    workloads: inventory.workloads,
    volumes: near
      ? snapshot.volumes.map((volume) => enrichVolume(volume, inventory))
      : snapshot.volumes,
    objects: near
      ? joinObjects(inventory.objects, snapshot.objects ?? null)
      : (snapshot.objects ?? null),
    problems: [...snapshot.problems, ...inventory.problems],
  };
  return countCards(near ? withClaims(enriched, inventory) : enriched, extra);
}

/** What metrics tell of claims stands; where they tell of none, the API's are taken. */
function withClaims(snapshot: Snapshot, { objects }: Inventory): Snapshot {
  if (snapshot.pods.some(({ claimed }) => claimed !== undefined)) return snapshot;
  return withDeviceClaims(snapshot, {
    claims: objects.deviceClaims,
    slices: objects.publishedDevices,
  });
}

function recordOf(pod: PodSample, inventory: Inventory): PodRecord | null {
  const record = inventory.pods.get(pod.uid);
  if (record !== undefined) return record;
  if (!pod.uid.startsWith('name:') || pod.createdAt === null) return null;
  const namesake = inventory.podsByName.get(`${pod.namespace}/${pod.name}`);
  if (namesake === undefined || namesake.createdAt === null) return null;
  return Math.abs(namesake.createdAt - pod.createdAt) <= SECOND_MS ? namesake : null;
}

function enrichPod(pod: PodSample, record: PodRecord, inventory: Inventory): PodSample {
  const { workload, known } = workloadOfRecord(record, inventory.owners);
  // An owner that is a pod was followed among the window's pods.
  const isTold = record.owner?.kind !== 'Pod' && (known || !pod.workloadKnown);
  const requesting = requestingIn(pod, record);
  const specified = new Map(
    record.containers.map((container, index) => {
      const asked = requesting.containers[index];
      const requests = asked === undefined ? {} : heldRequests(asked, requesting);
      return [container.name, { record: container, requests }];
    }),
  );
  return {
    ...pod,
    workload: isTold ? workload : pod.workload,
    workloadKnown: true,
    node: pod.node ?? record.node,
    createdAt: pod.createdAt ?? record.createdAt,
    hostNetwork: pod.hostNetwork ?? record.spec.hostNetwork,
    labels: mergeLabels(pod.labels, record.labels),
    annotations: mergeLabels(pod.annotations, record.annotations),
    containers: pod.containers.map((container) => {
      const found = specified.get(container.name);
      return found === undefined
        ? container
        : enrichContainer(container, found.record, found.requests);
    }),
    hold: heldBeyond(podHold(requesting)),
    spec: record.spec,
  };
}

/**
 * What the pod asked for in this window. Where metrics tell the same as the specification, its status tells what was
 * granted of it; where they do not, it was resized since, and nothing of today's status holds.
 */
function requestingIn(pod: PodSample, record: PodRecord): RequestingPod {
  const measured = new Map(pod.containers.map((container) => [container.name, container]));
  const asked = record.requesting.containers.map((container, index): RequestingContainer => {
    const told = measured.get(record.containers[index]?.name ?? '');
    const cpu = told?.cpuRequestCores ?? container.requests['cpu'] ?? 0;
    const memory = told?.ramRequestBytes ?? container.requests['memory'] ?? 0;
    return { role: container.role, requests: { ...container.requests, cpu, memory } };
  });
  const isSame = asked.every(({ requests }, index) => {
    const { cpu = 0, memory = 0 } = record.requesting.containers[index]?.requests ?? {};
    return isClose(requests['cpu'], cpu) && isClose(requests['memory'], memory);
  });
  if (isSame) return record.requesting;
  const { podLevel, overhead = {} } = record.requesting;
  return {
    containers: asked,
    podLevel: podLevel ? { requests: podLevel.requests, allocated: null, actuated: null } : null,
    overhead,
  };
}

/** Metrics are written with fewer digits than specifications. */
function isClose(left = 0, right = 0): boolean {
  return Math.abs(left - right) <= 1e-6 * Math.max(left, right);
}

/** A resource that is not in the specification is not requested. */
function enrichContainer(
  container: ContainerSample,
  { role, image, imageId, limits }: ContainerRecord,
  requests: Amounts,
): ContainerSample {
  const { cpu = 0, memory = 0, ...devices } = requests;
  return {
    ...container,
    image: container.image ?? image,
    imageId: container.imageId ?? imageId,
    init: role === 'init',
    cpuRequestCores: cpu,
    cpuLimitCores: container.cpuLimitCores ?? limits['cpu'] ?? null,
    ramRequestBytes: memory,
    ...(container.coverageBy && { coverageBy: { ...container.coverageBy, requests: 1 } }),
    ramLimitBytes: container.ramLimitBytes ?? limits['memory'] ?? null,
    gpuRequest: container.gpuRequest ?? 0,
    ...(Object.keys(devices).length > 0 && { devices }),
  };
}

function enrichVolume(volume: VolumeSample, { objects }: Inventory): VolumeSample {
  if (volume.storageClass !== null && volume.volume !== null && volume.bytes !== null)
    return volume;
  const claim = objects.claims.find(
    ({ namespace, name }) => namespace === volume.namespace && name === volume.claim,
  );
  if (claim === undefined) return volume;
  return {
    ...volume,
    storageClass: volume.storageClass ?? claim.storageClass,
    volume: volume.volume ?? claim.volume,
    bytes: volume.bytes ?? claim.bytes,
  };
}

/** Nodes of the snapshot with the labels and sizes that the inventory knows of them. */
function enrichNodes(snapshot: Snapshot, inventory: Inventory): readonly NodeSample[] {
  const nodes = new Map(inventory.objects.nodes.map((node) => [node.name, node]));
  return snapshot.nodes.map((node) => {
    const object = nodes.get(node.name);
    if (object === undefined || isYounger(object.createdAt, snapshot)) return node;
    return {
      ...node,
      cpuCores: node.cpuCores ?? object.cpuCores,
      ramBytes: node.ramBytes ?? object.ramBytes,
      ...(node.devices === undefined && hasAny(object.devices) && { devices: object.devices }),
      allocatableCpuCores: node.allocatableCpuCores ?? object.allocatableCpuCores,
      allocatableRamBytes: node.allocatableRamBytes ?? object.allocatableRamBytes,
      labels: mergeLabels(node.labels, object.labels),
      providerId: node.providerId ?? object.providerId,
      ...(node.osImage === undefined && object.osImage && { osImage: object.osImage }),
    };
  });
}

/** Namespaces of the snapshot with the labels and annotations that the inventory knows of them. */
function enrichNamespaces(
  snapshot: Snapshot,
  inventory: Inventory,
): ReadonlyMap<string, NamespaceFacts> {
  const enriched = new Map<string, NamespaceFacts>();
  for (const [name, facts] of snapshot.namespaces) {
    const record = inventory.namespaces.get(name);
    enriched.set(
      name,
      record === undefined || isYounger(record.createdAt, snapshot)
        ? facts
        : {
            name,
            labels: mergeLabels(facts.labels, record.labels),
            annotations: mergeLabels(facts.annotations, record.annotations),
          },
    );
  }
  return enriched;
}

function emptyNamespaces(snapshot: Snapshot, inventory: Inventory): readonly NamespaceFacts[] {
  return [...inventory.namespaces.values()].filter(
    ({ name, createdAt }) => !snapshot.namespaces.has(name) && !isYounger(createdAt, snapshot),
  );
}

function hasAny(devices: Amounts): boolean {
  return Object.keys(devices).length > 0;
}

/** Something made after the window is another one of the same name. */
function isYounger(createdAt: TimeMs | null, { window }: Snapshot): boolean {
  return createdAt !== null && createdAt > window.end;
}
