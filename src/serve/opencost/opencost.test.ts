import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  NOW,
  openCostServer,
  START,
  type OpenCostServer,
} from '../../../test/support/serve/opencostServer.ts';
import { HistoryError, type HistoryReader } from '../../store/history.ts';
import { historyAnswers } from '../questions/questions.ts';
import type { ServeDeps } from '../deps.ts';
import { LOCAL_OPERATOR } from '../security/principal.ts';
import { QuestionRefused, type AnswerParts } from '../questions/answerContext.ts';
import { parseQuery } from './parseQuery.ts';

/**
 * Written from OpenCost's documentation (docs/swagger.json, opencost.io "API") and code (allocation_json.go,
 * allocationprops.go, window.go, aggregation.go) at commit 5f65333.
 */
const GIB = 1024 ** 3;

/** The fields of `AllocationJSON` that are always present. */
const FIELDS =
  `name properties window start end minutes cpuCores cpuCoreRequestAverage cpuCoreUsageAverage
  cpuCoreHours cpuCost cpuCostAdjustment cpuCostIdle cpuEfficiency gpuCount gpuRequestAverage
  gpuUsageAverage gpuHours gpuCost gpuCostAdjustment gpuCostIdle gpuEfficiency networkTransferBytes
  networkReceiveBytes networkCost networkCrossZoneCost networkCrossRegionCost networkInternetCost
  networkCostAdjustment loadBalancerCost loadBalancerCostAdjustment pvBytes pvByteHours pvCost pvs
  pvCostAdjustment ramBytes ramByteRequestAverage ramByteUsageAverage ramByteHours ramCost
  ramCostAdjustment ramCostIdle ramEfficiency externalCost sharedCost totalCost totalEfficiency
  rawAllocationOnly lbAllocations`.split(/\s+/);

let server: OpenCostServer;
let deps: ServeDeps;
let reader: HistoryReader;
beforeAll(async () => {
  server = await openCostServer();
  ({ deps, reader } = server);
});
afterAll(() => server?.close());

interface Answer {
  readonly code: number;
  readonly status: string;
  readonly message?: string;
  readonly data: readonly Record<string, Record<string, number> & { properties: object }>[];
}

function get(path: string): Promise<Response> {
  return server.get(path);
}

async function ask(query: string, path = '/allocation/compute'): Promise<Answer> {
  const response = await get(`${path}?${query}`);
  return (await response.json()) as Answer;
}

const WHOLE = `window=${START / 1000},${NOW / 1000}`;

