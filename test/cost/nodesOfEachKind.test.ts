import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import type { CostReport } from '../../src/cost/report/costReport.ts';
import type { PricesReport } from '../../src/cost/report/pricesReport.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import { cgroupOf, constant, every } from '../support/madeUpPod.ts';
import { createMetricStore, type MetricStore, type Sample } from '../support/metricStore.ts';
import { runCommand } from '../support/runCommand.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { lastMonday, writeConfig } from '../support/testCluster.ts';

/** A cluster with one node of each kind, as kube-state-metrics and a file of `kubectl get` show it, through the CLI. */
const END = lastMonday() / 1000;
const START = END - 3_600;
const GIB = 1024 ** 3;
const TIMES = every(60, START - 900 + 17, END + 300);
const TYPE = 'node.kubernetes.io/instance-type';
const REGION = 'topology.kubernetes.io/region';
const ZONE = 'topology.kubernetes.io/zone';
const M5 = { [TYPE]: 'm5.xlarge', [REGION]: 'us-east-1', [ZONE]: 'us-east-1a' };
const TAXED = { [TYPE]: 'm5.xlarge', [REGION]: 'us-east-1' };

interface Kind {
  readonly what: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly osImage?: string;
  /** Extended resources that it has. */
  readonly devices?: Readonly<Record<string, number>>;
  /** Devices of a DRA driver, as `DRIVER/DEVICE`. */
  readonly published?: readonly string[];
  /** Extended resources that its pod asks for; `claims`: devices of its ResourceClaim. */
  readonly asks?: Readonly<Record<string, number>>;
  readonly claims?: readonly string[];
  /** What an exporter says that it costs an hour. */
  readonly exported?: number;
  readonly cores?: number;
}

