import { afterAll, beforeAll, expect, it } from 'vitest';
import { ARCHETYPES } from '../../bench/detection/honest/archetypes.ts';
import { honestCase } from '../../bench/detection/honest/honestCase.ts';
import { steady } from '../../bench/detection/miners/miner.ts';
import { minerCase, PLAIN, type Host } from '../../bench/detection/miners/minerCase.ts';
import { snapshotAt } from '../../bench/detection/play.ts';
import { evaluationSettings } from '../../bench/detection/settings.ts';
import { WINDOW_MS } from '../../bench/detection/workload.ts';
import type { World } from '../../bench/detection/worlds.ts';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { runWindow } from '../../src/cycle/runWindow.ts';
import { emptyState, WorkingState } from '../../src/store/cycleState.ts';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import type { ContainerSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { createMetricStore, type MetricStore, type Sample } from '../support/metricStore.ts';

/**
 * The evaluation plays worlds at the snapshot port. Here one of them goes the whole way once: as samples of
 * a scrape a minute in a real Prometheus, through the collector, and it must come to the same verdicts.
 */
/** A Tuesday morning: what workloads do depends on the hour, and must not on when the test runs. */
const START = Date.UTC(2026, 9, 6, 9);
const HOURS = 4;
const windows = Array.from({ length: (HOURS * HOUR_MS) / WINDOW_MS }, (_, index) => ({
  start: START + index * WINDOW_MS,
  end: START + (index + 1) * WINDOW_MS,
}));
let store: MetricStore;
let server: PrometheusServer;
let direct: readonly Snapshot[];

beforeAll(async () => {
  const world = aWorld();
  direct = windows.map(({ start }) => snapshotAt(world, start));
  store = await createMetricStore();
  exportSnapshots(direct);
  await store.build();
  server = await startPrometheus({ dataDir: store.folder });
});
afterAll(async () => {
  await server.stop();
  await store.remove();
});

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

/** A scrape every minute, half a minute past; counters grow by what each window came to. */
function exportSnapshots(snapshots: readonly Snapshot[]): void {
  const series = new Map<string, { labels: Record<string, string>; samples: Sample[] }>();
  const totals = new Map<string, number>();
  const put = (metric: string, labels: Record<string, string>, at: number, value: number): void => {
    const key = `${metric}${JSON.stringify(labels)}`;
    const one = series.get(key) ?? { labels, samples: [] };
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
    for (let minute = 0; minute < 5; minute++) {
      const at = (window.start + minute * MINUTE_MS) / 1000 + 30;
      for (const { name, cpuCores, ramBytes } of nodes) {
        put('kube_node_info', { node: name }, at, 1);
        put('kube_node_status_capacity', { node: name, resource: 'cpu' }, at, cpuCores ?? 0);
        put('kube_node_status_capacity', { node: name, resource: 'memory' }, at, ramBytes ?? 0);
      }
      for (const pod of pods) {
        exportPod(pod, at, put, count);
        for (const container of pod.containers) exportContainer(pod, container, at, put, count);
      }
    }
  for (const [key, { labels, samples }] of series)
    store.add(key.slice(0, key.indexOf('{')), labels, samples);
}

type Put = (metric: string, labels: Record<string, string>, at: number, value: number) => void;

function exportPod(pod: PodSample, at: number, put: Put, count: Put): void {
  const { namespace, name, workload } = pod;
  const self = { namespace, pod: name, uid: uidOf(pod) };
  const node = pod.node ?? '';
  put('kube_pod_info', { ...self, node, host_network: 'false' }, at, 1);
  put('kube_pod_created', self, at, (pod.createdAt ?? 0) / 1000);
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
  const rx = (pod.networkReceiveBytesPerSecond ?? 0) * 60;
  const tx = (pod.networkTransmitBytesPerSecond ?? 0) * 60;
  count('container_network_receive_bytes_total', network, at, rx);
  count('container_network_transmit_bytes_total', network, at, tx);
}

function exportContainer(
  pod: PodSample,
  container: ContainerSample,
  at: number,
  put: Put,
  count: Put,
): void {
  const { namespace, name } = pod;
  const here = { namespace, pod: name, container: container.name };
  const uid = uidOf(pod);
  const used = { ...here, id: `/kubepods/burstable/pod${uid}/${container.name}` };
  count('container_cpu_usage_seconds_total', used, at, (container.cpuUsageCores ?? 0) * 60);
  count('container_fs_reads_bytes_total', used, at, (container.diskReadBytesPerSecond ?? 0) * 60);
  count('container_fs_writes_bytes_total', used, at, (container.diskWriteBytesPerSecond ?? 0) * 60);
  put('container_memory_working_set_bytes', used, at, container.ramUsageBytes ?? 0);
  count('container_cpu_cfs_periods_total', used, at, 600);
  const throttled = Math.round(600 * (container.throttledShare ?? 0));
  count('container_cpu_cfs_throttled_periods_total', used, at, throttled);
  const known = { ...here, uid };
  put('kube_pod_container_info', { ...known, image: container.image ?? '' }, at, 1);
  put('kube_pod_container_status_running', known, at, 1);
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

/** What was said: when, how gravely, and of what. */
function verdictsOf(snapshots: readonly Snapshot[]): readonly string[] {
  const settings = evaluationSettings();
  const state = new WorkingState(emptyState());
  const said: string[] = [];
  for (const snapshot of snapshots) {
    const { change, events } = runWindow(snapshot, state, settings);
    state.apply(change);
    for (const { at, type, finding } of events) {
      const { scope, severity } = finding;
      const where = [scope.namespace, scope.workload?.kind, scope.workload?.name, scope.subject];
      const minutes = (at - START) / MINUTE_MS;
      said.push(`${minutes} ${type} ${severity} ${where.filter(Boolean).join('/')}`);
    }
  }
  return said;
}

it('a world comes to the same verdicts through a real Prometheus as at the snapshot port', async () => {
  const config = configSchema.parse({
    cluster: 'evaluation',
    prometheus: { url: server.url },
    workloads: { source: 'prometheus' },
  });
  const collector = await createCollector(config);
  try {
    const expected = {};
    const signal = new AbortController().signal;
    const collected: Snapshot[] = [];
    for (let at = 0; at < windows.length; at += 12)
      collected.push(...(await collector.collect(windows.slice(at, at + 12), expected, signal)));
    // Of the first window the start is not known, and of the last one the end: nothing was scraped after it.
    expect(collected.map(({ complete }) => complete).slice(1, -1)).not.toContain(false);
    const said = verdictsOf(collected);
    expect(said).toEqual(verdictsOf(direct));
    for (const miner of ['m-0', 'm-1', 'm-2', 'm-3'])
      expect(said.join('\n')).toContain(`opened warning ${miner}/`);
    expect(said.join('\n')).not.toContain(' h-');
  } finally {
    await collector.close();
  }
});
