import { expect, it } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import type { HistoryReader } from '../../store/history.ts';
import { readCosts } from './readCosts.ts';

const HOUR = 3_600_000;
const reader = {
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