/** By node; each runs one pod of 1 core and 2 GiB. */
const KINDS: Readonly<Record<string, Kind>> = {
  'ec2-list': { what: 'a machine of the shipped list', labels: M5 },
  'ec2-own': { what: 'one with a price of your own', labels: { ...M5, pool: 'own' } },
  'ec2-exporter': { what: 'one that OpenCost prices', labels: M5, exported: 0.17 },
  'ec2-doubtful': {
    what: 'one that OpenCost prices 730 times too low',
    labels: M5,
    exported: 0.0003,
  },
  'ec2-new': { what: 'a type that is in no list', labels: { ...M5, [TYPE]: 'zz9.huge' } },
  metal: { what: 'on-premises, without a type', labels: {} },
  'karpenter-spot': {
    what: 'Karpenter: spot, by its offering',
    labels: { ...M5, [TYPE]: 'm5.2xlarge', 'karpenter.sh/capacity-type': 'spot' },
    cores: 8,
  },
  'karpenter-reserved': {
    what: 'Karpenter: reserved capacity',
    labels: { ...M5, 'karpenter.sh/capacity-type': 'reserved' },
  },
  'eks-auto': {
    what: 'EKS Auto Mode',
    labels: { ...M5, 'eks.amazonaws.com/compute-type': 'auto' },
  },
  fargate: {
    what: 'AWS Fargate',
    labels: { 'eks.amazonaws.com/compute-type': 'fargate', [REGION]: 'us-east-1' },
  },
  'gk3-pool-1': { what: 'GKE Autopilot', labels: { [REGION]: 'us-central1' } },
  'gk3-pool-2': {
    what: 'GKE Autopilot, Spot',
    labels: { [REGION]: 'us-central1', 'cloud.google.com/gke-spot': 'true' },
  },
  'virtual-node-aci': {
    what: 'AKS virtual node (Azure Container Instances)',
    labels: { type: 'virtual-kubelet', [REGION]: 'eastus' },
    cores: 10_000,
  },
  'spot-eks': {
    what: 'EKS managed spot',
    labels: { ...M5, 'eks.amazonaws.com/capacityType': 'SPOT' },
  },
  'spot-aks': {
    what: 'AKS spot',
    labels: {
      [TYPE]: 'Standard_D4as_v5',
      [REGION]: 'eastus',
      'kubernetes.azure.com/scalesetpriority': 'spot',
    },
  },
  'spot-gke': {
    what: 'GKE Spot',
    labels: {
      [TYPE]: 'n2-standard-4',
      [REGION]: 'us-central1',
      'cloud.google.com/gke-spot': 'true',
    },
  },
  'spot-own-label': {
    what: 'spot by a label of your own',
    labels: { ...M5, 'my.org/capacity': 'cheap' },
  },
  windows: { what: 'Windows', labels: { ...M5, 'kubernetes.io/os': 'windows' } },
  rhel: {
    what: 'Red Hat Enterprise Linux',
    labels: M5,
    osImage: 'Red Hat Enterprise Linux 9.6 (Plow)',
  },
  suse: {
    what: 'SUSE, in a list of your own',
    labels: { ...M5, [TYPE]: 'm9.xlarge' },
    osImage: 'SUSE Linux Enterprise Server 15 SP6',
  },
  'gpu-shared': {
    what: 'a GPU, time-sliced into four',
    labels: { 'nvidia.com/gpu.replicas': '4', 'nvidia.com/gpu.product': 'Tesla-T4-SHARED' },
    devices: { 'nvidia.com/gpu': 4 },
    asks: { 'nvidia.com/gpu': 1 },
  },
  'gpu-mig': {
    what: 'a GPU in MIG slices',
    labels: { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-40GB' },
    devices: { 'nvidia.com/mig-1g.5gb': 7 },
    asks: { 'nvidia.com/mig-1g.5gb': 2 },
  },
  'gpu-dra': {
    what: 'two GPUs by ResourceClaims (DRA)',
    labels: {},
    published: ['gpu.nvidia.com/gpu-0', 'gpu.nvidia.com/gpu-1'],
    claims: ['gpu.nvidia.com/gpu-0'],
  },
  neuron: {
    what: 'AWS Neuron cores',
    labels: { ...TAXED, [TYPE]: 'trn1.zz' },
    devices: { 'aws.amazon.com/neuron': 1, 'aws.amazon.com/neuroncore': 2 },
    asks: { 'aws.amazon.com/neuroncore': 1 },
  },
};

let store: MetricStore;
let server: PrometheusServer;
const folder = new TempFolder();
const metric = (name: string): string => name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
const uidOf = (node: string): string =>
  `00000000-0000-4000-8000-${String(Object.keys(KINDS).indexOf(node)).padStart(12, '0')}`;

beforeAll(async () => {
  store = await createMetricStore();
  for (const [node, kind] of Object.entries(KINDS)) addNode(node, kind);
  for (const [capacity_type, price] of [
    ['spot', 0.11],
    ['on-demand', 0.384],
  ] as const)
    gauge(
      'karpenter_cloudprovider_instance_type_offering_price_estimate',
      { instance_type: 'm5.2xlarge', capacity_type, zone: 'us-east-1a' },
      price,
    );
  addFlows();
  await store.build();
  server = await startPrometheus({ dataDir: store.folder });
  const list = join(folder.path, 'own.csv');
  writeFileSync(
    list,
    'InstanceType,Price,Region,OperatingSystem\nm9.xlarge,0.2,us-east-1,Linux\nm9.xlarge,0.26,us-east-1,SUSE\n',
  );
  const specs = join(folder.path, 'specs.json');
  writeFileSync(specs, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects() }));
  utimesSync(specs, END, END);
  await writeConfig(folder.path, server.url, {
    workloads: { source: 'file', path: specs },
    history: { path: join(folder.path, 'history.db') },
    pricing: {
      nodes: [{ match: { pool: 'own' }, hourly: 0.15 }],
      spotLabels: [{ 'my.org/capacity': 'cheap' }],
      priceList: { source: list },
    },
  });
});
afterAll(async () => {
  await server.stop();
  await store.remove();
  folder[Symbol.dispose]();
});

function gauge(name: string, labels: Readonly<Record<string, string>>, value: number): void {
  store.add(name, labels, constant(TIMES, value));
}

function addNode(node: string, { devices = {}, published = [], exported, cores = 4 }: Kind): void {
  gauge('kube_node_info', { node, provider_id: `x:///${node}` }, 1);
  const capacity = { cpu: cores, memory: cores * 4 * GIB };
  for (const [resource, value] of Object.entries({ ...capacity, ...devices }))
    gauge('kube_node_status_capacity', { node, resource: metric(resource) }, value);
  if (exported !== undefined) gauge('node_total_hourly_cost', { node }, exported);
  for (const each of published) {
    const [driver = '', device_name = ''] = each.split('/');
    gauge('kube_resourceslice_device_info', { driver, node_name: node, device_name }, 1);
  }
  addPod(node);
}

