import type { DemoCluster } from '../cluster/cluster.ts';
import { NAMESPACES, OWNER_ANNOTATION } from '../cluster/namespaces.ts';
import { NODES, nodeLabels, type DemoNode } from '../cluster/nodes.ts';
import type { DemoPod } from '../cluster/pods.ts';
import { DAY_MS, SECOND_MS, type TimeMs } from '../../model/time.ts';
import { seedOf, uuid } from '../noise.ts';
import type { Labels, MetricFamily, SampledSeries } from '../samples.ts';
import { KUBE_STATE_TARGET, loadBalancerHost } from './labels.ts';
import { claimName, constant, gauge } from './kubePods.ts';

const GIB = 2 ** 30;

/** Services that a load balancer of the cloud stands before. */
export const LOAD_BALANCERS = [
  { namespace: 'online-boutique', service: 'frontend-external', app: 'frontend' },
  { namespace: 'media', service: 'upload-gateway', app: 'upload-gateway' },
] as const;

/** What kube-state-metrics shows of everything but pods. */
export function* clusterFamilies(
  cluster: DemoCluster,
  pods: readonly DemoPod[],
  times: readonly TimeMs[],
): Generator<MetricFamily> {
  const whole = (labels: Labels, value = 1): SampledSeries =>
    constant({ ...KUBE_STATE_TARGET, ...labels }, times, value);
  yield* ownerFamilies(pods, times);
  yield gauge(
    'kube_node_info',
    NODES.map((node) => whole(nodeInfo(node))),
  );
  yield gauge(
    'kube_node_labels',
    NODES.map((node) => whole({ node: node.name, ...mangled('label', nodeLabels(node)) })),
  );
  yield gauge(
    'kube_node_status_capacity',
    NODES.flatMap((node) => nodeResources(node, 1).map(([labels, value]) => whole(labels, value))),
  );
  yield gauge(
    'kube_node_status_allocatable',
    NODES.flatMap((node) =>
      nodeResources(node, 0.96).map(([labels, value]) => whole(labels, value)),
    ),
  );
  const birth = Math.floor((cluster.scenario.start - 200 * DAY_MS) / SECOND_MS);
  yield gauge(
    'kube_namespace_created',
    NAMESPACES.map(({ name }) => whole({ namespace: name }, birth)),
  );
  yield gauge(
    'kube_namespace_labels',
    NAMESPACES.map(({ name, labels }) => whole({ namespace: name, ...mangled('label', labels) })),
  );
  yield gauge(
    'kube_namespace_annotations',
    NAMESPACES.map(({ name, owner }) =>
      whole({
        namespace: name,
        ...(owner === null ? {} : mangled('annotation', { [OWNER_ANNOTATION]: owner })),
      }),
    ),
  );
  yield gauge(
    'kube_resourcequota',
    NAMESPACES.flatMap(({ name, quota }) =>
      quota === null
        ? []
        : [
            whole({ ...quotaLabels(name), resource: 'requests.cpu', type: 'hard' }, quota.cpu),
            whole(
              { ...quotaLabels(name), resource: 'requests.memory', type: 'hard' },
              quota.ramGiB * GIB,
            ),
          ],
    ),
  );
  yield* claimFamilies(pods, whole);
  yield* serviceFamilies(whole);
}

/** The controllers between pods and workloads: ReplicaSets and Jobs. */
function* ownerFamilies(
  pods: readonly DemoPod[],
  times: readonly TimeMs[],
): Generator<MetricFamily> {
  const series = (kind: string, label: string): SampledSeries[] => {
    const owners = new Map<string, SampledSeries>();
    for (const pod of pods) {
      const { namespace } = pod.workload;
      if (pod.owner.kind !== kind) continue;
      const alive = times.filter((at) => at > pod.createdAt && at < pod.deletedAt);
      const key = `${namespace}/${pod.owner.name}`;
      const longest = owners.get(key);
      if (alive.length <= (longest?.times.length ?? 0)) continue;
      const labels = {
        ...KUBE_STATE_TARGET,
        namespace,
        [label]: pod.owner.name,
        owner_kind: pod.grandOwner?.kind ?? '',
        owner_name: pod.grandOwner?.name ?? '',
        owner_is_controller: pod.grandOwner === null ? '' : 'true',
      };
      owners.set(key, constant(labels, alive, 1));
    }
    return [...owners.values()];
  };
  yield gauge('kube_replicaset_owner', series('ReplicaSet', 'replicaset'));
  yield gauge('kube_job_owner', series('Job', 'job_name'));
}