describe('the response', () => {
  it('has OpenCost’s envelope and fields', async () => {
    const answer = await ask(`${WHOLE}&aggregate=namespace`);
    expect(answer).toMatchObject({ code: 200, status: 'success' });
    expect(answer.data).toHaveLength(1);
    const { shop } = answer.data[0] ?? {};
    expect(Object.keys(shop ?? {}).sort()).toEqual([...FIELDS].sort());
    expect(shop).toMatchObject({
      name: 'shop',
      properties: { cluster: 'prod', namespace: 'shop' },
      window: { start: '2026-11-24T06:00:00Z', end: '2026-11-24T08:00:00Z' },
      start: '2026-11-24T06:00:00Z',
      end: '2026-11-24T08:00:00Z',
      minutes: 120,
      // web 1 core × 2 h + job 2 cores × 1 h.
      cpuCoreHours: 4,
      cpuCores: 2,
      cpuCost: 4,
      cpuCoreRequestAverage: 2,
      cpuCoreUsageAverage: 1.5, // (0.5 × 2 + 2 × 1) / 2 h
      cpuEfficiency: 0.75,
      ramByteHours: 6 * GIB, // 2 GiB × 2 h + 2 GiB × 1 h
      ramCost: 0.6,
      ramEfficiency: 0.5,
      pvCost: 0.2, // 10 GiB × 0.01 × 2 h, mounted by no pod
      pvBytes: 10 * GIB,
      pvByteHours: 20 * GIB,
      totalCost: 4.8,
      rawAllocationOnly: null,
    });
    // 100 B/s for three pod-hours; the history keeps rates to 0.14 %.
    expect((shop?.['networkTransferBytes'] ?? 0) / (100 * 3600 * 3)).toBeCloseTo(1, 2);
    // (0.75 × 4 + 0.5 × 0.6) / 4.6
    expect(shop?.['totalEfficiency']).toBeCloseTo(3.3 / 4.6, 9);
  });

  it('is the same under /allocation', async () => {
    const [first, second] = await Promise.all([
      ask(`${WHOLE}&aggregate=namespace`),
      ask(`${WHOLE}&aggregate=namespace`, '/allocation'),
    ]);
    expect(second).toEqual(first);
  });

  it('keys single containers by cluster/node/namespace/pod/container when nothing is asked', async () => {
    const { data } = await ask(WHOLE);
    expect(Object.keys(data[0] ?? {})).toEqual([
      'prod//shop/__unmounted__/__unmounted__',
      'prod/n1/shop/job-0/main',
      'prod/n1/shop/web-0/main',
      'prod/n2/data/burn-0/main',
      'prod/n2/data/db-0/main',
    ]);
    expect(data[0]?.['prod/n1/shop/web-0/main']).toMatchObject({
      properties: {
        cluster: 'prod',
        node: 'n1',
        container: 'main',
        controller: 'web',
        controllerKind: 'deployment',
        namespace: 'shop',
        pod: 'web-0',
        providerID: 'i-0abc',
        labels: { app_kubernetes_io_name: 'web', team: 'a' },
      },
      rawAllocationOnly: { cpuCoreUsageMax: 0.5, ramByteUsageMax: 1.5 * GIB },
    });
    // A pod of the second hour has its own span, so its averages are over the time it lived.
    expect(data[0]?.['prod/n1/shop/job-0/main']).toMatchObject({
      start: '2026-11-24T07:00:00Z',
      minutes: 60,
      cpuCores: 2,
      properties: { controllerKind: 'job', controller: 'nightly' },
    });
  });
});

it('what has no pod is unallocated where costs are asked by pod', async () => {
  const table = await reader.costs({ from: START, to: NOW, by: ['pod'], namespaces: null });
  const { key, storageNano } = table.rows.find((row) => row.key.endsWith('__unallocated__'))!;
  expect([key, storageNano]).toEqual(['shop/__unallocated__', 0.2e9]);
});

describe('aggregate', () => {
  it.each([
    ['cluster', ['prod']],
    ['all', ['']],
    ['node', ['', 'n1', 'n2']],
    ['controllerKind', ['__unallocated__', 'deployment', 'job', 'statefulset']],
    ['controller', ['__unallocated__', 'deployment:web', 'job:nightly', 'statefulset:db']],
    ['deployment', ['__unallocated__', 'web']],
    ['container', ['__unmounted__', 'main']],
    ['label:team', ['__unallocated__', 'a']],
    ['label:app_kubernetes_io_name', ['__unallocated__', 'web']],
    ['team', ['__unallocated__', 'a']],
    ['namespace,label:team', ['data/__unallocated__', 'shop/__unallocated__', 'shop/a']],
  ])('%s gives OpenCost’s keys', async (aggregate, keys) => {
    const { data } = await ask(`${WHOLE}&aggregate=${encodeURIComponent(aggregate)}`);
    expect(Object.keys(data[0] ?? {})).toEqual(keys);
    const total = Object.values(data[0] ?? {}).reduce(
      (sum, each) => sum + (each['totalCost'] ?? 0),
      0,
    );
    expect(total).toBeCloseTo(4.8 + 14 + 0.8, 9); // shop; burn 3 and db 4 cores, 2 GiB each, for 2 h
  });
});

