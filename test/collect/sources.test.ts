import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import type { ExpectedSamples, Snapshot } from '../../src/model/snapshot.ts';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import { addPod, constant, every, type MadeUpPod } from '../support/madeUpPod.ts';
import { createMetricStore, type MetricStore, type Sample } from '../support/metricStore.ts';
import { runCommand } from '../support/runCommand.ts';
import { TempFolder } from '../support/tempFolder.ts';

/** Who exports a metric decides whether it is believed, on a real Prometheus. */
const T = 1_795_000_200;
const WINDOW = 300;
const whole = every(30, T - 900, T + 3600);
/** From the third window on, `metrics/probe` (an application that is scraped) forges what it can. */
const forged = every(30, T + 600, T + 3600);
/** In the seventh window the kubelets' job has another name. */
const RENAMED = T + 1800;
const closers: (() => Promise<void>)[] = [];
let server: PrometheusServer;

const PROBE = { job: 'metrics/probe', instance: '10.1.2.3:8080' };
const KUBE = { job: 'kube-state-metrics', instance: '10.0.0.9:8080' };

function pod(name: string, n: number): MadeUpPod {
  return {
    namespace: 'shop',
    name,
    uid: `0000000${n}-2222-4000-8000-000000000000`,
    createdAt: T - 50_000,
    usageTimes: [],
    kubeTimes: whole,
    cpuCores: 0.25,
    labels: KUBE,
  };
}

function use(store: MetricStore, one: MadeUpPod, job: string, times: readonly number[]): void {
  const labels = { job, namespace: one.namespace, pod: one.name, container: 'app' };
  const id = `/kubepods/pod${one.uid}/c1`;
  const cpu = times.map((at): Sample => [at, (at - one.createdAt) * one.cpuCores]);
  store.add('container_cpu_usage_seconds_total', { ...labels, id }, cpu);
  store.add('container_memory_working_set_bytes', { ...labels, id }, constant(times, 1e8));
}

function addCluster(store: MetricStore): void {
  store.add('kube_node_info', { ...KUBE, node: 'n1' }, constant(whole, 1));
  for (const [resource, value] of [
    ['cpu', 8],
    ['memory', 2 ** 35],
  ] as const)
    store.add(
      'kube_node_status_capacity',
      { ...KUBE, node: 'n1', resource },
      constant(whole, value),
    );
  // Others have families that begin alike, and one that is read.
  store.add(
    'kube_apiserver_pod_logs_backend_tls_failure_total',
    { job: 'apiserver' },
    constant(whole, 0),
  );
  const requests = { job: 'apiserver', instance: '10.0.0.1:443', namespace: 'default' };
  const grown = whole.map((at): Sample => [at, (at - T + 900) * 5]);
  store.add('apiserver_request_total', { ...requests, code: '200', verb: 'GET' }, grown);
  store.add('up', requests, constant(whole, 1));
  store.add('apiserver_request_total', { job: 'kube-system/metrics-server', code: '200' }, grown);
  const ours = { namespace: 'shop', pod: 'web-1', node: 'n1', resource: 'cpu' };
  store.add('kube_pod_resource_request', { job: 'kube-scheduler', ...ours }, constant(whole, 1));
  for (const n of [1, 2, 3, 4]) {
    const one = pod(`web-${n}`, n);
    addPod(store, one);
    const before = whole.filter((at) => at <= RENAMED);
    use(store, one, 'kubelet', before);
    use(
      store,
      one,
      'node-agent',
      whole.filter((at) => at > RENAMED),
    );
  }
}

/** What a pod can export about others when it is scraped with labels of its own. */
function addForgeries(store: MetricStore): void {
  const victim = { ...PROBE, namespace: 'shop', pod: 'web-1' };
  const flat = (metric: string, labels: Record<string, string>, value: number): void =>
    store.add(metric, labels, constant(forged, value));
  const grow = (metric: string, labels: Record<string, string>, rate: number): void =>
    store.add(
      metric,
      labels,
      forged.map((at): Sample => [at, (at - T) * rate]),
    );
  grow('apiserver_request_total', { ...PROBE, code: '500', verb: 'LIST' }, 1000);
  flat('etcd_mvcc_db_total_size_in_bytes', PROBE, 99);
  flat('etcd_server_quota_backend_bytes', PROBE, 100);
  flat('workqueue_depth', { ...PROBE, name: 'deployment' }, 1e6);
  flat('up', { job: 'kube-scheduler', instance: '10.1.2.3:1', namespace: 'shop' }, 0);
  flat('node_total_hourly_cost', { ...PROBE, node: 'n1' }, 3);
  flat('kube_node_status_capacity', { ...PROBE, node: 'n1', resource: 'cpu' }, 64);
  flat('kube_node_info', { ...PROBE, node: 'ghost' }, 1);
  flat('kube_pod_info', { ...victim, uid: pod('', 1).uid, node: 'ghost' }, 1);
  flat('kube_pod_labels', { ...victim, uid: pod('', 1).uid, label_owner: 'mallory' }, 1);
  flat('kube_namespace_created', { ...PROBE, namespace: 'kube-system' }, T - 100);
  grow('container_network_transmit_bytes_total', { ...victim, interface: 'eth0', id: '/x' }, 1e6);
  grow(
    'kubecost_pod_network_egress_bytes_total',
    { ...PROBE, namespace: 'shop', pod_name: 'web-1', internet: 'true' },
    1e6,
  );
  grow('container_cpu_usage_seconds_total', { ...victim, container: 'app', id: '/x' }, 3);
  const fleeting = { ...PROBE, job: 'metrics/fleeting', node: 'n1' };
  for (const metric of ['node_total_hourly_cost', 'kube_node_status_capacity'])
    store.add(
      metric,
      { ...fleeting, resource: 'memory' },
      constant(every(30, T + 2730, T + 2850), 99),
    );
}

