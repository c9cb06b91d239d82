import type { ContainerSample, PodSample, Snapshot, VolumeSample } from '../../model/snapshot.ts';
import { SECOND_MS } from '../../model/time.ts';
import type { ContainerRecord, PodRecord } from '../kubernetes/podRecord.ts';
import { enrichNamespaces, enrichNodes } from './enrichPlaces.ts';
import { isNear, type Inventory } from './inventory.ts';
import { joinObjects } from './joinObjects.ts';
import { mergeLabels } from './mergeLabels.ts';
import { workloadOfRecord } from './recordWorkload.ts';
import { GPU_RESOURCES } from '../../model/resources.ts';

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
export function enrich(snapshot: Snapshot, inventory: Inventory): Snapshot {
  const near = isNear(inventory, snapshot.window.end);
  const pods = snapshot.pods.map((pod) => {
    const record = recordOf(pod, inventory);
    return record === null ? pod : enrichPod(pod, record, inventory);
  });
  return {
    ...snapshot,
    pods,
    nodes: enrichNodes(snapshot, inventory),
    namespaces: enrichNamespaces(snapshot, inventory),
    workloads: inventory.workloads,
    volumes: near
      ? snapshot.volumes.map((volume) => enrichVolume(volume, inventory))
      : snapshot.volumes,
    objects: near
      ? joinObjects(inventory.objects, snapshot.objects ?? null)
      : (snapshot.objects ?? null),
    problems: [...snapshot.problems, ...inventory.problems],
  };
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
  const isTold = known || !pod.workloadKnown;
  const containers = new Map(record.containers.map((container) => [container.name, container]));
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
      const specified = containers.get(container.name);
      return specified === undefined ? container : enrichContainer(container, specified);
    }),
    spec: record.spec,
  };
}

/** A resource that is not in the specification is not requested; one that no metric tells is told by it. */
function enrichContainer(container: ContainerSample, record: ContainerRecord): ContainerSample {
  const { requests, limits } = record;
  const gpus = GPU_RESOURCES.map((name) => requests[name]).find((count) => count !== undefined);
  return {
    ...container,
    image: container.image ?? record.image,
    imageId: container.imageId ?? record.imageId,
    init: record.role === 'init',
    cpuRequestCores: container.cpuRequestCores ?? requests['cpu'] ?? 0,
    cpuLimitCores: container.cpuLimitCores ?? limits['cpu'] ?? null,
    ramRequestBytes: container.ramRequestBytes ?? requests['memory'] ?? 0,
    ramLimitBytes: container.ramLimitBytes ?? limits['memory'] ?? null,
    gpuRequest: container.gpuRequest ?? gpus ?? 0,
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