function addPod(node: string): void {
  const { asks = {}, claims = [] } = KINDS[node]!;
  const uid = uidOf(node);
  const self = { namespace: node, pod: 'app', uid };
  const container = { ...self, container: 'main' };
  gauge(
    'kube_pod_info',
    { ...self, node, created_by_kind: 'ReplicaSet', created_by_name: 'app' },
    1,
  );
  gauge('kube_pod_status_phase', { ...self, phase: 'Running' }, 1);
  gauge('kube_pod_container_status_running', container, 1);
  for (const [resource, value] of Object.entries({ cpu: 1, memory: 2 * GIB, ...asks }))
    gauge(
      'kube_pod_container_resource_requests',
      { ...container, node, resource: metric(resource) },
      value,
    );
  const used = { namespace: node, pod: 'app', container: 'main', id: cgroupOf(uid, 'c1') };
  store.add(
    'container_cpu_usage_seconds_total',
    used,
    TIMES.map((at): Sample => [at, (at - START + 9_000) * 0.5]),
  );
  gauge('container_memory_working_set_bytes', used, GIB);
  const claim = { namespace: node, resourceclaim: 'app-gpu' };
  for (const each of claims) {
    const [driver = '', device = ''] = each.split('/');
    gauge(
      'kube_resourceclaim_allocation_device_info',
      { ...claim, driver, pool: node, device, request: 'gpu' },
      1,
    );
    gauge(
      'kube_resourceclaim_status_reserved_for',
      { ...claim, consumer_resource: 'pods', consumer_name: 'app', consumer_uid: uid },
      1,
    );
  }
}

/** GiB an hour that Retina sees the pod of `ec2-list` send. */
const SENT = { internet: 3, otherZone: 5, sameZone: 70, privateAddress: 900 };

function addFlows(): void {
  const from = { source_namespace: 'ec2-list', source_podname: 'app', source_ip: '10.0.0.1' };
  const outside = { destination_podname: 'unknown', destination_namespace: 'unknown' };
  const inside = { destination_podname: 'db', destination_namespace: 'shop' };
  const flows: readonly (readonly [keyof typeof SENT, Readonly<Record<string, string>>])[] = [
    ['internet', { ...outside, destination_ip: '93.184.215.14' }],
    ['privateAddress', { ...outside, destination_ip: '172.20.0.1' }],
    ['otherZone', { ...inside, source_zone: 'us-east-1a', destination_zone: 'us-east-1b' }],
    ['sameZone', { ...inside, source_zone: 'us-east-1a', destination_zone: 'us-east-1a' }],
  ];
  for (const [flow, to] of flows) {
    const samples = TIMES.map((at): Sample => [at, ((at - TIMES[0]!) / 3_600) * SENT[flow] * GIB]);
    // Both ends' agents may see it.
    for (const instance of ['node-a', 'node-b'])
      store.add(
        'networkobservability_adv_forward_bytes',
        { ...from, ...to, instance, direction: 'EGRESS' },
        samples,
      );
  }
}

/** As `kubectl get nodes,pods -A -o json` writes them. */
function objects(): readonly object[] {
  const creationTimestamp = new Date((START - 3_600) * 1000).toISOString();
  return Object.entries(KINDS).flatMap(([name, { labels, osImage, cores = 4 }]) => [
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        uid: `node-${name}`,
        creationTimestamp,
        labels: { 'kubernetes.io/os': 'linux', ...labels },
      },
      status: {
        capacity: { cpu: String(cores), memory: `${cores * 4}Gi` },
        ...(osImage && { nodeInfo: { osImage } }),
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'app', namespace: name, uid: uidOf(name), creationTimestamp },
      spec: {
        nodeName: name,
        containers: [
          {
            name: 'main',
            image: 'registry.example/app:1',
            resources: {
              requests: { cpu: '1', memory: '2Gi', ...strings(KINDS[name]?.asks ?? {}) },
            },
          },
        ],
      },
      status: { phase: 'Running' },
    },
  ]);
}

function strings(amounts: Readonly<Record<string, number>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(amounts).map(([name, count]) => [name, String(count)]));
}

