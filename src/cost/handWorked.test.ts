import { describe, expect, it } from 'vitest';
import type { CostRow, CostTable } from '../store/costTable.ts';
import type { WindowCosts } from '../model/cost.ts';
import type { PodSample, Snapshot } from '../model/snapshot.ts';
import { HOUR_MS, MINUTE_MS } from '../model/time.ts';
import { allocate } from './allocate.ts';
import type { PriceList } from './priceList.ts';
import { priceNodes } from './priceNodes.ts';
import { costReport } from './report/costReport.ts';
import type { CostReport, CostReportRow } from './report/costReport.ts';
import { aContainer, aNode, aPod, aSnapshot, pricing } from '../../test/support/cost.ts';

/**
 * One hour of a small cluster, worked out by hand. Flat rates 0.03 : 0.005 : 1.0 give the ratios
 * r = cpu/ram = 6 and g = gpu/ram = 200 by which whole-node prices are split.
 *
 *   node   capacity                price an hour       weight (cpus·6+GiB+gpus·200)  RAM/GiB  CPU/core  GPU
 *   big    4 cores, 16 GiB         0.24 (config)       24 + 16       =  40           0.006    0.036
 *   spot   8 cores, 32 GiB         0.24 (list, spot)   48 + 32       =  80           0.003    0.018
 *   gpu    8 cores, 32 GiB, 1 GPU  1.68 (exporter)     48 + 32 + 200 = 280           0.006    0.036     1.2
 */
const GIB = 1024 ** 3;
const START = Date.UTC(2026, 10, 23, 10);

const RULES = pricing({
  cpuCoreHour: 0.03,
  ramGiBHour: 0.005,
  gpuHour: 1,
  storageGiBHour: 0.0001,
  nodes: [{ match: { pool: 'big' }, hourly: 0.24 }],
  shared: { namespaces: ['kube-system'], split: 'evenly' },
});

const LIST: PriceList = {
  source: 'prices.csv',
  asOf: null,
  currency: 'USD',
  configured: true,
  sizes: () => [],
  find: (instanceType, region) =>
    instanceType === 'm9.2xlarge' && region === 'eu-west-1'
      ? {
          instanceType,
          region,
          os: 'linux',
          vcpus: 8,
          memoryGiB: 32,
          accelerators: null,
          price: 0.96,
          spotPrice: 0.24,
          spotByZone: new Map(),
        }
      : null,
};

const NODES = [
  aNode({ name: 'big', cpuCores: 4, ramBytes: 16 * GIB, labels: { pool: 'big' } }),
  aNode({
    name: 'gpu',
    cpuCores: 8,
    ramBytes: 32 * GIB,
    gpus: 1,
    exportedPrice: { cpuCoreHour: null, ramGiBHour: null, gpuHour: null, totalHour: 1.68 },
  }),
  aNode({
    name: 'spot',
    cpuCores: 8,
    ramBytes: 32 * GIB,
    labels: {
      'node.kubernetes.io/instance-type': 'm9.2xlarge',
      'topology.kubernetes.io/region': 'eu-west-1',
      'karpenter.sh/capacity-type': 'spot',
    },
  }),
];

function pod(
  namespace: string,
  name: string,
  node: string,
  amounts: {
    readonly cpu: [number, number];
    readonly gib: [number, number];
    readonly gpu?: number;
  },
  held = 1,
): PodSample {
  return aPod({
    namespace,
    name,
    node,
    uid: `${namespace}/${name}`,
    heldShare: held,
    containers: [
      aContainer({
        cpuRequestCores: amounts.cpu[0],
        cpuUsageCores: amounts.cpu[1] * held,
        ramRequestBytes: amounts.gib[0] * GIB,
        ramUsageBytes: amounts.gib[1] * GIB * held,
        gpuRequest: amounts.gpu ?? null,
        gpuUtilisation: amounts.gpu === undefined ? null : 0.6,
        runShare: held,
      }),
    ],
  });
}

