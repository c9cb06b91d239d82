import { ARCHETYPES } from '../detection/honest/archetypes.ts';
import { honestCase } from '../detection/honest/honestCase.ts';
import { steady } from '../detection/miners/miner.ts';
import { minerCase, PLAIN, type Host } from '../detection/miners/minerCase.ts';
import { snapshotAt } from '../detection/play.ts';
import { WINDOW_MS } from '../detection/workload.ts';
import type { World } from '../detection/worlds.ts';
import type { ContainerSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import type { Sample } from '../../test/support/metricStore.ts';

/** A Tuesday morning: what workloads do depends on the hour, and must not on when the test runs. */
export const START = Date.UTC(2026, 9, 6, 9);
const HOURS = 4;
export const WINDOWS = Array.from({ length: (HOURS * HOUR_MS) / WINDOW_MS }, (_, index) => ({
  start: START + index * WINDOW_MS,
  end: START + (index + 1) * WINDOW_MS,
}));

/** A series as a store keeps it. */
export interface WorldSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly Sample[];
}

/** The world at the snapshot port, window by window. */
export function worldSnapshots(): readonly Snapshot[] {
  const world = aWorld();
  return WINDOWS.map(({ start }) => snapshotAt(world, start));
}

/** Honest services, and miners at half and at all of their limit, from the first minute and later. */
function aWorld(): World {
  const span = [START, START + HOURS * HOUR_MS] as const;
  const honest = ['web', 'costly-api', 'log-shipper', 'idle', 'busy-from-the-start'].map(
    (name, index) =>
      honestCase(
        ARCHETYPES.find((one) => one.name === name)!,
        40 + index,
        `h-${name}`,
        span,
      ),
  );
  const host: Host = {
    shape: {
      kind: 'Deployment',
      name: 'host',
      container: 'main',
      image: 'registry.example.com/host:v1',
      limit: 1,
      request: 0.2,
      ramLimit: 2 ** 31,
    },
    service: 'host',
    source: 'simulated',
    replicas: 1,
    flow: () => ({
      cores: 0.05,
      rx: 3_000,
      tx: 5_000,
      diskRead: 0,
      diskWrite: 200,
      ram: 2e8,
    }),
  };
  const forms = ['deployment', 'daemonset', 'bare-swarm', 'deployment'] as const;
  const miners = forms.map((form, index) =>
    minerCase(
      {
        shapeName: 'steady',
        style: { ...PLAIN, power: steady },
        share: index === 3 ? 0.5 : 1,
        how: 'deployed',
        form,
        withSpec: false,
      },
      host,
      START + index * 30 * MINUTE_MS,
      `m-${index}`,
      900 + index,
    ),
  );
  const [from, to] = span;
  return {
    name: 'real',
    split: 'tuning',
    from,
    to,
    cases: [...honest, ...miners],
    scoredFrom: from,
  };
}

/** The same as a kubelet and kube-state-metrics export it; counters grow by what each window came to. */
export function worldSeries(
  snapshots: readonly Snapshot[],
  stepSeconds = 60,
): readonly WorldSeries[] {
  const series = new Map<
    string,
    { metric: string; labels: Record<string, string>; samples: Sample[] }
  >();
  const totals = new Map<string, number>();
  const put = (metric: string, labels: Record<string, string>, at: number, value: number): void => {
    const key = `${metric}${JSON.stringify(labels)}`;
    const one = series.get(key) ?? { metric, labels, samples: [] };
    series.set(key, one);
    one.samples.push([at, value]);
  };
  const count = (metric: string, labels: Record<string, string>, at: number, by: number): void => {
    const key = `${metric}${JSON.stringify(labels)}`;
    const total = (totals.get(key) ?? 0) + by;
    totals.set(key, total);
    put(metric, labels, at, total);
  };
  for (const { window, pods, nodes } of snapshots)
    for (let into = stepSeconds / 2; into < WINDOW_MS / 1000; into += stepSeconds) {
      const at = window.start / 1000 + into;
      for (const { name, cpuCores, ramBytes } of nodes) {
        put('kube_node_info', { node: name }, at, 1);
        put('kube_node_status_capacity', { node: name, resource: 'cpu' }, at, cpuCores ?? 0);
        put('kube_node_status_capacity', { node: name, resource: 'memory' }, at, ramBytes ?? 0);
        put('kube_node_status_allocatable', { node: name, resource: 'cpu' }, at, cpuCores ?? 0);
        put('kube_node_status_allocatable', { node: name, resource: 'memory' }, at, ramBytes ?? 0);
      }
      for (const pod of pods) {
        exportPod(pod, at, put, count, stepSeconds);
        for (const container of pod.containers)
          exportContainer(pod, container, at, put, count, stepSeconds);
      }
    }
  return [...series.values()];
}