describe('step and accumulate', () => {
  it('give a set for each step, or one', async () => {
    const hours = await ask(`${WHOLE}&aggregate=namespace&step=1h`);
    expect(hours.data.map((set) => set['shop']?.['cpuCost'])).toEqual([1, 3]);
    const days = await ask(`${WHOLE}&aggregate=namespace&accumulateBy=day`);
    expect(days.data.map((set) => set['shop']?.['cpuCost'])).toEqual([4]);
    const one = await ask(`${WHOLE}&aggregate=namespace&step=1h&accumulate=true`);
    expect(one.data.map((set) => set['shop']?.['cpuCost'])).toEqual([4]);
  });

  it('give an empty set where the history has nothing', async () => {
    const { data } = await ask('window=yesterday&aggregate=namespace');
    expect(data).toEqual([{}]);
    const today = await ask('window=today&aggregate=namespace');
    expect(today.data[0]?.['shop']).toMatchObject({
      window: { start: '2026-11-24T00:00:00Z', end: '2026-11-25T00:00:00Z' },
      start: '2026-11-24T06:00:00Z',
      end: '2026-11-24T08:00:00Z',
    });
  });
});

describe('idle', () => {
  it.each(['idle', 'includeIdle'])('is shown by %s, clamped at zero per node', async (name) => {
    const { data } = await ask(`${WHOLE}&aggregate=namespace&${name}=true`);
    // n1: 8 core-hours − 4 = 4; n2: 8 − 14 is taken as 0. RAM: 2·(32−…): n1 3.2 − 0.6, n2 3.2 − 0.8.
    expect(data[0]?.['__idle__']).toMatchObject({ name: '__idle__', cpuCost: 4, gpuCost: 0 });
    expect(data[0]?.['__idle__']?.['ramCost']).toBeCloseTo(5, 9);
    expect(data[0]?.['__idle__']?.properties).toEqual({ cluster: 'prod' });
  });

  it('is shared out by cost, over the cluster or node by node', async () => {
    const cluster = await ask(`${WHOLE}&aggregate=namespace&idle=true&shareIdle=true`);
    expect(Object.keys(cluster.data[0] ?? {})).toEqual(['data', 'shop']);
    // CPU costs 4 and 14 of 18 in all: idle 4 is shared 4·4/18 and 4·14/18.
    expect(cluster.data[0]?.['shop']?.['cpuCost']).toBeCloseTo(4 + 16 / 18, 8);
    expect(cluster.data[0]?.['shop']?.['cpuCostIdle']).toBeCloseTo(16 / 18, 8);
    const nodes = await ask(
      `${WHOLE}&aggregate=namespace&idle=true&shareIdle=true&idleByNode=true`,
    );
    expect(nodes.data[0]?.['shop']?.['cpuCost']).toBe(8);
    expect(nodes.data[0]?.['data']?.['cpuCost']).toBe(14);
  });
});

describe('filter', () => {
  const only = async (filter: string, more = '&aggregate=container,pod'): Promise<string[]> => {
    const { data } = await ask(`${WHOLE}${more}&filter=${encodeURIComponent(filter)}`);
    return Object.keys(data[0] ?? {}).map((key) => key.replace('main/', ''));
  };
  const everything = ['__unmounted__/__unmounted__', 'burn-0', 'db-0', 'job-0', 'web-0'];

  it.each([
    ['namespace:"data"', ['burn-0', 'db-0']],
    ['namespace:"data","shop"', everything],
    ['namespace!:"shop","nowhere"', ['burn-0', 'db-0']],
    ['cluster:"prod"', everything],
    ['cluster!:"prod"', []],
    ['node:"n1" + controllerKind:"job"', ['job-0']],
    ['node<~:"n" + node~>:"2"', ['burn-0', 'db-0']],
    ['controllerName:"web"', ['web-0']],
    ['controllerName:"__unallocated__"', ['__unmounted__/__unmounted__', 'burn-0']],
    ['controllerName!~:"b"', ['__unmounted__/__unmounted__', 'burn-0', 'job-0']],
    ['pod:"db-0"', ['db-0']],
    ['container:"__unmounted__"', ['__unmounted__/__unmounted__']],
    ['provider:"i-0abc"', ['job-0', 'web-0']],
    ['label[team]:"a"', ['web-0']],
    ['label[app.kubernetes.io/name]!:"web" + node:"n1"', ['job-0']],
    ['label[app_kubernetes_io_name]:"web"', ['web-0']],
    ['label:"team"', ['web-0']],
    ['team:"a"', ['web-0']],
    ['label!:"team" + node:"n1"', ['job-0']],
    ['controllerName:"web" | (namespace:"data" + controllerKind:"statefulset")', ['db-0', 'web-0']],
    // A plus that was not encoded arrives as a space.
    ['namespace:"shop" node:"n1"', ['job-0', 'web-0']],
    ['  ', everything],
  ])('%s', async (filter, pods) => {
    expect(await only(filter)).toEqual(pods);
  });

  it('leaves what each allocation costs as it is, and shows the idle of the nodes that pass', async () => {
    const path = `${WHOLE}&aggregate=namespace&idle=true`;
    const filtered = async (filter: string, more = '') =>
      (await ask(`${path}${more}&filter=${encodeURIComponent(filter)}`)).data[0] ?? {};
    const n1 = await filtered('node:"n1"');
    expect(Object.keys(n1)).toEqual(['shop', '__idle__']);
    // n1: 2 × (4 cores − …) = 4; 2 h × 16 GiB × 0.1 = 3.2 less 0.6. n2 has idle memory alone.
    expect(n1['__idle__']?.['cpuCost']).toBeCloseTo(4, 9);
    expect(n1['__idle__']?.['ramCost']).toBeCloseTo(2.6, 9);
    expect(Object.keys(await filtered('namespace:"shop"'))).toEqual(['shop']);
    const shared = await filtered('namespace:"shop"', '&shareIdle=true');
    // As without the filter: CPU costs 4 and 14 of 18 in all.
    expect(shared['shop']?.['cpuCost']).toBeCloseTo(4 + 16 / 18, 8);
  });
});

