import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/runCommand.ts';
import type { CostReport, CostReportRow } from '../../src/cost/report/costReport.ts';
import { startPrometheus } from '../../demo/prometheusServer.ts';
import type { PrometheusServer } from '../../demo/prometheusServer.ts';
import { cgroupOf, constant, every } from '../support/madeUpPod.ts';
import { createMetricStore } from '../support/metricStore.ts';
import type { MetricStore, Sample } from '../support/metricStore.ts';

/**
 * The cluster that `src/cost/handWorked.test.ts` works out by hand, this time as samples in a real Prometheus,
 * through `backfill` and `costs` as a user runs them. Every figure is derived there; the table of prices:
 *
 *   big   4 cores, 16 GiB         0.24 (config)       0.006 a GiB  0.036 a core
 *   spot  8 cores, 32 GiB         0.24 (list, spot)   0.003        0.018
 *   gpu   8 cores, 32 GiB, 1 GPU  1.68 (exporter)     0.006        0.036         1.2 the GPU
 */
/** An hour lately: the store is asked what it holds as of now. */
const T = Math.floor(Date.now() / 3_600_000) * 3_600 - 4 * 3_600;
const HOUR = 3_600;
const GIB = 1024 ** 3;
const always = every(60, T - 1_200 + 17, T + HOUR + 1_200);
/** Seven minutes from a quarter past: five samples in one window, two in the next. */
const sevenMinutes = every(60, T + 900 + 17, T + 900 + 7 * 60);
/** The finished job's object is seen for some minutes; kube-state-metrics knows its times in whole seconds. */
const finished = every(60, T + 900 + 7 * 60 + 17, T + 900 + 12 * 60);
/** A completion time stands for the middle of its second. */
const JOB_HOURS = (7 * 60 + 0.5) / 3600;

let store: MetricStore;
let server: PrometheusServer;
let folder: string;
let config: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burnwatch-cost-'));
  store = await createMetricStore();
  addNodes();
  addPods();
  await store.build();
  server = await startPrometheus({ dataDir: store.folder });
  const list = join(folder, 'prices.csv');
  await writeFile(list, 'InstanceType,Price,SpotPrice,Region\nm9.2xlarge,0.96,0.24,eu-west-1\n');
  config = join(folder, 'burnwatch.yaml');
  await writeFile(
    config,
    `cluster: hand
prometheus: { url: ${server.url} }
workloads: { source: prometheus }
history: { path: ${join(folder, 'history.db')} }
pricing:
  cpuCoreHour: 0.03
  ramGiBHour: 0.005
  gpuHour: 1
  storageGiBHour: 0.0001
  nodes: [{ match: { pool: big }, hourly: 0.24 }]
  priceList: { source: ${list} }
  shared: { namespaces: [kube-system], split: evenly }
`,
  );
});
afterAll(async () => {
  await server.stop();
  await store.remove();
  await rm(folder, { recursive: true, force: true });
});

function gauge(
  metric: string,
  labels: Readonly<Record<string, string>>,
  value: number,
  times = always,
): void {
  store.add(metric, labels, constant(times, value));
}

function addNodes(): void {
  const nodes = { big: [4, 16, 0], spot: [8, 32, 0], gpu: [8, 32, 1] } as const;
  for (const [node, [cores, gib, gpus]] of Object.entries(nodes)) {
    gauge('kube_node_info', { node, provider_id: `aws:///z/i-${node}` }, 1);
    gauge('kube_node_status_capacity', { node, resource: 'cpu' }, cores);
    gauge('kube_node_status_capacity', { node, resource: 'memory' }, gib * GIB);
    if (gpus > 0) gauge('kube_node_status_capacity', { node, resource: 'nvidia_com_gpu' }, gpus);
  }
  gauge('kube_node_labels', { node: 'big', label_pool: 'big' }, 1);
  const spot = {
    label_node_kubernetes_io_instance_type: 'm9.2xlarge',
    label_topology_kubernetes_io_region: 'eu-west-1',
    label_karpenter_sh_capacity_type: 'spot',
  };
  gauge('kube_node_labels', { node: 'spot', ...spot }, 1);
  gauge('node_total_hourly_cost', { node: 'gpu', instance_type: 'g9' }, 1.68);
}

let uids = 0;

/** `cpu` and `gib` are [request, usage]. */
function addPod(
  namespace: string,
  pod: string,
  node: string,
  amounts: { readonly cpu: readonly number[]; readonly gib: readonly number[]; gpu?: number },
  times = always,
): void {
  uids += 1;
  const uid = `0000000${uids}-0000-4000-8000-000000000000`;
  const self = { namespace, pod, uid };
  const container = { ...self, container: 'app' };
  const [cpuRequest = 0, cpuUsage = 0] = amounts.cpu;
  const [gibRequest = 0, gibUsage = 0] = amounts.gib;
  const used = { namespace, pod, container: 'app', id: cgroupOf(uid, 'c1') };
  const born = (times[0] ?? 0) - 17;
  const counter = times.map((at): Sample => [at, (at - born) * cpuUsage]);
  store.add('container_cpu_usage_seconds_total', used, counter);
  gauge('container_memory_working_set_bytes', used, gibUsage * GIB, times);
  const owner = { created_by_kind: 'StatefulSet', created_by_name: pod };
  gauge('kube_pod_info', { ...self, node, ...owner }, 1, times);
  gauge('kube_pod_created', self, born, times);
  gauge('kube_pod_status_phase', { ...self, phase: 'Running' }, 1, times);
  gauge('kube_pod_container_info', { ...container, image: 'x:1' }, 1, times);
  gauge('kube_pod_container_status_running', container, 1, times);
  const request = (resource: string, value: number): void =>
    gauge('kube_pod_container_resource_requests', { ...container, node, resource }, value, times);
  request('cpu', cpuRequest);
  request('memory', gibRequest * GIB);
  if (amounts.gpu !== undefined) {
    request('nvidia_com_gpu', amounts.gpu);
    gauge('DCGM_FI_DEV_GPU_UTIL', { namespace, pod, container: 'app', gpu: '0' }, 60, times);
  }
  if (namespace === 'shop') {
    const claim = { ...self, volume: 'data', persistentvolumeclaim: 'data' };
    gauge('kube_pod_spec_volumes_persistentvolumeclaims_info', claim, 1, times);
  }
}

