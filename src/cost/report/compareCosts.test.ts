import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { pricedWindow, pricing } from '../../../test/support/cost.ts';
import { randomCluster } from '../../../test/support/randomCluster.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { HOUR_MS } from '../../model/time.ts';
import { toNano } from '../../model/money.ts';
import { COST_DIMENSIONS, partsKey, rowParts, type CostDimension } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import { compareCosts, compareReports, sortRows } from './compareCosts.ts';
import type { CostReport } from './costReport.ts';
import { readCosts } from './readCosts.ts';

const START = Date.UTC(2026, 9, 28, 5);
const WINDOWS = 4 * 24;
const RULES = pricing({
  nodes: [{ match: { pool: 'priced' }, hourly: 0.384 }],
  basis: 'contracted',
  fixed: [{ name: 'control plane', monthly: 73.1 }],
});

let reader: HistoryReader;
const history = new TempHistory();
const namespaces = new Set<string>();

beforeAll(async () => {
  const clusters = fc.sample(randomCluster, { numRuns: 3, seed: 5 });
  const writer = await history.openWriter('history', { windowMs: HOUR_MS });
  const records = Array.from({ length: WINDOWS }, (_, index) => {
    const start = START + index * HOUR_MS;
    const cluster = clusters[Math.floor(index / 31) % clusters.length]!;
    for (const { namespace } of cluster.pods) namespaces.add(namespace);
    const snapshot = { ...cluster, window: { start, end: start + HOUR_MS } };
    return pricedWindow(snapshot, RULES, START + HOUR_MS);
  });
  await writer.recordWindows(records);
  await writer.close();
  reader = await openHistoryReader(history.path('history'));
});

afterAll(async () => {
  await reader.close();
  history[Symbol.dispose]();
});

const dimension = fc.constantFrom<CostDimension>(...COST_DIMENSIONS, 'label:app', 'label:none');
const question = fc.record({
  by: fc.uniqueArray(dimension, { minLength: 1, maxLength: 3 }),
  span: fc.tuple(fc.nat(WINDOWS + 3), fc.nat(WINDOWS + 3)).filter(([a, b]) => a !== b),
  idle: fc.constantFrom('separate' as const, 'share' as const),
  overheads: fc.constantFrom('spread' as const, 'show' as const),
  sharedCount: fc.nat(2),
});

function sumNano(rows: readonly { readonly cost: number }[]): number {
  return rows.reduce((sum, { cost }) => sum + toNano(cost), 0);
}

describe('the explorer’s figures', () => {
  it('add up: rows + idle is the total of the plain report, to the nano, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(question, async ({ by, span, idle, overheads, sharedCount }) => {
        const shared = { namespaces: [...namespaces].slice(0, sharedCount) };
        const rules = { ...RULES, shared: { ...RULES.shared, ...shared } };
        const [from, to] = span.toSorted((a, b) => a - b).map((at) => START + at * HOUR_MS);
        const query = { from: from!, to: to!, by, namespaces: null };
        const asked = { cluster: 'c', query, idle, overheads };
        const report = await compareCosts(reader, rules, asked);
        const plainQuery = { ...query, by: ['namespace' as const] };
        const plain = await readCosts(reader, rules, { cluster: 'c', query: plainQuery });
        const now = sumNano(report.rows.map(({ totalCost: cost }) => ({ cost })));
        expect(now + toNano(report.idle.totalCost)).toBe(toNano(plain.totalCost));
        expect(toNano(report.totalCost)).toBe(toNano(plain.totalCost));
        const { previous } = report;
        const before = sumNano(report.rows.map(({ previousCost: cost }) => ({ cost })));
        expect(before + toNano(previous.idleCost)).toBe(toNano(previous.totalCost));
        expect(new Set(report.rows.map((row) => partsKey(rowParts(row)))).size).toBe(
          report.rows.length,
        );
      }),
      { numRuns: 60 },
    );
  });

  it('of a filter are those of the rows that it leaves', async () => {
    const query = { from: START, to: START + WINDOWS * HOUR_MS, namespaces: null };
    const plain = pricing({});
    const by = ['namespace', 'node'] as const;
    const whole = await readCosts(reader, plain, { cluster: 'c', query: { ...query, by } });
    for (const namespace of namespaces) {
      const where = [{ by: 'namespace' as const, operator: '=' as const, value: namespace }];
      const part = await compareCosts(reader, plain, {
        cluster: 'c',
        query: { ...query, by: ['image'], where },
      });
      const own = whole.rows.filter((row) => row.namespace === namespace);
      expect(toNano(part.totalCost)).toBe(sumNano(own.map(({ totalCost: cost }) => ({ cost }))));
      expect(part.idle.totalCost).toBe(0);
    }
  });
});

describe('two periods', () => {
  const report = (costs: Readonly<Record<string, number>>, coverage: number): CostReport => {
    const rows = Object.entries(costs).map(([key, totalCost]) => ({
      key,
      parts: [key],
      totalCost,
    }));
    const totalCost = Object.values(costs).reduce((sum, cost) => sum + cost, 0);
    const window = { start: '2026-11-01T00:00:00Z', end: '2026-11-08T00:00:00Z' };
    return { rows, totalCost, coverage, window, idle: { totalCost: 0 } } as unknown as CostReport;
  };

  it('keep rows of either, with what changed', () => {
    const { rows, change, changeShare } = compareReports(
      report({ a: 3, new: 1 }, 1),
      report({ a: 2, gone: 5 }, 1),
    );
    expect(rows.map((row) => [row.key, row.totalCost, row.previousCost, row.change])).toEqual([
      ['a', 3, 2, 1],
      ['new', 1, 0, 1],
      ['gone', 0, 5, -5],
    ]);
    expect(rows.map((row) => row.changeShare)).toEqual([0.5, null, -1]);
    expect([change, changeShare]).toEqual([-3, -3 / 7]);
  });

  it('are not compared where one has much less data', () => {
    const { previous, change, rows } = compareReports(report({ a: 3 }, 1), report({ a: 1 }, 0.5));
    expect(previous.comparable).toBe(false);
    expect([change, rows[0]?.change, rows[0]?.previousCost]).toEqual([null, null, 1]);
  });

  it('are sorted, what is unknown last', () => {
    const { rows } = compareReports(report({ a: 3, b: 4, c: 1 }, 1), report({ a: 4, b: 4 }, 1));
    const keys = (...how: Parameters<typeof sortRows> extends [unknown, ...infer R] ? R : never) =>
      sortRows(rows, ...how)
        .map(({ key }) => key)
        .join('');
    expect(keys('change', 'desc')).toBe('cba');
    expect(keys('share', 'desc')).toBe('bac');
    expect(keys('share', 'asc')).toBe('abc');
    expect(keys('name', 'desc')).toBe('cba');
  });
});
