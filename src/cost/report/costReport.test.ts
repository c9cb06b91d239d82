import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import type { CostRow, CostTable } from '../../store/costTable.ts';
import { DAY_MS } from '../../model/time.ts';
import { pricing } from '../../../test/support/cost.ts';
import { costReport } from './costReport.ts';
import { emptyRow } from '../../store/costTable.ts';
import { renderCosts } from './renderCosts.ts';

const START = Date.UTC(2026, 10, 16);

function aRow(key: string, change: Partial<CostRow> = {}): CostRow {
  return { ...emptyRow(key), namespace: key, ...change };
}

function aTable(rows: readonly CostRow[], change: Partial<CostTable> = {}): CostTable {
  const idle = { cpuNano: 0, ramNano: 0, gpuNano: 0 };
  const nodesNano = rows.reduce((sum, row) => sum + row.cpuNano + row.ramNano + row.gpuNano, 0);
  const window = { start: START, end: START + 7 * DAY_MS };
  return { window, rows, idle, nodesNano, coverage: 1, provisional: false, ...change };
}

const options = { cluster: 'prod', by: ['namespace'] as const };

describe('costReport', () => {
  it('reports in the contract’s form, dearest first', () => {
    const table = aTable(
      [
        aRow('data', { cpuNano: 1e9, cpuCoreHours: 10 }),
        aRow('shop', {
          cpuNano: 3e9,
          ramNano: 1e9,
          storageNano: 5e8,
          ramByteHours: 2 * 1024 ** 3,
          cpuRequestCoreHours: 10,
          cpuUsageCoreHours: 4,
          ramRequestByteHours: 100,
          ramUsageByteHours: 80,
        }),
      ],
      { idle: { cpuNano: -1e9, ramNano: 5e9, gpuNano: 0 }, nodesNano: 9e9, provisional: true },
    );
    const report = costReport(table, pricing(), options);
    expect(report).toMatchObject({
      cluster: 'prod',
      currency: 'USD',
      window: { start: '2026-11-16T00:00:00Z', end: '2026-11-23T00:00:00Z' },
      by: 'namespace',
      idle: { cpuCost: -1, ramCost: 5, gpuCost: 0, totalCost: 4 },
      nodesCost: 9,
      totalCost: 9.5, // rows 4.5 + 1, idle 4
      priceBasis: 'list',
      provisional: true,
    });
    expect(report.rows.map((row) => row.key)).toEqual(['shop', 'data']);
    // Efficiency: CPU 4/10, RAM 80/100, weighted by cost 3:1 → (0.4·3 + 0.8·1)/4 = 0.5.
    expect(report.rows[0]).toMatchObject({ namespace: 'shop', ramGiBHours: 2, totalCost: 4.5 });
    expect(report.rows[0]?.efficiency).toBeCloseTo(0.5, 12);
  });

  it('is covered no better than its rows: a node without a price shows', () => {
    const rows = [aRow('a', { cpuCoreHours: 3 }), aRow('b', { cpuCoreHours: 1, coverage: 0 })];
    expect(costReport(aTable(rows), pricing(), options).coverage).toBe(0.75);
    expect(costReport(aTable(rows, { coverage: 0.5 }), pricing(), options).coverage).toBe(0.5);
  });

  it('shows idle node by node in costs by node', () => {
    const idle = { idleCpuNano: -1e9, idleRamNano: 2e9, idleGpuNano: 0 };
    const size = { cpuCoreHours: 4, ramByteHours: 1, gpuHours: 0 };
    const nodes = [{ node: 'n1', ...size, cpuNano: 3e9, ramNano: 1e9, gpuNano: 0, ...idle }];
    const table = aTable([aRow('n1', { node: 'n1', cpuNano: 4e9 })], { nodes });
    const report = costReport(table, pricing(), { cluster: 'prod', by: ['node'] });
    expect(report.idleByNode).toEqual([
      { node: 'n1', cpuCost: -1, ramCost: 2, gpuCost: 0, totalCost: 1, nodeCost: 4 },
    ]);
    expect(renderCosts(report, 'table')).toMatch(/^n1 +4\.00 +-1\.00 +2\.00 +0\.00 +1\.00 +25%$/m);
    expect(costReport(table, pricing(), options).idleByNode).toBeUndefined();
  });

  it('takes usage without a request as efficiency 1 and neither as 0', () => {
    const rows = [aRow('used', { cpuUsageCoreHours: 1, cpuNano: 1 }), aRow('empty')];
    const report = costReport(aTable(rows), pricing(), options);
    expect(report.rows.map((row) => [row.key, row.cpuEfficiency, row.efficiency])).toEqual([
      ['used', 1, 1],
      ['empty', 0, 0],
    ]);
  });

  it('spreads a shared namespace by weight or evenly, and takes its row away', () => {
    const system = aRow('kube-system', { cpuNano: 3e9 });
    const table = aTable([aRow('a', { cpuNano: 2e9 }), aRow('b', { cpuNano: 1e9 }), system]);
    const shared = aTable([system]);
    const weighted = costReport(table, pricing(), { ...options, shared });
    expect(weighted.rows.map((row) => [row.key, row.sharedCost, row.totalCost])).toEqual([
      ['a', 2, 4],
      ['b', 1, 2],
    ]);
    const evenly = costReport(table, pricing({ shared: { split: 'evenly' } }), {
      ...options,
      shared,
    });
    expect(evenly.rows.map((row) => row.sharedCost)).toEqual([1.5, 1.5]);
    expect(evenly.totalCost).toBe(6);
  });

  it('spreads a shared namespace by use, and by cost where none was seen', () => {
    const system = aRow('kube-system', { cpuNano: 3e9 });
    const sharedOf = (...rows: readonly CostRow[]) => {
      const report = costReport(
        aTable([...rows, system]),
        pricing({ shared: { split: 'usage' } }),
        {
          ...options,
          shared: aTable([system]),
        },
      );
      return Object.fromEntries(report.rows.map((row) => [row.key, row.sharedCost]));
    };
    // A core weighs as much as 0.031611 / 0.004237 GiB.
    const ram = { ramUsageByteHours: (0.031611 / 0.004237) * 1024 ** 3 };
    const busy = aRow('a', { cpuNano: 1e9, cpuUsageCoreHours: 2 });
    const idle = aRow('b', { cpuNano: 2e9, ...ram });
    expect(sharedOf(busy, idle)).toEqual({ a: 2, b: 1 });
    expect(sharedOf(aRow('a', { cpuNano: 1e9 }), aRow('b', { cpuNano: 2e9 }))).toEqual({
      a: 1,
      b: 2,
    });
  });

  it('takes only the shared part out of a row that mixes namespaces', () => {
    const table = aTable([aRow('n1', { namespace: null, cpuNano: 5e9, cpuCoreHours: 5 })]);
    const shared = aTable([aRow('n1', { namespace: null, cpuNano: 2e9, cpuCoreHours: 2 })]);
    const [row] = costReport(table, pricing(), { ...options, shared }).rows;
    expect(row).toMatchObject({ cpuCost: 3, sharedCost: 2, totalCost: 5, cpuCoreHours: 3 });
  });

  it('adds fixed fees to the contracted bases only, by the 730-hour month', () => {
    // 73 a month is 0.1 an hour; seven days are 168 hours: 16.8.
    const rules = { fixed: [{ name: 'control plane', monthly: 73 }] };
    const table = aTable([aRow('a', { cpuNano: 1e9 })]);
    expect(costReport(table, pricing(rules), options).totalCost).toBe(1);
    const contracted = costReport(table, pricing({ ...rules, basis: 'contracted' }), options);
    expect(contracted.rows[0]?.sharedCost).toBeCloseTo(16.8, 12);
    expect(contracted.totalCost).toBeCloseTo(17.8, 12);
    const empty = costReport(aTable([]), pricing({ ...rules, basis: 'contracted' }), options);
    expect(empty.rows.map((row) => [row.key, row.totalCost])).toEqual([['__shared__', 16.8]]);
  });

  it('shares idle out by what each row costs of the resource, also when idle is negative', () => {
    const table = aTable([aRow('a', { cpuNano: 3e9 }), aRow('b', { cpuNano: 1e9, ramNano: 1e9 })], {
      idle: { cpuNano: -2e9, ramNano: 4e9, gpuNano: 1e9 },
    });
    const report = costReport(table, pricing(), { ...options, idle: 'share' });
    expect(report.rows.map((row) => [row.key, row.cpuCost, row.ramCost])).toEqual([
      ['b', 0.5, 5],
      ['a', 1.5, 0],
    ]);
    // Nobody has a GPU, so nobody can carry idle GPUs.
    expect(report.idle).toEqual({ cpuCost: 0, ramCost: 0, gpuCost: 1, totalCost: 1 });
  });

  it('loses nothing: rows + idle = total, however overheads and idle are shared', () => {
    const nano = fc.integer({ min: 0, max: 1e12 });
    const row = fc.record({ cpuNano: nano, ramNano: nano, gpuNano: nano, storageNano: nano });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.constantFrom('share' as const, 'separate' as const),
        fc.constantFrom('evenly' as const, 'weighted' as const),
        (costs, idleNano, idle, split) => {
          const rows = costs.map((cost, index) => aRow(`n${index}`, cost));
          const table = aTable(rows, { idle: { cpuNano: idleNano, ramNano: 0, gpuNano: 0 } });
          const shared = aTable(rows.slice(0, 1));
          const rules = pricing({ shared: { split } });
          const report = costReport(table, rules, { ...options, shared, idle });
          const nanos = (units: number): number => Math.round(units * 1e9);
          const sum = report.rows.reduce((total, each) => total + nanos(each.totalCost), 0);
          const expected = rows.reduce(
            (total, each) => total + each.cpuNano + each.ramNano + each.gpuNano + each.storageNano,
            idleNano,
          );
          expect(sum + nanos(report.idle.totalCost)).toBe(expected);
          expect(nanos(report.totalCost)).toBe(expected);
        },
      ),
    );
  });
});