async function run(...args: readonly string[]): Promise<string> {
  const config = join(folder.path, 'burnwatch.yaml');
  const now = (): number => END * 1000 + 3 * MINUTE_MS;
  const { code, out, err } = await runCommand([...args, '--config', config], now);
  if (code !== 0) throw new Error(`burnwatch ${args.join(' ')} exited with ${code}: ${err}`);
  return out;
}

describe('a cluster with one node of each kind', () => {
  it('has a price of each, with source, confidence and reason, as docs/costs.md shows them', async () => {
    const { nodes, network } = JSON.parse(await run('prices', '-o', 'json')) as PricesReport;
    expect(nodes.map(({ node }) => node)).toEqual(Object.keys(KINDS).sort());
    expect(network).toContain('an exporter tells destinations');
    const rows = Object.keys(KINDS).map((name) => {
      const row = nodes.find(({ node }) => node === name)!;
      const price = row.hourly === null ? 'by pod' : row.hourly.toFixed(4);
      const reason = row.reason.replaceAll(folder.path, '').replaceAll('|', '\\|');
      const sure = `${Math.round(row.confidence * 100)} %`;
      return `| ${KINDS[name]!.what} | ${price} | ${sure} | ${row.source} | ${reason} |`;
    });
    const table = [
      '| node | hourly | sure | source | why |',
      '| --- | ---: | ---: | --- | --- |',
      ...rows,
    ].join('\n');
    const path = resolve(import.meta.dirname, '../../docs/costs.md');
    const text = readFileSync(path, 'utf8');
    const written = text.replace(
      /(<!-- kinds -->\n)[\s\S]*?(<!-- \/kinds -->)/,
      (_, open: string, close: string) => `${open}\n${table}\n\n${close}`,
    );
    const formatted = await format(written, { ...(await resolveConfig(path)), filepath: path });
    // UPDATE_DOCS=1 writes the table.
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, formatted);
    expect(readFileSync(path, 'utf8')).toBe(formatted);
  });

  it('charges each pod what its kind of node costs it, and adds up', async () => {
    const span = ['--from', String(START), '--to', String(END)];
    await run('backfill', ...span, '--no-notify');
    const text = await run('costs', ...span, '--by', 'namespace', '-o', 'json');
    const report = JSON.parse(text) as CostReport;
    const costOf = (name: string): number =>
      Number(report.rows.find(({ key }) => key === name)?.totalCost.toFixed(5));
    // 1 core and 2 + 0.25 GiB are sold as 1 vCPU and 3 GB; system pods aside, Autopilot and ACI bill what is asked for.
    expect(costOf('fargate')).toBe(Number((0.04048 + 3 * 0.004445).toFixed(5)));
    expect(costOf('gk3-pool-1')).toBe(Number((0.0445 + 2 * 0.0049225).toFixed(5)));
    expect(costOf('virtual-node-aci')).toBe(Number((0.0405 + 2 * 0.00445).toFixed(5)));
    const flat = 0.031611 + 2 * 0.004237;
    expect(costOf('metal')).toBeCloseTo(flat, 4);
    expect(costOf('gpu-shared')).toBeCloseTo(flat + 0.95 / 4, 4);
    expect(costOf('gpu-mig')).toBeCloseTo(flat + (0.95 * 2) / 7, 4);
    expect(costOf('gpu-dra')).toBeCloseTo(flat + 0.95, 4);
    expect(costOf('neuron')).toBeCloseTo(flat + 0.95 / 2, 4);
    const sent = report.rows.find(({ key }) => key === 'ec2-list')?.networkCost;
    expect(sent).toBeCloseTo(SENT.internet * 0.12 + SENT.otherZone * 0.01, 2);
    // The card that nobody claims is idle by name.
    expect(report.idle.gpuCost).toBeCloseTo(0.95 * (3 / 4 + 5 / 7 + 1 + 1 / 2), 4);
    const rows = report.rows.reduce(
      (sum, { totalCost, networkCost }) => sum + totalCost - networkCost,
      0,
    );
    expect(rows + report.idle.totalCost).toBeCloseTo(report.nodesCost, 6);
    expect(report.rows.every(({ coverageBy }) => (coverageBy?.price ?? 0) > 0)).toBe(true);
  });
});