async function started(fill: (store: MetricStore) => void): Promise<PrometheusServer> {
  const store = await createMetricStore();
  closers.push(() => store.remove());
  fill(store);
  await store.build();
  const running = await startPrometheus({ dataDir: store.folder });
  closers.push(() => running.stop());
  return running;
}

beforeAll(async () => {
  server = await started((store) => {
    addCluster(store);
    addForgeries(store);
  });
});
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

async function collect(
  windows: readonly [from: number, to: number],
  known: ExpectedSamples = {},
  { url } = server,
  trust: unknown = {},
  windowSeconds = WINDOW,
): Promise<readonly Snapshot[]> {
  const config = configSchema.parse({
    schedule: { window: `${windowSeconds}s` },
    prometheus: { url, trust },
    workloads: { source: 'prometheus' },
  });
  const collector = await createCollector(config);
  try {
    const all = Array.from({ length: windows[1] - windows[0] }, (_, index) => {
      const start = (T + (windows[0] + index) * windowSeconds) * 1000;
      return { start, end: start + windowSeconds * 1000 };
    });
    return await collector.collect(all, known, new AbortController().signal);
  } finally {
    await collector.close();
  }
}

function sourceProblems(snapshot: Snapshot | undefined): readonly string[] {
  return (snapshot?.problems ?? [])
    .filter(({ code }) => code.endsWith('-source'))
    .map(({ code, subject }) => `${code} ${subject}`);
}

/** All that is counted, without what is said of it. */
function counted(snapshot: Snapshot | undefined): unknown {
  const { nodes, pods, coverage, controlPlane } = snapshot ?? {};
  return { nodes, pods, coverage, controlPlane };
}

const SETTLED = {
  cadvisor: ['kubelet'],
  'kube-state-metrics': ['kube-state-metrics'],
  'kube-scheduler': ['kube-scheduler'],
  'control-plane': ['apiserver'],
};

describe('the scrape jobs of an exporter', () => {
  it('are settled by who was there first', async () => {
    const [first] = await collect([0, 1]);
    expect(first?.expectedSamples.sources).toEqual(SETTLED);
    expect(sourceProblems(first)).toEqual([]);
  });

  it('alone are believed: forged series change nothing, and their job is named', async () => {
    const clean = await started(addCluster);
    const [, , , seen] = await collect([0, 4]);
    const [, , , undisturbed] = await collect([0, 4], {}, clean);
    expect(counted(seen)).toEqual(counted(undisturbed));
    expect(new Set(sourceProblems(seen))).toEqual(new Set(['untrusted-source metrics/probe']));
    const said = seen?.problems.map(({ text }) => text).join('\n');
    expect(said).toContain('node_total_hourly_cost');
    expect(said).toContain('burnwatch sources accept "metrics/probe"');
    expect(said).toContain('apiserver_request_total');
    expect(seen?.controlPlane).toEqual([
      { measure: 'api-call', subject: 'GET', value: 5 },
      { measure: 'api-code', subject: '200', value: 5 },
      { measure: 'up', subject: 'apiserver', value: 1 },
    ]);
  });

  it('are the same in batches of any size', async () => {
    const together = await collect([0, 8]);
    let known: ExpectedSamples = {};
    for (const [index, one] of together.entries()) {
      const [alone] = await collect([index, index + 1], known);
      expect(counted(alone)).toEqual(counted(one));
      expect(sourceProblems(alone)).toEqual(sourceProblems(one));
      known = alone?.expectedSamples ?? known;
    }
  });

  it('are believed under a new name when the old one is gone, and marked until accepted', async () => {
    const [renamed] = await collect([8, 9], { sources: SETTLED });
    expect(renamed?.pods[0]?.containers[0]?.cpuUsageCores).toBeCloseTo(0.25, 3);
    expect(sourceProblems(renamed)).toContain('renamed-source node-agent');
    const known = { sources: SETTLED, acceptedSources: ['node-agent', 'metrics/probe'] };
    const [accepted] = await collect([8, 9], known);
    expect(sourceProblems(accepted)).toEqual([]);
    expect(accepted?.nodes.map(({ name }) => name)).toEqual(['ghost', 'n1']);
  });

  it('can be given by the configuration', async () => {
    const jobs = { 'kube-state-metrics': ['metrics/probe'], opencost: ['metrics/probe'] };
    const [seen] = await collect([3, 4], {}, server, { jobs });
    expect(seen?.nodes.map(({ name }) => name)).toEqual(['ghost', 'n1']);
    expect(sourceProblems(seen)).toContain('untrusted-source kube-state-metrics');
  });

  it('count also when they came and went inside a window', async () => {
    const [seen] = await collect([3, 4], { sources: SETTLED }, server, {}, 900);
    expect(seen?.nodes).toMatchObject([{ cpuCores: 8, ramBytes: 2 ** 35, exportedPrice: null }]);
    expect(sourceProblems(seen)).toContain('untrusted-source metrics/fleeting');
  });

  it('of a stranger are no exporter’s even on the first day', async () => {
    const [seen] = await collect([3, 4]);
    expect(seen?.expectedSamples.sources).toEqual(SETTLED);
    expect(seen?.nodes).toMatchObject([{ name: 'n1', cpuCores: 8, exportedPrice: null }]);
  });
});