describe('who may see only some namespaces', () => {
  it('gets their allocations alone, without the cluster’s idle', async () => {
    const path = `/allocation/compute?${WHOLE}&aggregate=namespace&idle=true`;
    const principal = { ...LOCAL_OPERATOR, namespaces: new Set(['data']) };
    const response = await server.get(path, NOW, principal);
    const { data } = (await response.json()) as Answer;
    expect(Object.keys(data[0] ?? {})).toEqual(['data']);
  });
});

describe('a question whose answer is too large', () => {
  it('is refused, and says how to ask for less', async () => {
    const tooLarge = new HistoryError('too-large', 'ask for longer steps');
    const { questions } = deps;
    const answers = historyAnswers({
      reader: { status: () => reader.status(), nodes: () => Promise.reject(tooLarge) },
      config: deps.config,
    } as unknown as AnswerParts);
    const query = parseQuery(new URLSearchParams('window=1h'), NOW);
    const asked = { call: 'allocation' as const, query, namespaces: null };
    const text = new TextDecoder().decode(await questions.allocations(asked));
    expect(JSON.parse(text)).toMatchObject({ code: 200, status: 'success' });
    await expect(answers.allocations(asked)).rejects.toThrow(QuestionRefused);
  });
});

describe('bad requests', () => {
  it.each([
    ['', 'illegal window: ""'],
    ['window=7', 'illegal window: "7"'],
    ['window=2026-11-24T07:00:00Z,2026-11-24T06:00:00Z', 'illegal window'],
    ['window=401d', 'at most 400 days'],
    [`${WHOLE}&aggregate=namspace`, 'invalid aggregate "namspace"'],
    [`${WHOLE}&step=soon`, 'illegal step: "soon"'],
    [`${WHOLE}&step=1s`, 'more than 1000 sets'],
    [`${WHOLE}&accumulateBy=year`, 'illegal accumulateBy'],
    [`${WHOLE}&idle=maybe`, 'illegal idle: "maybe"'],
    [`${WHOLE}&aggregate=annotation:x`, 'use label:NAME or owner'],
    [`${WHOLE}&filter=namespace:shop`, 'found "shop" at 11, expected a value in double quotes'],
    [`${WHOLE}&filter=annotation[a]:"b"`, '"annotation" is not kept in the history of costs'],
  ])('%s says what is wrong', async (query, message) => {
    const response = await get(`/allocation/compute?${query}`);
    expect(response.status).toBe(400);
    const answer = (await response.json()) as Answer;
    expect(answer).toMatchObject({ code: 400, status: 'error', data: null });
    expect(answer.message).toContain(message);
  });
});
