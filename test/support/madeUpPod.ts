import type { MetricStore, Sample } from './metricStore.ts';

/** What a made-up pod does; times are Unix seconds. */
export interface MadeUpPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly createdAt: number;
  /** Times of cAdvisor's and kube-state-metrics' samples. */
  readonly usageTimes: readonly number[];
  readonly kubeTimes: readonly number[];
  readonly cpuCores: number;
  /** cgroup path; of the pod's UID by default. */
  readonly cgroup?: string;
  /** Labels that a second scrape job or another cluster would add. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly phase?: string;
}

/** Adds the series of a pod with one container `app` that runs evenly on node `n1`. */
export function addPod(store: MetricStore, pod: MadeUpPod): void {
  const id = pod.cgroup ?? cgroupOf(pod.uid, 'c1');
  const used = { ...pod.labels, namespace: pod.namespace, pod: pod.name, container: 'app', id };
  const cpu = (seconds: number): number => (seconds - pod.createdAt) * pod.cpuCores;
  store.add(
    'container_cpu_usage_seconds_total',
    used,
    pod.usageTimes.map((at): Sample => [at, cpu(at)]),
  );
  store.add('container_memory_working_set_bytes', used, constant(pod.usageTimes, 1e8));
  addKube(store, pod);
}

/** The kube-state-metrics side of a pod alone. */
export function addKube(store: MetricStore, pod: MadeUpPod): void {
  const self = { ...pod.labels, namespace: pod.namespace, pod: pod.name, uid: pod.uid };
  const container = { ...self, container: 'app' };
  const gauge = (metric: string, labels: Record<string, string>, value: number): void =>
    store.add(metric, labels, constant(pod.kubeTimes, value));
  gauge(
    'kube_pod_info',
    { ...self, node: 'n1', created_by_kind: 'StatefulSet', created_by_name: pod.name },
    1,
  );
  gauge('kube_pod_created', self, pod.createdAt);
  gauge('kube_pod_status_phase', { ...self, phase: pod.phase ?? 'Running' }, 1);
  gauge('kube_pod_container_resource_requests', { ...container, resource: 'cpu' }, 1);
  gauge('kube_pod_container_status_running', container, pod.phase === undefined ? 1 : 0);
  gauge('kube_pod_container_info', { ...container, image: 'web:v1' }, 1);
}

/** The node that all made-up pods run on. */
export function addNode(store: MetricStore, times: readonly number[], labels = {}): void {
  store.add('kube_node_info', { ...labels, node: 'n1' }, constant(times, 1));
  store.add(
    'kube_node_status_capacity',
    { ...labels, node: 'n1', resource: 'cpu' },
    constant(times, 8),
  );
}

/** The same value at each time. */
export function constant(times: readonly number[], value: number): readonly Sample[] {
  return times.map((at) => [at, value]);
}

/** Every `step` seconds from `from` up to, but without, `to`. */
export function every(step: number, from: number, to: number): readonly number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
}

/** A container's cgroup, in the kubelet's systemd form. */
export function cgroupOf(uid: string, container: string): string {
  return `/kubepods.slice/kubepods-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${container}.scope`;
}
