import type { PodRecord } from '../../collect/kubernetes/podRecord.ts';
import { workloadOfRecord } from '../../collect/specs/recordWorkload.ts';
import { misses, type ClusterObjects } from '../../model/clusterObjects.ts';
import type { Reading } from '../../model/reading.ts';
import type { ContainerSample, PodSample, Snapshot } from '../../model/snapshot.ts';
import { workloadKey, type WorkloadRef } from '../../model/workload.ts';
import { wrongFlagsOf } from './apiServerFlags.ts';
import type { PostureContainer, PostureInput, PosturePod } from './postureInput.ts';

/** What the API or a file said of the cluster (collect's inventory, as far as posture needs it). */
export interface PostureInventory {
  readonly pods: ReadonlyMap<string, PodRecord>;
  readonly namespaces: ReadonlyMap<string, LabelledNamespace>;
  readonly owners: ReadonlyMap<string, WorkloadRef | null>;
  readonly objects: ClusterObjects;
}

interface LabelledNamespace {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A pod as a snapshot or an inventory has it. */
type SeenPod = Pick<
  PodSample,
  'namespace' | 'name' | 'workload' | 'labels' | 'phase' | 'spec' | 'containers'
>;

type KnownResources = PostureContainer['known'];

/** A specification says everything: what is not in it is not set. */
const SPECIFIED = ['cpu', 'memory', 'ephemeral-storage'];

/** Pods that are over hold nothing and run nothing. */
const OVER = new Set(['Succeeded', 'Failed']);

/** The cluster as the API or a file has it now. */
export function postureOfInventory(
  { pods, namespaces, owners, objects }: PostureInventory,
  use: PostureInput['use'],
): PostureInput {
  const seen = [...pods.values()].map((record) => ({
    ...record,
    workload: workloadOfRecord(record, owners).workload,
    containers: [],
  }));
  return inputOf({ pods: seen, namespaces, objects, nodes: [], use });
}

/** The cluster as a window shows it, with the specifications that its pods have. */
export function postureOfSnapshot(snapshot: Snapshot, use: PostureInput['use']): PostureInput {
  const { pods, namespaces, objects, nodes } = snapshot;
  return inputOf({ pods, namespaces, objects: objects ?? null, nodes, use });
}

function inputOf(
  seen: Pick<PostureInput, 'objects' | 'use'> & {
    readonly pods: readonly SeenPod[];
    readonly namespaces: ReadonlyMap<string, LabelledNamespace>;
    readonly nodes: readonly NodeSize[];
  },
): PostureInput {
  const { objects, use } = seen;
  const known = knownResources(seen.pods);
  const pods = new Map<string, PosturePod>();
  for (const one of seen.pods) {
    if (OVER.has(one.phase ?? '')) continue;
    const pod = podOf(one, known);
    const key = `${workloadKey(pod.namespace, pod.workload)} ${looks(pod)}`;
    if (!pods.has(key)) pods.set(key, pod);
  }
  const names = new Set([
    ...seen.namespaces.keys(),
    ...seen.pods.map(({ namespace }) => namespace),
  ]);
  const areListed = objects !== null && objects.nodes.length > 0 && !misses(objects, 'nodes');
  return {
    namespaces: [...names].sort(),
    namespaceLabels:
      objects === null || misses(objects, 'namespaces')
        ? null
        : new Map([...seen.namespaces].map(([name, { labels }]) => [name, labels])),
    namespaceAnnotations: new Map(
      [...seen.namespaces].map(([name, { annotations }]) => [name, annotations]),
    ),
    pods: [...pods.values()],
    objects,
    nodes: sizesOf(areListed ? objects.nodes : seen.nodes),
    use,
  };
}

interface NodeSize {
  readonly cpuCores: Reading;
  readonly ramBytes: Reading;
  readonly allocatableCpuCores: Reading;
  readonly allocatableRamBytes: Reading;
}

/** Null unless the size of every node is known: a pod may fit the one that is not. */
function sizesOf(nodes: readonly NodeSize[]): PostureInput['nodes'] {
  const sizes = nodes.flatMap((node) => {
    const cpuCores = node.allocatableCpuCores ?? node.cpuCores;
    const ramBytes = node.allocatableRamBytes ?? node.ramBytes;
    return cpuCores === null || ramBytes === null ? [] : [{ cpuCores, ramBytes }];
  });
  return sizes.length > 0 && sizes.length === nodes.length ? sizes : null;
}

/** Pods of a workload that look the same are judged once. */
function looks({ spec, containers, labels }: PosturePod): string {
  const { hostNetwork, hostPid, hostIpc, hostPaths, tokenMounted, serviceAccount } = spec ?? {};
  return JSON.stringify([
    spec === null,
    hostNetwork,
    hostPid,
    hostIpc,
    hostPaths,
    tokenMounted,
    serviceAccount,
    containers.map(({ name, image, requests, limits, spec: own }) => [
      name,
      image,
      requests,
      limits,
      own?.privileged,
      own?.addedCapabilities,
      own?.runAsRoot,
      own?.allowPrivilegeEscalation,
      own?.seccompProfile,
    ]),
    labels['pod-template-hash'],
  ]);
}

/**
 * What metrics can say of requests and limits: a resource that no container of the whole cluster requests is
 * unknown, since its metric may just not be there.
 */
function knownResources(pods: readonly SeenPod[]): KnownResources {
  const some = (of: (container: ContainerSample) => Reading): boolean =>
    pods.some(({ containers }) => containers.some((container) => (of(container) ?? 0) > 0));
  return {
    requests: [
      ...(some(({ cpuRequestCores }) => cpuRequestCores) ? ['cpu'] : []),
      ...(some(({ ramRequestBytes }) => ramRequestBytes) ? ['memory'] : []),
    ],
    limits: [
      ...(some(({ cpuLimitCores }) => cpuLimitCores) ? ['cpu'] : []),
      ...(some(({ ramLimitBytes }) => ramLimitBytes) ? ['memory'] : []),
    ],
  };
}

function podOf(pod: SeenPod, known: KnownResources): PosturePod {
  const { namespace, name, workload, labels, spec } = pod;
  const containers =
    spec === null
      ? pod.containers.map((container) => sampledContainer(container, known))
      : spec.containers.map((own): PostureContainer => ({
          name: own.name,
          role: own.role,
          image: own.image,
          requests: { ...spec.resources?.requests, ...own.requests },
          limits: { ...spec.resources?.limits, ...own.limits },
          known: { requests: SPECIFIED, limits: SPECIFIED },
          spec: own,
        }));
  const wrongFlags = wrongFlagsOf(pod);
  return {
    namespace,
    name,
    workload,
    labels,
    spec,
    containers,
    ...(wrongFlags !== undefined && { wrongFlags }),
  };
}

function sampledContainer(container: ContainerSample, known: KnownResources): PostureContainer {
  const { cpuRequestCores, ramRequestBytes, cpuLimitCores, ramLimitBytes } = container;
  return {
    name: container.name,
    role: container.init ? 'init' : 'main',
    image: container.image,
    requests: known.requests.length === 0 ? null : resources(cpuRequestCores, ramRequestBytes),
    limits: known.limits.length === 0 ? null : resources(cpuLimitCores, ramLimitBytes),
    known,
    spec: null,
  };
}

/** Of a container without a request metrics say zero. */
function resources(cpu: Reading, memory: Reading): Readonly<Record<string, number>> {
  return { ...(cpu && { cpu }), ...(memory && { memory }) };
}