/** The twelve windows of five minutes; the job runs from 10:15 to 10:22, so for one window and 2/5 of the next. */
function windows(): readonly Snapshot[] {
  return Array.from({ length: 12 }, (_, index) => {
    const start = START + index * 5 * MINUTE_MS;
    const jobShare = index === 3 ? 1 : index === 4 ? 0.4 : 0;
    return aSnapshot({
      window: { start, end: start + 5 * MINUTE_MS },
      nodes: NODES,
      pods: [
        ...(jobShare > 0
          ? [pod('batch', 'job', 'spot', { cpu: [2, 1], gib: [4, 2] }, jobShare)]
          : []),
        pod('kube-system', 'dns', 'big', { cpu: [0.1, 0.05], gib: [0.5, 0.25] }),
        pod('ml', 'train', 'gpu', { cpu: [4, 3], gib: [16, 20], gpu: 1 }),
        pod('shop', 'api', 'big', { cpu: [0.5, 1.5], gib: [1, 3] }),
        pod('shop', 'web', 'big', { cpu: [1, 0.25], gib: [2, 1] }),
      ],
      volumes: [
        {
          namespace: 'shop',
          claim: 'data',
          storageClass: 'gp3',
          volume: 'pv-1',
          bytes: 120 * GIB,
          mountedBy: ['shop/api', 'shop/web'],
          boundShare: 1,
          exportedPriceGiBHour: null,
        },
      ],
    });
  });
}

describe('a cluster worked by hand', () => {
  const costs = windows().map((snapshot) =>
    allocate(snapshot, priceNodes(snapshot, RULES, [LIST]), RULES),
  );

  it('splits each node’s price as the table above has it', () => {
    const prices = new Map(costs[0]?.nodes.map((cost) => [cost.node, cost.price]));
    const of = (name: string): unknown => {
      const price = prices.get(name);
      return [price?.source, price?.cpuCoreHour, price?.ramGiBHour, price?.gpuHour].map((part) =>
        typeof part === 'number' ? Number(part.toPrecision(12)) : part,
      );
    };
    expect(of('big')).toEqual(['config', 0.036, 0.006, 0]);
    expect(of('spot')).toEqual(['price-list', 0.018, 0.003, 0]);
    expect(of('gpu')).toEqual(['exporter', 0.036, 0.006, 1.2]);
  });

  it('charges each pod max(request, usage), GPUs by request, volumes by mounting pods', () => {
    const byPod = tabulate(costs, (row) => `${row.namespace}/${row.pod}`);
    expect(byPod.rows).toHaveLength(5);
    const report = costReport(byPod, RULES, { cluster: 'c', by: ['pod'] });
    // web: request above usage: 1 core × 0.036; 2 GiB × 0.006; half of 120 GiB × 0.0001.
    expectRow(report, 'shop/web', {
      cpuCost: 0.036,
      ramCost: 0.012,
      storageCost: 0.006,
      totalCost: 0.054,
    });
    // api: usage above request: 1.5 × 0.036; 3 × 0.006; the other half of the volume.
    expectRow(report, 'shop/api', {
      cpuCost: 0.054,
      ramCost: 0.018,
      storageCost: 0.006,
      totalCost: 0.078,
    });
    // job: seven minutes at its request: 2 cores × 7/60 h × 0.018; 4 GiB × 7/60 h × 0.003.
    expectRow(report, 'batch/job', { cpuCoreHours: 14 / 60, cpuCost: 0.0042, ramCost: 0.0014 });
    // train: 4 cores × 0.036; it uses 20 GiB of 16 requested: 20 × 0.006; one GPU × 1.2.
    expectRow(report, 'ml/train', {
      cpuCost: 0.144,
      ramCost: 0.12,
      gpuCost: 1.2,
      totalCost: 1.464,
    });
    // dns: 0.1 × 0.036; 0.5 × 0.006.
    expectRow(report, 'kube-system/dns', { cpuCost: 0.0036, ramCost: 0.003, totalCost: 0.0066 });
  });

  it('adds up by namespace, with idle, efficiency and the shared namespace spread evenly', () => {
    const table = tabulate(costs, (row) => row.namespace);
    const shared = { ...table, rows: table.rows.filter((row) => row.key === 'kube-system') };
    const report = costReport(table, RULES, { cluster: 'c', by: ['namespace'], shared });
    // kube-system costs 0.0066; three namespaces carry 0.0022 each.
    expect(report.rows.map((row) => row.key)).toEqual(['ml', 'shop', 'batch']);
    expectRow(report, 'shop', {
      cpuCost: 0.09,
      ramCost: 0.03,
      storageCost: 0.012,
      sharedCost: 0.0022,
    });
    expectRow(report, 'shop', { totalCost: 0.1342 });
    expectRow(report, 'batch', { totalCost: 0.0078 }); // 0.0042 + 0.0014 + 0.0022
    expectRow(report, 'ml', { totalCost: 1.4662 });
    // shop: CPU (0.25+1.5)/(1+0.5) = 7/6, RAM (1+3)/(2+1) = 4/3, weighted 0.09 : 0.03
    // = (7/6·0.09 + 4/3·0.03)/0.12 = 0.145/0.12.
    expectRow(report, 'shop', {
      cpuEfficiency: 7 / 6,
      ramEfficiency: 4 / 3,
      efficiency: 0.145 / 0.12,
    });
    // ml: CPU 3/4, RAM 20/16, GPU 0.6, weighted by 0.144, 0.12 and 1.2: (0.108+0.15+0.72)/1.464.
    expectRow(report, 'ml', { gpuEfficiency: 0.6, efficiency: 0.978 / 1.464 });
    // batch: half of what it asked for.
    expectRow(report, 'batch', { efficiency: 0.5 });

    // Idle CPU: big 4·0.036 − (0.036+0.054+0.0036) = 0.0504; spot 8·0.018 − 0.0042 = 0.1398;
    // gpu 8·0.036 − 0.144 = 0.144; together 0.3342.
    // Idle RAM: big 16·0.006 − (0.012+0.018+0.003) = 0.063; spot 32·0.003 − 0.0014 = 0.0946;
    // gpu 32·0.006 − 0.12 = 0.072; together 0.2296. The GPU is taken: 0.
    expectRelative(report.idle.cpuCost, 0.3342);
    expectRelative(report.idle.ramCost, 0.2296);
    expect(report.idle.gpuCost).toBe(0);
    expectRelative(report.nodesCost, 2.16); // 0.24 + 0.24 + 1.68
    expectRelative(report.totalCost, 2.172); // and 0.012 for the volume
  });
});

