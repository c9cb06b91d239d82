import type {
  RawContainer,
  RawObject,
  RawPodSpec,
} from '../../../src/collect/kubernetes/rawObjects.ts';
import { autoscaler } from '../../../src/collect/kubernetes/objects/autoscalers.ts';
import { limitRanges, resourceQuota } from '../../../src/collect/kubernetes/objects/policies.ts';
import { parseQuantities, parseQuantity } from '../../../src/collect/kubernetes/quantity.ts';
import type { Labels, MetricFamily, SampledSeries, SampleSource } from '../../../demo/samples.ts';
import { cgroupOf } from '../madeUpPod.ts';

const SCRAPE_MS = 30_000;
/** Cores that each container uses; the miner takes all that it can get. */
const USED_CORES = 0.12;
const MINED_CORES = 3.9;

export interface MetricsOptions {
  /** `--metric-labels-allowlist` and `--metric-annotations-allowlist` with everything in them. */
  readonly allowLists?: boolean;
}

/**
 * What cAdvisor and kube-state-metrics, installed as kube-prometheus-stack does, show of a cluster of these
 * objects that never changes: neither labels nor annotations, so neither owners nor instance types.
 */
export function statedMetrics(
  objects: readonly RawObject[],
  options: MetricsOptions = {},
): SampleSource {
  return {
    families(start, end) {
      const times: number[] = [];
      for (let at = start; at < end; at += SCRAPE_MS) times.push(at);
      return familiesOf(objects, times, options.allowLists === true);
    },
  };
}

function* familiesOf(
  objects: readonly RawObject[],
  times: readonly number[],
  allowLists: boolean,
): Generator<MetricFamily> {
  const families = new Map<string, SampledSeries[]>();
  const add = (
    name: string,
    labels: Labels,
    value: number | ((at: number) => number) = 1,
  ): void => {
    const values = times.map((at) => (typeof value === 'number' ? value : value(at)));
    const list = families.get(name);
    if (list === undefined) families.set(name, [{ labels, times, values }]);
    else list.push({ labels, times, values });
  };
  for (const object of objects) describe(object, add, allowLists);
  for (const [name, series] of families) {
    yield { name, type: name.endsWith('_total') ? 'counter' : 'gauge', series };
  }
}

type Add = (name: string, labels: Labels, value?: number | ((at: number) => number)) => void;

function describe(object: RawObject, add: Add, allowLists: boolean): void {
  const { kind, metadata = {} } = object;
  const { name = '', namespace = '', labels = {}, annotations = {} } = metadata;
  const born = Date.parse(metadata.creationTimestamp ?? '') / 1000;
  const mangle = (prefix: string, pairs: Labels): Labels =>
    allowLists
      ? Object.fromEntries(
          Object.entries(pairs).map(([key, value]) => [
            `${prefix}_${key.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`,
            value,
          ]),
        )
      : {};
  switch (kind) {
    case 'Pod':
      add('kube_pod_labels', { ...podLabels(object), ...mangle('label', labels) });
      return describePod(object, add, born);
    case 'Node':
      add('kube_node_labels', { node: name, ...mangle('label', labels) });
      return describeNode(object, add);
    case 'Namespace':
      add('kube_namespace_created', { namespace: name }, born);
      add('kube_namespace_labels', { namespace: name, ...mangle('label', labels) });
      if (allowLists) {
        add('kube_namespace_annotations', {
          namespace: name,
          ...mangle('annotation', annotations),
        });
      }
      return undefined;
    case 'ReplicaSet':
      return add('kube_replicaset_owner', { namespace, replicaset: name, ...ownerLabels(object) });
    case 'Job':
      return add('kube_job_owner', { namespace, job_name: name, ...ownerLabels(object) });
    case 'PersistentVolumeClaim':
      return describeClaim(object, add);
    case 'HorizontalPodAutoscaler':
      return describeAutoscaler(object, add);
    case 'ResourceQuota':
      return describeQuota(object, add);
    case 'LimitRange':
      return describeLimitRange(object, add);
  }
  return undefined;
}

function podLabels({ metadata = {} }: RawObject): Labels {
  const { namespace = '', name = '', uid = '' } = metadata;
  return { namespace, pod: name, uid };
}

function ownerLabels({ metadata }: RawObject): Labels {
  const owner = metadata?.ownerReferences?.[0];
  return {
    owner_kind: owner?.kind ?? '',
    owner_name: owner?.name ?? '',
    owner_is_controller: owner === undefined ? '' : 'true',
  };
}

function describePod(object: RawObject, add: Add, born: number): void {
  const spec = (object.spec ?? {}) as RawPodSpec;
  const self = podLabels(object);
  const owner = ownerLabels(object);
  add('kube_pod_info', {
    ...self,
    node: spec.nodeName ?? '',
    host_network: String(spec.hostNetwork ?? false),
    created_by_kind: owner['owner_kind'] ?? '',
    created_by_name: owner['owner_name'] ?? '',
  });
  add('kube_pod_owner', { ...self, ...owner });
  add('kube_pod_created', self, born);
  add('kube_pod_status_phase', { ...self, phase: 'Running' });
  for (const volume of spec.volumes ?? []) {
    const persistentvolumeclaim = volume.persistentVolumeClaim?.claimName ?? '';
    add('kube_pod_spec_volumes_persistentvolumeclaims_info', { ...self, persistentvolumeclaim });
  }
  for (const container of spec.containers ?? [])
    describeContainer(object, container, null, add, born);
  for (const container of spec.initContainers ?? []) {
    describeContainer(object, container, container.restartPolicy ?? '', add, born);
  }
}

