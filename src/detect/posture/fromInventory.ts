import type { PodRecord } from '../../collect/kubernetes/podRecord.ts';
import { workloadOfRecord } from '../../collect/specs/recordWorkload.ts';
import type { ClusterObjects } from '../../model/clusterObjects.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { workloadKey } from '../../model/workload.ts';
import { looks } from './fromSnapshot.ts';
import type { PostureInput, PosturePod } from './postureInput.ts';

/** What the API or a file said of the cluster (collect's inventory, as far as posture needs it). */
export interface PostureInventory {
  readonly pods: ReadonlyMap<string, PodRecord>;
  readonly namespaces: ReadonlyMap<string, unknown>;
  readonly owners: ReadonlyMap<string, WorkloadRef | null>;
  readonly objects: ClusterObjects;
}

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];

/** Pods that are over hold nothing and run nothing. */
const OVER = new Set(['Succeeded', 'Failed']);

/** The whole truth of specifications: an entry that is missing is not set. */
export function postureOfInventory(
  inventory: PostureInventory,
  use: PostureInput['use'],
): PostureInput {
  const pods = new Map<string, PosturePod>();
  for (const record of inventory.pods.values()) {
    if (OVER.has(record.phase ?? '')) continue;
    const pod = podOf(record, inventory);
    const key = `${workloadKey(pod.namespace, pod.workload)} ${looks(pod)}`;
    if (!pods.has(key)) pods.set(key, pod);
  }
  const { objects } = inventory;
  const nodes = objects.nodes.flatMap(({ allocatableCpuCores, allocatableRamBytes, ...node }) => {
    const cpuCores = allocatableCpuCores ?? node.cpuCores;
    const ramBytes = allocatableRamBytes ?? node.ramBytes;
    return cpuCores === null || ramBytes === null ? [] : [{ cpuCores, ramBytes }];
  });
  const names = new Set([
    ...inventory.namespaces.keys(),
    ...[...pods.values()].map(({ namespace }) => namespace),
  ]);
  return {
    namespaces: [...names].sort(),
    pods: [...pods.values()],
    objects,
    nodes: nodes.length > 0 && nodes.length === objects.nodes.length ? nodes : null,
    use,
  };
}

function podOf(record: PodRecord, { owners }: PostureInventory): PosturePod {
  const { namespace, name, labels, spec } = record;
  const { workload } = workloadOfRecord(record, owners);
  const specs = new Map(spec.containers.map((container) => [container.name, container]));
  const containers = record.containers.map((container) => ({
    name: container.name,
    role: container.role,
    image: container.image,
    imageId: container.imageId,
    requests: container.requests,
    limits: container.limits,
    known: { requests: RESOURCES, limits: RESOURCES },
    spec: specs.get(container.name) ?? null,
  }));
  return { namespace, name, workload, labels, spec, containers };
}