function expectRow(report: CostReport, key: string, expected: Partial<CostReportRow>): void {
  const row = report.rows.find((each) => each.key === key);
  for (const [field, value] of Object.entries(expected)) {
    expectRelative(row?.[field as 'cpuCost'], value as number);
  }
}

/** To 1e-9 of the expected value. */
function expectRelative(actual: number | undefined, expected: number): void {
  expect(Math.abs((actual ?? NaN) - expected)).toBeLessThanOrEqual(Math.abs(expected) * 1e-9);
}

/** What the history does in SQL: adds allocations up by a key. */
function tabulate(
  costs: readonly WindowCosts[],
  keyOf: (pod: { readonly namespace: string; readonly pod: string }) => string,
): CostTable {
  const rows = new Map<string, CostRow>();
  for (const { pod: sample, container: _, coverage, coverageBy: __, ...amounts } of costs.flatMap(
    (each) => each.allocations,
  )) {
    const key = keyOf({ namespace: sample.namespace, pod: sample.name });
    const row = rows.get(key);
    const sum = row === undefined ? amounts : add(row, amounts);
    const identity = { namespace: sample.namespace, workload: null, owner: null, node: null };
    rows.set(key, { key, ...identity, pod: null, container: null, coverage, ...sum });
  }
  const nodes = costs.flatMap((each) => each.nodes);
  const total = (pick: (cost: (typeof nodes)[number]) => number): number =>
    nodes.reduce((sum, cost) => sum + pick(cost), 0);
  return {
    window: { start: START, end: START + HOUR_MS },
    rows: [...rows.values()],
    idle: {
      cpuNano: total((cost) => cost.idleCpuNano),
      ramNano: total((cost) => cost.idleRamNano),
      gpuNano: total((cost) => cost.idleGpuNano),
    },
    nodesNano: total((cost) => cost.cpuNano + cost.ramNano + cost.gpuNano),
    coverage: 1,
    provisional: false,
  };
}

type Amounts = Omit<
  WindowCosts['allocations'][number],
  'pod' | 'container' | 'coverage' | 'coverageBy'
>;

function add(left: Amounts, right: Amounts): Amounts {
  const sum = Object.entries(right).map(([field, value]) => {
    const other = left[field as keyof Amounts];
    return [field, value === null || other === null ? null : (other ?? 0) + (value ?? 0)];
  });
  return Object.fromEntries(sum) as Amounts;
}
