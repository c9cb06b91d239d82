import { containerLifeAt, type DemoPod } from '../cluster/pods.ts';
import { SECOND_MS, type TimeMs } from '../../src/model/time.ts';
import type { Labels, MetricFamily, SampledSeries } from '../samples.ts';
import { containerName, imageId, KUBE_STATE_TARGET, podLabels } from './labels.ts';

/** A pod and the scrapes at which the API knew it. */
interface KnownPod {
  readonly pod: DemoPod;
  readonly times: readonly TimeMs[];
  readonly labels: Labels;
  /** The labels with the container's name. */
  readonly container: Labels;
}

/**
 * What kube-state-metrics 2 shows of pods, with its own labels. Of `kube_pod_status_phase` only the phase
 * that a pod is in: the four zeros beside it would make the store a fifth larger, and say nothing.
 */
export function* podFamilies(
  pods: readonly DemoPod[],
  times: readonly TimeMs[],
): Generator<MetricFamily> {
  const known = pods.map((pod) => knownPod(pod, times)).filter((one) => one.times.length > 0);
  const each = (series: (one: KnownPod) => readonly SampledSeries[]): readonly SampledSeries[] =>
    known.flatMap(series).filter((one) => one.times.length > 0);
  const always = (labels: (one: KnownPod) => Labels, value: (pod: DemoPod) => number = () => 1) =>
    each((one) => [constant(labels(one), one.times, value(one.pod))]);

  yield gauge(
    'kube_pod_info',
    always((one) => ({ ...one.labels, ...infoLabels(one.pod) })),
  );
  yield gauge(
    'kube_pod_owner',
    always(({ pod, labels }) => ({ ...labels, ...ownerLabels(pod.owner) })),
  );
  yield gauge(
    'kube_pod_created',
    always(
      ({ labels }) => labels,
      ({ createdAt }) => Math.floor(createdAt / SECOND_MS),
    ),
  );
  yield gauge('kube_pod_status_phase', each(phases));
  yield gauge(
    'kube_pod_container_info',
    always(({ pod, container }) => ({
      ...container,
      image: pod.image,
      image_spec: pod.image,
      image_id: imageId(pod.image, 1),
    })),
  );
  yield gauge(
    'kube_pod_container_resource_requests',
    each((one) => resources(one, 'requests')),
  );
  yield gauge(
    'kube_pod_container_resource_limits',
    each((one) => resources(one, 'limits')),
  );
  yield gauge(
    'kube_pod_container_status_running',
    each(({ pod, times, container }) => [
      { labels: container, times, values: times.map((at) => (at <= pod.endsAt ? 1 : 0)) },
    ]),
  );
  yield {
    ...gauge(
      'kube_pod_container_status_restarts_total',
      each(({ pod, times, container }) => [
        { labels: container, times, values: times.map((at) => containerLifeAt(pod, at).index) },
      ]),
    ),
    type: 'counter',
  };
  yield gauge('kube_pod_container_status_last_terminated_reason', each(oomKills));
  yield gauge('kube_pod_spec_volumes_persistentvolumeclaims_info', each(mounts));
}

function knownPod(pod: DemoPod, times: readonly TimeMs[]): KnownPod {
  const labels = { ...KUBE_STATE_TARGET, ...podLabels(pod) };
  return {
    pod,
    times: times.filter((at) => at > pod.createdAt && at < pod.deletedAt),
    labels,
    container: { ...labels, container: containerName(pod) },
  };
}

function infoLabels({ workload, node, ip, owner }: DemoPod): Labels {
  return {
    host_ip: node.ip,
    pod_ip: ip,
    node: node.name,
    created_by_kind: owner.kind,
    created_by_name: owner.name,
    priority_class: workload.namespace === 'kube-system' ? 'system-node-critical' : '',
    host_network: String(workload.hostNetwork ?? false),
  };
}

function ownerLabels({ kind, name }: DemoPod['owner']): Labels {
  return { owner_kind: kind, owner_name: name, owner_is_controller: 'true' };
}

function phases({ pod, times, labels }: KnownPod): readonly SampledSeries[] {
  const running = times.filter((at) => at <= pod.endsAt);
  const ended = times.filter((at) => at > pod.endsAt);
  return [
    constant({ ...labels, phase: 'Running' }, running, 1),
    constant({ ...labels, phase: 'Succeeded' }, ended, 1),
  ];
}

function resources(one: KnownPod, which: 'requests' | 'limits'): readonly SampledSeries[] {
  const { cpu, ramMiB, gpu } = one.pod.workload[which];
  const labels = { ...one.container, node: one.pod.node.name };
  const series = (resource: string, unit: string, value: number | undefined): SampledSeries[] =>
    value === undefined ? [] : [constant({ ...labels, resource, unit }, one.times, value)];
  return [
    ...series('cpu', 'core', cpu),
    ...series('memory', 'byte', ramMiB === undefined ? undefined : ramMiB * 2 ** 20),
    ...series('nvidia_com_gpu', 'integer', gpu),
  ];
}

/** Shown from the first kill on. */
function oomKills({ pod, times, container }: KnownPod): readonly SampledSeries[] {
  const after = times.filter((at) => containerLifeAt(pod, at).index > 0);
  return [constant({ ...container, reason: 'OOMKilled' }, after, 1)];
}

function mounts({ pod, times, labels }: KnownPod): readonly SampledSeries[] {
  const { claim } = pod.workload;
  if (claim === undefined) return [];
  const volume = { volume: claim.name, persistentvolumeclaim: claimName(pod) };
  return [constant({ ...labels, ...volume }, times, 1)];
}

/** A claim of a StatefulSet's template: `data-postgres-0`. */
export function claimName(pod: DemoPod): string {
  return `${pod.workload.claim?.name ?? 'data'}-${pod.name}`;
}

/** A series that always has the same value. */
export function constant(labels: Labels, times: readonly TimeMs[], value: number): SampledSeries {
  return { labels, times, values: times.map(() => value) };
}

export function gauge(name: string, series: readonly SampledSeries[]): MetricFamily {
  return { name, type: 'gauge', series };
}
