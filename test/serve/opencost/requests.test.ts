import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_OPERATOR } from '../../../src/serve/security/principal.ts';
import {
  NOW,
  openCostServer,
  START,
  type OpenCostServer,
} from '../../support/serve/opencostServer.ts';
import { ALL, REQUESTS, type Expected } from './requests.ts';

type Figures = Record<string, number> & {
  readonly name: string;
  readonly start: string;
  readonly end: string;
  readonly window: { readonly start: string; readonly end: string };
  readonly properties: { readonly labels?: object };
  readonly pvs: Record<string, { readonly cost: number }> | null;
  readonly proportionalAssetResourceCosts?: Record<string, Record<string, number>>;
};
interface Asset {
  readonly type: string;
  readonly totalCost: number;
  readonly properties: { readonly name: string };
}
type Sets = readonly Readonly<Record<string, Figures>>[];

let server: OpenCostServer;
beforeAll(async () => {
  server = await openCostServer();
});
afterAll(() => server?.close());

async function ask(query: string, path = '/allocation/compute', now?: string) {
  const start = START / 1000;
  const end = NOW / 1000;
  const asked = query
    .replace('WHOLE', `window=${start},${end}`)
    .replace(/START/g, String(start))
    .replace(/END/g, String(end));
  const at = now === undefined ? NOW : Date.parse(`2026-11-24T${now}Z`);
  const response = await server.get(`${path}?${asked}`, at);
  const body = (await response.json()) as { data: Sets; message?: string };
  return { ...body, status: response.status };
}

function totals(sets: Sets): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const set of sets) {
    for (const [key, each] of Object.entries(set)) sum[key] = (sum[key] ?? 0) + each['totalCost']!;
  }
  return sum;
}

/** What holds for every allocation, whatever was asked. */
function checkSets(sets: Sets): void {
  const spans = sets.flatMap((set) =>
    Object.values(set)
      .slice(0, 1)
      .map(({ window }) => window),
  );
  for (const [index, { start }] of spans.slice(1).entries()) {
    expect(start >= spans[index]!.end).toBe(true);
  }
  for (const set of sets) {
    const { window } = Object.values(set)[0] ?? {};
    for (const [key, each] of Object.entries(set)) {
      expect(each.name).toBe(key);
      expect(each.window).toEqual(window);
      expect(each.window.start <= each.start && each.start <= each.end).toBe(true);
      expect(each.end <= each.window.end).toBe(true);
      const minutes = (Date.parse(each.end) - Date.parse(each.start)) / 60_000;
      expect(each['minutes']).toBe(minutes);
      expect((each['cpuCores']! * minutes) / 60).toBeCloseTo(each['cpuCoreHours']!, 9);
      const parts = ['cpu', 'ram', 'gpu', 'pv', 'network', 'loadBalancer', 'shared'];
      const sum = parts.reduce((all, part) => all + each[`${part}Cost`]!, 0);
      expect(each['totalCost']).toBeCloseTo(sum, 6);
      const volumes = Object.values(each.pvs ?? {}).reduce((all, { cost }) => all + cost, 0);
      expect(volumes).toBeCloseTo(each['pvCost']!, 6);
    }
  }
}

describe.each(Object.entries(REQUESTS))('%s', (_, requests) => {
  it.each(requests)('%s', async (query, expected) => {
    const { path, now } = expected;
    const answer = await ask(query, path, now);
    const sets = answer.data ?? [];
    checkSets(sets);
    const sums = totals(sets);
    const first = Object.values(sets[0] ?? {})[0]?.window;
    const seen = {
      status: answer.status,
      refused: answer.message,
      keys: Object.keys(sets[0] ?? {}),
      sets: sets.length,
      total: Object.values(sums).reduce((all, each) => all + each, 0),
      window: [first?.start, first?.end],
      figures: (expected.figures ?? []).map(([key, field]) => sets[0]?.[key]?.[field]),
      sums,
    };
    expect(seen).toMatchObject(await wantedOf(expected));
  });
});

async function wantedOf(expected: Expected): Promise<object> {
  const { refused, total, window, figures, sumsTo, path, now, ...plain } = expected;
  const close = (value: number): unknown => expect.closeTo(value, 6);
  const says = (text: string): unknown => expect.stringContaining(text);
  const whole = sumsTo === undefined ? null : totals((await ask(sumsTo, path, now)).data);
  return {
    ...plain,
    status: refused === undefined ? 200 : 400,
    refused: refused === undefined ? undefined : says(refused),
    ...(total !== undefined && { total: close(total) }),
    ...(window && { window: window.map((time) => `2026-11-${time}:00Z`) }),
    ...(figures && { figures: figures.map(([, , value]) => close(value)) }),
    ...(whole && {
      sums: Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, close(value)])),
    }),
  };
}