/** @param init the restart policy of an init container; null for a main one. */
function describeContainer(
  object: RawObject,
  container: RawContainer,
  init: string | null,
  add: Add,
  born: number,
): void {
  const self = { ...podLabels(object), container: container.name ?? '' };
  const prefix = init === null ? 'kube_pod_container' : 'kube_pod_init_container';
  const image = container.image ?? '';
  add(`${prefix}_info`, {
    ...self,
    image,
    image_spec: image,
    ...(init !== null && { restart_policy: init }),
  });
  for (const side of ['requests', 'limits'] as const) {
    for (const [resource, value] of Object.entries(parseQuantities(container.resources?.[side]))) {
      add(`${prefix}_resource_${side}`, { ...self, resource }, value);
    }
  }
  const runs = init === null || init === 'Always';
  if (!runs) return;
  const { namespace, pod, uid } = podLabels(object);
  const id = cgroupOf(uid ?? '', self.container);
  const cgroup = { namespace: namespace ?? '', pod: pod ?? '', container: self.container, id };
  const cores = container.args?.includes('--donate-level') === true ? MINED_CORES : USED_CORES;
  if (init === null) {
    add('kube_pod_container_status_running', self);
    add('kube_pod_container_status_restarts_total', self, 0);
  }
  add('container_cpu_usage_seconds_total', cgroup, (at) => (at / 1000 - born) * cores);
  add('container_memory_working_set_bytes', cgroup, 200 * 2 ** 20);
  add('container_fs_writes_bytes_total', cgroup, (at) => (at / 1000 - born) * 100);
}

function describeNode({ metadata, spec, status }: RawObject, add: Add): void {
  const node = metadata?.name ?? '';
  const { providerID = '' } = (spec ?? {}) as { readonly providerID?: string };
  add('kube_node_info', { node, provider_id: providerID });
  for (const side of ['capacity', 'allocatable'] as const) {
    for (const [resource, value] of Object.entries(parseQuantities(status?.[side]))) {
      add(`kube_node_status_${side}`, { node, resource }, value);
    }
  }
}

function describeClaim({ metadata = {}, spec }: RawObject, add: Add): void {
  const claim = { namespace: metadata.namespace ?? '', persistentvolumeclaim: metadata.name ?? '' };
  const {
    storageClassName = '',
    volumeName = '',
    resources,
  } = (spec ?? {}) as {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly resources?: { readonly requests?: { readonly storage?: string } };
  };
  add('kube_persistentvolumeclaim_info', {
    ...claim,
    storageclass: storageClassName,
    volumename: volumeName,
  });
  const bytes = parseQuantity(resources?.requests?.storage) ?? 0;
  add('kube_persistentvolumeclaim_resource_requests_storage_bytes', claim, bytes);
  add('kube_persistentvolumeclaim_status_phase', { ...claim, phase: 'Bound' });
}

function describeAutoscaler(object: RawObject, add: Add): void {
  const { namespace, name, target, ...numbers } = autoscaler(object);
  const self = { namespace, horizontalpodautoscaler: name };
  const prefix = 'kube_horizontalpodautoscaler';
  add(`${prefix}_info`, {
    ...self,
    scaletargetref_kind: target.kind,
    scaletargetref_name: target.name,
  });
  add(`${prefix}_spec_min_replicas`, self, numbers.minReplicas ?? 1);
  add(`${prefix}_spec_max_replicas`, self, numbers.maxReplicas ?? 0);
  add(`${prefix}_status_current_replicas`, self, numbers.currentReplicas ?? 0);
  for (const { resource, container, percent } of numbers.targets) {
    const metric = { metric_name: resource, metric_target_type: 'utilization' };
    const of = container === null ? {} : { container };
    add(`${prefix}_spec_target_metric`, { ...self, ...metric, ...of }, percent);
  }
}

function describeQuota(object: RawObject, add: Add): void {
  const { namespace, name, hard, used } = resourceQuota(object);
  for (const [type, amounts] of Object.entries({ hard, used }))
    for (const [resource, value] of Object.entries(amounts))
      add('kube_resourcequota', { namespace, resourcequota: name, resource, type }, value);
}

function describeLimitRange(object: RawObject, add: Add): void {
  for (const { namespace, name, defaultLimit, defaultRequest, min, max } of limitRanges(object))
    for (const [constraint, amounts] of Object.entries({
      default: defaultLimit,
      defaultRequest,
      min,
      max,
    }))
      for (const [resource, value] of Object.entries(amounts))
        add(
          'kube_limitrange',
          { namespace, limitrange: name, resource, type: 'Container', constraint },
          value,
        );
}
