import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../model/time.ts';
import { allocate } from '../allocate.ts';
import { priceNodes } from '../priceNodes.ts';
import { pricingProblems } from '../pricingProblems.ts';
import { aNode, aSnapshot, pricing } from '../../../test/support/cost.ts';
import { pricesOfHistory, pricesOfSnapshot } from './pricesReport.ts';
import { renderPrices } from './renderPrices.ts';

const RULES = pricing({
  cpuCoreHour: 0,
  ramGiBHour: 0,
  nodes: [{ match: { pool: 'a' }, hourly: 0.384 }],
});
const SNAPSHOT = aSnapshot({
  nodes: [
    aNode({ name: 'n1', labels: { pool: 'a', 'topology.kubernetes.io/region': '=eu' } }),
    aNode({ name: 'n2' }),
  ],
});
const LOADED = {
  lists: [
    {
      source: 'p.csv',
      asOf: 0,
      currency: 'USD',
      configured: true,
      find: () => null,
      sizes: () => [],
    },
  ] as const,
  problems: ['p.csv: its prices are old'],
};

describe('prices', () => {
  const report = pricesOfSnapshot(SNAPSHOT, RULES, LOADED);

  it('say for each node what it costs, by which source and why', () => {
    expect(report.nodes).toMatchObject([
      { node: 'n1', region: '=eu', capacityType: 'on-demand', source: 'config', cpuCores: 4 },
      { node: 'n2', hourly: null, source: 'none' },
    ]);
    expect(report.nodes[0]?.hourly).toBeCloseTo(0.384, 12);
    expect(report.nodes[0]?.monthly).toBeCloseTo(280.32, 9); // 0.384 × 730
    expect(report.lists).toEqual([{ source: 'p.csv', asOf: '1970-01-01', currency: 'USD' }]);
  });

  it('print as a table, CSV and JSON', () => {
    const table = renderPrices(report, 'table');
    expect(table).toMatch(
      /^n1 +- +=eu +on-demand +0\.3840 +100% +config +pricing\.nodes\[0\] matches pool=a/m,
    );
    expect(table).toMatch(
      /^n2 .* unknown +0% +none +No source prices this node: .*the flat rates are zero/m,
    );
    expect(table).toContain('Problem: p.csv: its prices are old\n');
    expect(renderPrices(report, 'csv')).toContain("\r\nn1,,'=eu,on-demand,4,16,0,0.384,");
    expect(JSON.parse(renderPrices(report, 'json'))).toEqual(report);
  });

  it('come from the history as they were recorded, for the nodes seen last', () => {
    const price = priceNodes(SNAPSHOT, RULES).get('n1') ?? null;
    const seen = { firstSeen: 0, lastSeen: DAY_MS, providerId: null, labels: { pool: 'a' }, price };
    const size = { cpuCores: 4, ramBytes: 16 * 1024 ** 3, gpus: 0 };
    const nodes = [
      { name: 'n1', ...seen, ...size },
      { name: 'old', ...seen, ...size, lastSeen: 0 },
    ];
    const stored = pricesOfHistory(nodes, RULES, LOADED);
    expect(stored.nodes.map((row) => row.node)).toEqual(['n1']);
    expect(stored.nodes[0]?.hourly).toBeCloseTo(0.384, 12);
  });

  it('missing for a node are a problem of the window', () => {
    const costs = allocate(SNAPSHOT, priceNodes(SNAPSHOT, RULES), RULES);
    const problems = pricingProblems(SNAPSHOT, costs);
    expect(problems).toMatchObject([{ code: 'unpriced-node', subject: 'n2' }]);
    expect(problems[0]?.text).toContain('Add it to pricing.nodes');
  });

  it('missing for many nodes of one kind are one problem', () => {
    const labels = {
      'node.kubernetes.io/instance-type': 'zz9',
      'karpenter.sh/capacity-type': 'spot',
    };
    const nodes = ['a', 'b', 'c', 'd', 'e'].map((name) => aNode({ name, labels }));
    const snapshot = aSnapshot({ nodes });
    const costs = allocate(snapshot, priceNodes(snapshot, RULES), RULES);
    const [problem, ...others] = pricingProblems(snapshot, costs);
    expect(others).toEqual([]);
    expect(problem?.subject).toBe('zz9, spot');
    expect(problem?.text).toMatch(/^Nodes a, b, c and 2 more: no price, so what runs there seems/);
  });
});