it('has at least 150 requests', () => {
  expect(Object.values(REQUESTS).flat().length).toBeGreaterThanOrEqual(150);
});

it('start, end and minutes are the same by every aggregate', async () => {
  const spans = await Promise.all(
    ['namespace', 'pod', 'controller', 'label:team'].map(async (by) => {
      const { data } = await ask(`window=today&aggregate=${by}&filter=controllerName:"nightly"`);
      const [only] = Object.values(data[0] ?? {});
      return [only?.start, only?.end, only?.['minutes'], only?.['cpuCores']];
    }),
  );
  for (const span of spans) {
    expect(span).toEqual(['2026-11-24T07:00:00Z', '2026-11-24T08:00:00Z', 60, 2]);
  }
});

it('labels that all parts share stay with the whole, and shares of nodes are given, where asked for', async () => {
  const plain = await ask('WHOLE&aggregate=namespace');
  expect(plain.data[0]?.['data']?.properties.labels).toBeUndefined();
  const labelled = await ask('WHOLE&aggregate=namespace&includeAggregatedMetadata=true');
  expect(labelled.data[0]?.['data']?.properties.labels).toEqual({ tier: 'storage' });
  const flags = 'includeIdle=true&idleByNode=true&includeProportionalAssetResourceCosts=true';
  const shares = await ask(`WHOLE&aggregate=namespace&${flags}`);
  const { proportionalAssetResourceCosts } = shares.data[0]?.['shop'] ?? {};
  expect(proportionalAssetResourceCosts?.['prod,n1']).toMatchObject({
    cpuPercentage: 0.5, // web and job: 4 of 8 core-hours
    type: 'Node',
    providerID: 'i-0abc',
  });
});

describe('other calls', () => {
  const json = async (path: string) => {
    const response = await server.get(path);
    expect(response.status).toBe(200);
    return ((await response.json()) as { data: never }).data;
  };
  const span = `window=${START / 1000},${NOW / 1000}`;

  it.each(['', '/model'])('%s/allocation/summary has sets with their window', async (prefix) => {
    const data = await json(`${prefix}/allocation/summary?${span}&aggregate=namespace&step=1h`);
    expect(data).toMatchObject({
      step: 3_600_000_000_000,
      window: { start: '2026-11-24T06:00:00Z', end: '2026-11-24T08:00:00Z' },
      sets: [{ allocations: { shop: { cpuCost: 1 } } }, { allocations: { shop: { cpuCost: 3 } } }],
    });
  });

  it('/assets has nodes and volumes, each by itself', async () => {
    const all = Object.values<Asset>(
      await json(`/assets?${span}&aggregate=type&accumulate=true&includeIdle=true&step=1d`),
    );
    expect(all.map(({ type, properties }) => [type, properties.name])).toEqual([
      ['Node', 'n1'],
      ['Node', 'n2'],
      ['Disk', 'shop/left-over'],
    ]);
    // Two nodes of 4 cores and 16 GiB for two hours: 8 + 3.2 each.
    expect(all.reduce((sum, { totalCost }) => sum + totalCost, 0)).toBeCloseTo(22.4 + 0.2, 6);
    const disks = await json(`/assets?${span}&filterTypes=disk`);
    expect(Object.keys(disks)).toHaveLength(1);
    const n1 = await json(`/assets?${span}&filter=type:"node"%2Bname:"n1"`);
    expect(Object.keys(n1)).toHaveLength(1);
  });

  it('/allNodePricing, /clusterInfo and /healthz answer', async () => {
    expect(await json('/allNodePricing')).toMatchObject({ n1: { CPUHourlyCost: '1' } });
    expect(await json('/model/clusterInfo')).toEqual({ id: 'prod', name: 'prod' });
    expect((await server.get('/healthz')).status).toBe(200);
  });

  it('nothing of other namespaces is told to a token that may not see them', async () => {
    const principal = { ...LOCAL_OPERATOR, namespaces: new Set(['shop']) };
    const as = (path: string) => server.get(path, NOW, principal);
    expect(await (await as(`/assets?${span}`)).text()).not.toMatch(/n1|n2/);
    expect((await as('/allNodePricing')).status).toBe(500);
    const shared = await as(`/allocation?${span}&shareCost=${ALL}`);
    expect(shared.status).toBe(400);
    expect(await shared.text()).toContain('sees every namespace');
  });
});