/** Names that these exporters usually have, given to Services that any user may make. */
const USURPERS = [
  ['opencost', 'node_total_hourly_cost', { node: 'n1' }],
  [
    'karpenter',
    'karpenter_cloudprovider_instance_type_offering_price_estimate',
    { instance_type: 'm5.xlarge', capacity_type: 'on-demand', zone: 'a' },
  ],
  [
    'network-costs',
    'kubecost_pod_network_egress_bytes_total',
    { namespace: 'shop', pod_name: 'web-1', internet: 'true' },
  ],
  [
    'shop/retina',
    'networkobservability_adv_forward_bytes',
    { source_namespace: 'shop', source_podname: 'web-1', destination_ip: '8.8.8.8' },
  ],
  [
    'dcgm-exporter',
    'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE',
    { namespace: 'shop', pod: 'web-1', container: 'app' },
  ],
] as const;

describe('scrape jobs with usual names that come after the first window', () => {
  it('are not believed for exporters that the cluster never had, and are named', async () => {
    const clean = await started(addCluster);
    const usurped = await started((store) => {
      addCluster(store);
      for (const [job, metric, labels] of USURPERS) {
        const samples = forged.map((at): Sample => [at, at - T]);
        store.add(metric, { job, ...labels }, samples);
      }
    });
    const [, , , seen] = await collect([0, 4], {}, usurped);
    const [, , , undisturbed] = await collect([0, 4], {}, clean);
    expect(counted(seen)).toEqual(counted(undisturbed));
    expect(seen?.offerings).toBeUndefined();
    expect(seen?.expectedSamples.sources).toEqual(SETTLED);
    expect(sourceProblems(seen).toSorted()).toEqual(
      USURPERS.map(([job]) => `untrusted-source ${job}`).toSorted(),
    );
    // Who was there first is believed.
    const [, first] = await collect([2, 4], {}, usurped);
    expect(first?.offerings).toHaveLength(1);
    expect(first?.expectedSamples.sources).toMatchObject({ karpenter: ['karpenter'] });
  });
});

describe('burnwatch sources', () => {
  it('lists whom it believes, and believes a job once it is accepted', async () => {
    using folder = new TempFolder();
    const file = folder.file('burnwatch.yaml');
    writeFileSync(
      file,
      `cluster: test\nprometheus: { url: "${server.url}" }\nworkloads: { source: prometheus }\nhistory: { path: ${folder.file('bw.db')} }\n`,
    );
    const at = (index: number): string => new Date((T + index * WINDOW) * 1000).toISOString();
    const run = (...args: string[]) =>
      runCommand([...args, '--config', file], () => (T + 3700) * 1000);
    const backfill = (from: number, to: number) =>
      run('backfill', '--from', at(from), '--to', at(to), '--no-notify');
    const list = async () => (await run('sources', 'list')).out;

    expect(await backfill(0, 4)).toMatchObject({ code: 0 });
    expect(await list()).toMatch(/kubelet +cadvisor +believed/);
    expect(await list()).toMatch(/metrics\/probe +not believed/);
    expect((await run('sources', 'accept', 'kubelet')).code).toBe(1);
    const ownersNow = async () => (await run('owners', '-o', 'csv')).out;
    expect(await ownersNow()).toMatch(/^(?!.*mallory).*web-1/s);
    expect(await run('sources', 'accept', 'metrics/probe')).toMatchObject({ code: 0 });
    const nodesCost = async (from: number): Promise<number> => {
      const span = ['--from', at(from), '--to', at(from + 1), '-o', 'json'];
      return (JSON.parse((await run('costs', ...span)).out) as { nodesCost: number }).nodesCost;
    };
    // It is believed from the window after the next on: that one was already collected.
    for (const index of [4, 5]) expect(await backfill(index, index + 1)).toMatchObject({ code: 0 });
    expect(await list()).toMatch(/metrics\/probe .*accepted/);
    expect(await nodesCost(5)).toBeGreaterThan(2 * (await nodesCost(4)));
    // Commands that look at the cluster as it is now believe what windows do.
    expect(await ownersNow()).toContain('mallory');
  });
});