function addPods(): void {
  addPod('batch', 'job', 'spot', { cpu: [2, 1], gib: [4, 2] }, sevenMinutes);
  const job = { namespace: 'batch', pod: 'job', uid: `0000000${uids}-0000-4000-8000-000000000000` };
  gauge('kube_pod_status_scheduled_time', job, T + 900, [...sevenMinutes, ...finished]);
  gauge('kube_pod_info', { ...job, node: 'spot' }, 1, finished);
  gauge('kube_pod_status_phase', { ...job, phase: 'Succeeded' }, 1, finished);
  gauge('kube_pod_completion_time', job, T + 900 + 7 * 60, finished);
  addPod('kube-system', 'dns', 'big', { cpu: [0.1, 0.05], gib: [0.5, 0.25] });
  addPod('ml', 'train', 'gpu', { cpu: [4, 3], gib: [16, 20], gpu: 1 });
  addPod('shop', 'api', 'big', { cpu: [0.5, 1.5], gib: [1, 3] });
  addPod('shop', 'web', 'big', { cpu: [1, 0.25], gib: [2, 1] });
  const claim = { namespace: 'shop', persistentvolumeclaim: 'data' };
  const bytes = 'kube_persistentvolumeclaim_resource_requests_storage_bytes';
  gauge(bytes, claim, 120 * GIB);
  gauge('kube_persistentvolumeclaim_info', { ...claim, storageclass: 'gp3', volumename: 'pv' }, 1);
  gauge('kube_persistentvolumeclaim_status_phase', { ...claim, phase: 'Bound' }, 1);
}

async function run(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await runCommand(
    [...args, '--config', config],
    () => (T + HOUR + 1_200) * 1_000,
  );
  if (code !== 0) throw new Error(`burnwatch ${args.join(' ')} exited with ${code}: ${err}`);
  return out;
}

const SPAN = ['--from', String(T), '--to', String(T + HOUR)];

async function costs(...args: readonly string[]): Promise<CostReport> {
  return JSON.parse(await run('costs', ...SPAN, '-o', 'json', ...args)) as CostReport;
}

function expectRow(report: CostReport, key: string, expected: Partial<CostReportRow>): void {
  const row = report.rows.find((each) => each.key === key);
  for (const [field, value] of Object.entries(expected)) {
    expect(row?.[field as 'cpuCost'], `${key} ${field}`).toBeCloseTo(value as number, 8);
  }
}

describe('the hand-worked cluster, from Prometheus to the table', () => {
  it('is backfilled and met figure by figure', async () => {
    await run('backfill', ...SPAN, '--no-notify');
    const pods = await costs('--by', 'pod');
    // The shared namespace costs 0.0066; the four other pods carry 0.00165 each.
    expectRow(pods, 'shop/web', { cpuCost: 0.036, ramCost: 0.012, storageCost: 0.006 });
    expectRow(pods, 'shop/api', { cpuCost: 0.054, ramCost: 0.018, storageCost: 0.006 });
    expectRow(pods, 'batch/job', {
      cpuCost: 2 * JOB_HOURS * 0.018,
      ramCost: 4 * JOB_HOURS * 0.003,
      cpuCoreHours: 2 * JOB_HOURS,
    });
    expectRow(pods, 'ml/train', { cpuCost: 0.144, ramCost: 0.12, gpuCost: 1.2 });
    expectRow(pods, 'ml/train', { sharedCost: 0.00165, gpuEfficiency: 0.6 });

    const report = await costs();
    expect(report.rows.map((row) => row.key)).toEqual(['ml', 'shop', 'batch']);
    expectRow(report, 'shop', { sharedCost: 0.0022, totalCost: 0.1342 });
    expectRow(report, 'shop', { cpuEfficiency: 7 / 6, ramEfficiency: 4 / 3 });
    expectRow(report, 'batch', { totalCost: JOB_HOURS * (0.036 + 0.012) + 0.0022 });
    expectRow(report, 'ml', { totalCost: 1.4662, efficiency: 0.978 / 1.464 });
    expect(report.idle.cpuCost).toBeCloseTo(0.3384 - JOB_HOURS * 0.036, 8);
    expect(report.idle.ramCost).toBeCloseTo(0.231 - JOB_HOURS * 0.012, 8);
    expect(report.idle.gpuCost).toBeCloseTo(0, 8);
    expect(report.nodesCost).toBeCloseTo(2.16, 8);
    expect(report.totalCost).toBeCloseTo(2.172, 8);
    expect(report.coverage).toBe(1);
  });

  it('prices say which source it was', async () => {
    const out = await run('prices', '--recorded');
    expect(out).toMatch(/^big .* 0\.2400 +100% +config +pricing\.nodes\[0\] matches pool=big/m);
    expect(out).toMatch(/^gpu .* 1\.68 +90% +exporter +node_total_hourly_cost in Prometheus/m);
    expect(out).toMatch(/^spot +m9\.2xlarge +eu-west-1 +spot +0\.2400 +100% +price-list/m);
  });
});
