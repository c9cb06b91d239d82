import { expect, it } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import type { HistoryReader } from '../../store/history.ts';
import { readCosts } from './readCosts.ts';

const HOUR = 3_600_000;
const reader = {
  nodes: () => Promise.resolve([]),
  costs: () =>
    Promise.resolve({
      window: { start: 0, end: 730 * HOUR },
      rows: [],
      idle: { cpuNano: 0, ramNano: 0, gpuNano: 0 },
      nodesNano: 0,
      coverage: 1,
      provisional: false,
    }),
} as unknown as HistoryReader;

it('who sees but some namespaces is not charged the whole cluster’s fixed fees, nor told them', async () => {
  const { pricing } = configSchema.parse({
    pricing: { basis: 'contracted', fixed: [{ name: 'control plane', monthly: 73 }] },
  });
  const total = async (namespaces: readonly string[] | null) => {
    const query = { from: 0, to: 730 * HOUR, by: ['namespace' as const], namespaces };
    return (await readCosts(reader, pricing, { cluster: 'test', query })).totalCost;
  };
  expect(await total(null)).toBe(73);
  expect(await total(['shop'])).toBe(0);
});

it('rows say how far their prices can be relied on, weighted by cost', async () => {
  const row = (parts: readonly string[], cpuNano: number, node: string | null) => ({
    key: parts[0],
    parts,
    node,
    namespace: parts[0],
    workload: null,
    owner: null,
    pod: null,
    container: null,
    cpuNano,
    ramNano: 0,
    gpuNano: 0,
    storageNano: 0,
    networkNano: 0,
    loadBalancerNano: 0,
    cpuCoreHours: 1,
    ramByteHours: 0,
    gpuHours: 0,
    coverage: 1,
    cpuRequestCoreHours: 0,
    cpuUsageCoreHours: 0,
    ramRequestByteHours: 0,
    ramUsageByteHours: 0,
  });
  const rows = {
    namespace: [row(['shop'], 4, null)],
    node: [row(['shop', 'a'], 1, 'a'), row(['shop', 'b'], 3, 'b')],
  };
  const priced = {
    nodes: () =>
      Promise.resolve([
        { name: 'a', price: { confidence: 0.5 } },
        { name: 'b', price: { confidence: 0.9 } },
      ]),
    costs: async ({ by }: { readonly by: readonly string[] }) => ({
      ...(await reader.costs({ from: 0, to: 1, by: ['namespace'], namespaces: null })),
      rows: by.includes('node') ? rows.node : rows.namespace,
    }),
  } as unknown as HistoryReader;
  const { pricing } = configSchema.parse({});
  const query = { from: 0, to: HOUR, by: ['namespace' as const], namespaces: null };
  const report = await readCosts(priced, pricing, { cluster: 'test', query });
  expect(report.rows.map(({ priceConfidence }) => priceConfidence)).toEqual([0.8]);
});