describe('renderCosts', () => {
  const table = aTable(
    [
      aRow('=cmd|calc', { cpuNano: 2e9, owner: '@team "x"', namespace: null }),
      aRow('shop\u001B[31m', { cpuNano: 1e9, storageNano: 1e7, namespace: 'shop' }),
    ],
    { idle: { cpuNano: -5e8, ramNano: 0, gpuNano: 0 } },
  );
  const report = costReport(table, pricing(), options);

  it('neutralises formulas in CSV and leaves numbers numbers', () => {
    const lines = renderCosts(report, 'csv').split('\r\n');
    expect(lines[0]).toMatch(/^key,namespace,kind,workload,owner,cpuCoreHours,/);
    expect(lines[1]).toMatch(/^'=cmd\|calc,,,,"'@team ""x""",0,/);
    expect(lines[3]).toMatch(/^__idle__,,,,,,,,-0\.5,/);
  });

  it('prints a table with totals, the basis, and no control codes', () => {
    const text = renderCosts(report, 'table');
    expect(text).not.toContain('\u001B');
    expect(text).toContain('estimated at list prices');
    expect(text).toMatch(/^NAMESPACE +CPU +RAM +STORAGE +TOTAL +EFFICIENCY +COVERAGE$/m);
    expect(text).toMatch(/^__idle__ +-0\.5000/m);
    expect(text).toMatch(/^TOTAL +2\.51 /m);
  });

  it('prints JSON that is the report', () => {
    expect(JSON.parse(renderCosts(report, 'json'))).toEqual(report);
  });
});