type Put = (metric: string, labels: Record<string, string>, at: number, value: number) => void;

function exportPod(pod: PodSample, at: number, put: Put, count: Put, step: number): void {
  const { namespace, name, workload } = pod;
  const self = { namespace, pod: name, uid: uidOf(pod) };
  const node = pod.node ?? '';
  put('kube_pod_info', { ...self, node, host_network: 'false' }, at, 1);
  put('kube_pod_created', self, at, (pod.createdAt ?? 0) / 1000);
  put('kube_pod_status_scheduled_time', self, at, (pod.createdAt ?? 0) / 1000);
  put('kube_pod_status_phase', { ...self, phase: 'Running' }, at, 1);
  if (workload.kind !== 'Pod') {
    const isSet = workload.kind === 'Deployment';
    const owner = isSet ? `${workload.name}-7d4b9c5f6` : workload.name;
    const kind = isSet ? 'ReplicaSet' : workload.kind;
    put('kube_pod_owner', { ...self, owner_kind: kind, owner_name: owner }, at, 1);
    if (isSet) {
      const set = { namespace, replicaset: owner };
      const above = { owner_kind: 'Deployment', owner_name: workload.name };
      put('kube_replicaset_owner', { ...set, ...above }, at, 1);
    }
  } else put('kube_pod_owner', { ...self, owner_kind: '', owner_name: '' }, at, 1);
  const id = `/kubepods/burstable/pod${uidOf(pod)}`;
  const network = { namespace, pod: name, id, interface: 'eth0' };
  const rx = (pod.networkReceiveBytesPerSecond ?? 0) * step;
  const tx = (pod.networkTransmitBytesPerSecond ?? 0) * step;
  count('container_network_receive_bytes_total', network, at, rx);
  count('container_network_transmit_bytes_total', network, at, tx);
}

function exportContainer(
  pod: PodSample,
  container: ContainerSample,
  at: number,
  put: Put,
  count: Put,
  step: number,
): void {
  const { namespace, name } = pod;
  const here = { namespace, pod: name, container: container.name };
  const uid = uidOf(pod);
  const used = { ...here, id: `/kubepods/burstable/pod${uid}/${container.name}` };
  count('container_cpu_usage_seconds_total', used, at, (container.cpuUsageCores ?? 0) * step);
  count('container_fs_reads_bytes_total', used, at, (container.diskReadBytesPerSecond ?? 0) * step);
  count(
    'container_fs_writes_bytes_total',
    used,
    at,
    (container.diskWriteBytesPerSecond ?? 0) * step,
  );
  put('container_start_time_seconds', used, at, (pod.createdAt ?? 0) / 1000);
  put('container_memory_working_set_bytes', used, at, container.ramUsageBytes ?? 0);
  count('container_cpu_cfs_periods_total', used, at, 10 * step);
  const throttled = Math.round(10 * step * (container.throttledShare ?? 0));
  count('container_cpu_cfs_throttled_periods_total', used, at, throttled);
  const known = { ...here, uid };
  put('kube_pod_container_info', { ...known, image: container.image ?? '' }, at, 1);
  put('kube_pod_container_status_running', known, at, 1);
  put('kube_pod_container_status_restarts_total', known, at, 0);
  const node = pod.node ?? '';
  const cpu = { ...known, node, resource: 'cpu', unit: 'core' };
  const { cpuRequestCores: request, cpuLimitCores: limit } = container;
  if (request !== null) put('kube_pod_container_resource_requests', cpu, at, request);
  if (limit !== null) put('kube_pod_container_resource_limits', cpu, at, limit);
}

const uids = new Map<string, string>();

function uidOf({ uid }: PodSample): string {
  const known = uids.get(uid) ?? `00000000-0000-4000-8000-${String(uids.size).padStart(12, '0')}`;
  uids.set(uid, known);
  return known;
}