function* claimFamilies(
  pods: readonly DemoPod[],
  whole: (labels: Labels, value?: number) => SampledSeries,
): Generator<MetricFamily> {
  const claims = pods.flatMap((pod) => {
    const { claim, namespace } = pod.workload;
    if (claim === undefined) return [];
    return [{ labels: { namespace, persistentvolumeclaim: claimName(pod) }, gib: claim.gib }];
  });
  yield gauge(
    'kube_persistentvolumeclaim_info',
    claims.map(({ labels }) =>
      whole({
        ...labels,
        storageclass: 'gp3',
        volumename: volumeName(labels),
        volumemode: 'Filesystem',
      }),
    ),
  );
  yield gauge(
    'kube_persistentvolumeclaim_resource_requests_storage_bytes',
    claims.map(({ labels, gib }) => whole(labels, gib * GIB)),
  );
  yield gauge(
    'kube_persistentvolumeclaim_status_phase',
    claims.map(({ labels }) => whole({ ...labels, phase: 'Bound' })),
  );
}

function* serviceFamilies(
  whole: (labels: Labels, value?: number) => SampledSeries,
): Generator<MetricFamily> {
  const services = LOAD_BALANCERS.map(({ namespace, service }) => {
    const seed = seedOf(`${namespace}/${service}`);
    return { namespace, service, uid: uuid(seed) };
  });
  yield gauge(
    'kube_service_info',
    services.map((labels, index) =>
      whole({
        ...labels,
        cluster_ip: `172.20.14.${20 + index}`,
        external_name: '',
        load_balancer_ip: '',
      }),
    ),
  );
  yield gauge(
    'kube_service_spec_type',
    services.map((labels) => whole({ ...labels, type: 'LoadBalancer' })),
  );
  yield gauge(
    'kube_service_status_load_balancer_ingress',
    services.map((labels) =>
      whole({ ...labels, ip: '', hostname: loadBalancerHost(seedOf(labels.uid)) }),
    ),
  );
}

function nodeInfo(node: DemoNode): Labels {
  return {
    node: node.name,
    internal_ip: node.ip,
    kernel_version: '6.1.115-126.197.amzn2023.x86_64',
    os_image: 'Amazon Linux 2023.6.20241121',
    container_runtime_version: 'containerd://1.7.23',
    kubelet_version: 'v1.31.2-eks-94953ac',
    provider_id: node.providerId,
  };
}

/** Resources with their units; what is allocatable is less than the capacity, GPUs excepted. */
function nodeResources(
  node: DemoNode,
  share: number,
): readonly (readonly [labels: Labels, value: number])[] {
  const { name, cpuCores, ramBytes, gpus } = node;
  return [
    [{ node: name, resource: 'cpu', unit: 'core' }, cpuCores * share],
    [{ node: name, resource: 'memory', unit: 'byte' }, Math.round(ramBytes * share)],
    [{ node: name, resource: 'pods', unit: 'integer' }, 58],
    ...(gpus === 0
      ? []
      : [[{ node: name, resource: 'nvidia_com_gpu', unit: 'integer' }, gpus] as const]),
  ];
}

function quotaLabels(namespace: string): Labels {
  return { namespace, resourcequota: 'compute' };
}

function volumeName(labels: Labels): string {
  return `pvc-${uuid(seedOf(Object.values(labels).join('/')))}`;
}

/** Labels and annotations as kube-state-metrics writes them: `a.b/c` becomes `label_a_b_c`. */
function mangled(prefix: string, labels: Labels): Labels {
  const entries = Object.entries(labels);
  return Object.fromEntries(
    entries.map(([name, value]) => [`${prefix}_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`, value]),
  );
}
