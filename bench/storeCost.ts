/**
 * What one window costs the store: CPU time of Prometheus and size of its answers, for a cluster with a real kubelet's
 * labels and own time stamps. Run `node bench/storeCost.ts [containers] [windows]` (1,000 and 1 by default).
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlocks } from '../demo/blocks.ts';
import { startPrometheus } from '../demo/prometheusServer.ts';
import type { Labels, MetricFamily, SampledSeries } from '../demo/samples.ts';
import { createPrometheusClient, type PrometheusClient } from '../src/collect/prometheus/client.ts';
import { fetchBatch } from '../src/collect/prometheus/fetchBatch.ts';
import { gridOf } from '../src/collect/prometheus/grid.ts';
import { queryContext } from '../src/collect/prometheus/queries.ts';
import { prometheusPart } from '../src/collect/config.ts';
import { MINUTE_MS, SECOND_MS } from '../src/model/time.ts';
import { Random } from './random.ts';

const containers = Number(process.argv[2] ?? 1_000);
const windows = Number(process.argv[3] ?? 1);
const ROUNDS = 10;
const WINDOW_MS = 5 * MINUTE_MS;
const START = Date.UTC(2026, 10, 28, 10);
const SCRAPE_MS = 15 * SECOND_MS;
/** Clock ticks of /proc/PID/stat. */
const TICK_MS = 10;

const folder = await mkdtemp(join(tmpdir(), 'burnwatch-store-cost-'));
try {
  await bench();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const source = { families };
  await createBlocks({ source, start: START, end: START + 110 * MINUTE_MS, dataDir: folder });
  const prometheus = await startPrometheus({ dataDir: folder });
  const config = prometheusPart.schema.parse({ url: prometheus.url });
  const client = await createPrometheusClient(config, {
    now: Date.now,
    random: () => 0,
    sleep: async () => undefined,
  });
  try {
    await measure(client, prometheus.pid);
  } finally {
    client.close();
    await prometheus.stop();
  }
}

async function measure(client: PrometheusClient, pid: number): Promise<void> {
  const first = START + 40 * MINUTE_MS;
  const grid = gridOf(
    Array.from({ length: windows }, (_, index) => ({
      start: first + index * WINDOW_MS,
      end: first + (index + 1) * WINDOW_MS,
    })),
  );
  const context = queryContext(WINDOW_MS - 1, WINDOW_MS - 1, [], 67_500);
  const once = (): Promise<unknown> =>
    fetchBatch(client, context, grid, 4, new AbortController().signal);
  await once();
  const before = await cpuMs(pid);
  for (let round = 0; round < ROUNDS; round += 1) await once();
  const used = ((await cpuMs(pid)) - before) / ROUNDS;
  const result = `${containers} containers, ${windows} windows: ${used.toFixed(0)} ms of CPU`;
  process.stdout.write(`${result}\n`);
}

async function cpuMs(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

interface Target {
  readonly labels: Labels;
  readonly sandbox: Labels;
  readonly pod: Labels;
}

/** Two containers a pod in three of five pods; each stamps its own times, 10 to 20 s apart. */
function targets(): readonly Target[] {
  return Array.from({ length: containers }, (_, index) => {
    const pod = Math.floor((index * 5) / 8);
    const [namespace, name] = [`team-${pod % 20}`, `shop-${pod}-7c5576d8bb-k86r${pod % 9}`];
    const uid = `${String(pod).padStart(8, '0')}-3333-4444-8555-666666666666`;
    const node = `ip-10-0-${Math.floor(pod / 30)}-17.eu-central-1.compute.internal`;
    const cgroup = `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`;
    const scraped = {
      endpoint: 'https-metrics',
      instance: `10.1.${Math.floor(pod / 30)}.1:10250`,
      job: 'kubelet',
      metrics_path: '/metrics/cadvisor',
      namespace,
      node,
      pod: name,
      service: 'kube-prometheus-stack-kubelet',
    };
    const of = (part: string): Labels => ({
      id: `${cgroup}/cri-containerd-${part.repeat(64 / part.length)}.scope`,
      name: part.repeat(64 / part.length),
    });
    const hash = index.toString(16).padStart(4, '0');
    const image = 'registry.example.com/team/shop/checkout-service:v2.31.4';
    return {
      labels: { ...scraped, ...of(hash), container: `app-${index % 2}`, image },
      sandbox: { ...scraped, ...of(`${hash.slice(0, 3)}f`), image: 'registry.k8s.io/pause:3.10' },
      pod: {
        namespace,
        pod: name,
        uid,
        job: 'kube-state-metrics',
        instance: '10.0.0.9:8080',
      },
    };
  });
}

function* families(start: number, end: number): Iterable<MetricFamily> {
  const all = targets();
  const pods = all.filter(({ pod }, index) => pod['uid'] !== all[index - 1]?.pod['uid']);
  const counter = (name: string, labels: readonly Labels[], seed: number): MetricFamily => ({
    name,
    type: 'counter',
    series: labels.map((one, index) => series(one, new Random(index * 64 + seed), start, end)),
  });
  const apps = all.map(({ labels }) => labels);
  const sandboxes = pods.map(({ sandbox }) => ({ ...sandbox, interface: 'eth0' }));
  const disks = apps.map((labels) => ({ ...labels, device: '/dev/nvme0n1' }));
  yield counter(
    'container_cpu_usage_seconds_total',
    apps.map((one) => ({ ...one, cpu: 'total' })),
    0,
  );
  yield { ...counter('container_memory_working_set_bytes', apps, 0), type: 'gauge' };
  yield counter('container_fs_reads_bytes_total', disks, 0);
  yield counter('container_fs_writes_bytes_total', disks, 0);
  yield counter('container_network_receive_bytes_total', sandboxes, 1);
  yield counter('container_network_transmit_bytes_total', sandboxes, 1);
  yield { ...kube('kube_pod_info', pods, start, end) };
  yield kube('kube_pod_created', pods, start, end);
  yield kube('kube_pod_container_resource_requests', all, start, end);
}

function series(labels: Labels, random: Random, start: number, end: number): SampledSeries {
  const times: number[] = [];
  const values: number[] = [];
  let value = 1e9 * random.next();
  for (let time = start + random.between(0, SCRAPE_MS); time < end;) {
    times.push(Math.round(time));
    values.push((value += Math.floor(1e6 * random.next())));
    time += random.between(10, 20) * SECOND_MS;
  }
  return { labels, times, values };
}

function kube(
  name: string,
  targetsOf: readonly Target[],
  start: number,
  end: number,
): MetricFamily {
  const times = Array.from(
    { length: (end - start) / 30_000 },
    (_, index) => start + index * 30_000,
  );
  return {
    name,
    type: 'gauge',
    series: targetsOf.map(({ pod, labels }) => ({
      labels: {
        ...pod,
        node: labels['node'] ?? '',
        container: labels['container'] ?? '',
        resource: 'cpu',
      },
      times,
      values: times.map(() => 1),
    })),
  };
}
