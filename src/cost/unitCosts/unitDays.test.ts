import { describe, expect, it } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import { fetchUnits } from '../../collect/prometheus/fetchUnits.ts';
import { CollectError } from '../../collect/collector.ts';
import { fc } from '../../../test/support/properties.ts';
import { pricedWindow, pricing } from '../../../test/support/cost.ts';
import { randomCluster } from '../../../test/support/randomCluster.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../model/time.ts';
import { addUnits, UNIT_COSTS, type UnitDay } from './unitDays.ts';
import { readUnitCosts } from './readUnitCosts.ts';

const START = Date.UTC(2026, 10, 23);
const WINDOW = 5 * MINUTE_MS;

function aState() {
  const rows = new Map<string, UnitDay>();
  const state = {
    get: (key: string) => rows.get(key),
    set: (key: string, value: UnitDay) => void rows.set(key, value),
    delete: (key: string) => void rows.delete(key),
    entries: () => new Map(rows),
  };
  const detectors = new Map([[UNIT_COSTS.name, rows]]);
  const reader = {
    loadState: () => Promise.resolve({ detectors }),
    status: () => Promise.resolve({ watermark: START + DAY_MS }),
  } as unknown as Parameters<typeof readUnitCosts>[0];
  return { rows, state, reader };
}

const parse = (unitCosts: readonly object[]) => configSchema.parse({ unitCosts }).unitCosts;

describe('unit costs', () => {
  it('keep what windows cost and served: hours add up to them, whatever is unknown', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomCluster,
        fc.array(fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })), {
          minLength: 30,
          maxLength: 30,
        }),
        async (cluster, rates) => {
          const { state, reader } = aState();
          const unitCosts = parse([{ name: 'all', promql: 'x' }]);
          let units = 0;
          let nano = 0;
          for (const [index, rate] of rates.entries()) {
            const start = START + index * WINDOW;
            const window = { start, end: start + WINDOW };
            const { snapshot, costs } = pricedWindow({ ...cluster, window }, pricing({}), START);
            addUnits(state, { ...snapshot, units: { all: rate } }, costs, unitCosts);
            if (rate === null) continue;
            units += rate * 300;
            nano += costs.nodes.reduce(
              (sum, node) => sum + node.cpuNano + node.ramNano + node.gpuNano,
              0,
            );
            for (const { storageNano, networkNano, loadBalancerNano } of costs.allocations)
              nano += storageNano + networkNano + loadBalancerNano;
            for (const { nano: beside } of costs.unattached) nano += beside;
          }
          const span = { from: START, to: START + DAY_MS };
          const [found] = (await readUnitCosts(reader, unitCosts, span)).unitCosts;
          expect(Math.round((found?.cost ?? 0) * 1e9)).toBe(nano);
          expect(found?.units).toBeCloseTo(units, 3);
          const byHour = found?.hours ?? [];
          expect(byHour.reduce((sum, hour) => sum + Math.round(hour.cost * 1e9), 0)).toBe(nano);
          const known = rates.filter((rate) => rate !== null).length;
          expect(found?.coverage).toBeCloseTo((known * WINDOW) / DAY_MS, 9);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('are of so many units as is asked for, beside the time before', async () => {
    const { state, reader } = aState();
    const unitCosts = parse([{ name: 'tokens', promql: 'x', per: '1M tokens' }]);
    const day = (hour: number) => ({
      start: START + hour * HOUR_MS,
      end: START + (hour + 1) * HOUR_MS,
    });
    const costs = (nano: number) => ({
      allocations: [],
      nodes: [],
      unattached: [{ namespace: 'a', name: 'v', kind: 'volume' as const, nano }],
    });
    addUnits(state, { window: day(0), units: { tokens: 1_000 } }, costs(3.6e9), unitCosts);
    addUnits(state, { window: day(1), units: { tokens: 500 } }, costs(3.6e9), unitCosts);
    const span = { from: START + HOUR_MS, to: START + 2 * HOUR_MS };
    const [found] = (await readUnitCosts(reader, unitCosts, span)).unitCosts;
    expect(found).toMatchObject({ unit: 'tokens', per: 1e6, previousUnitCost: 1, unitCost: 2 });
    expect(found?.changeShare).toBe(1);
  });

  it.each([
    ['order', { count: 1, unit: 'order' }],
    ['1000 requests', { count: 1000, unit: 'requests' }],
    ['1M tokens', { count: 1e6, unit: 'tokens' }],
    ['2.5k', { count: 2500, unit: '' }],
    [1000, { count: 1000, unit: '' }],
    ['GPU-hour', { count: 1, unit: 'GPU-hour' }],
  ])('read per: %j', (per, expected) => {
    expect(parse([{ name: 'x', promql: 'x', per }])[0]?.per).toEqual(expected);
  });

  it.each([
    { per: 0 },
    { per: -1 },
    { per: '0 requests' },
    { promql: '' },
    { name: ' ' },
    { of: 1 },
  ])('refuse %o', (change) => {
    expect(() => parse([{ name: 'x', promql: 'x', ...change }])).toThrow(/unitCosts/);
  });
});

describe('the units of windows', () => {
  const grid = { startSeconds: 0, stepSeconds: 300, points: 4 };
  const { signal } = new AbortController();
  const ask = (range: (query: string) => Promise<unknown>, names = ['x']) =>
    fetchUnits(
      { range } as unknown as Parameters<typeof fetchUnits>[0],
      names.map((name) => ({ name, promql: `rate(${name}[$window])` })),
      grid,
      signal,
    );

  it('are the sum of all series; what is no amount is unknown', async () => {
    const series = [
      { labels: {}, values: Float64Array.of(9, 1, Number.NaN, -5) },
      { labels: {}, values: Float64Array.of(9, 2, Number.NaN, Number.POSITIVE_INFINITY) },
    ];
    const asked: string[] = [];
    const found = await ask((query) => {
      asked.push(query);
      return Promise.resolve({ series });
    });
    expect(asked).toEqual(['rate(x[5m])']);
    expect(found).toEqual([{ x: 3 }, { x: null }, { x: null }]);
  });

  it('are unknown where the expression is wrong, and others are asked all the same', async () => {
    const found = await ask(
      (query) =>
        query.includes('bad')
          ? Promise.reject(new CollectError('bad-query', 'parse error', false))
          : Promise.resolve({ series: [{ labels: {}, values: Float64Array.of(0, 1, 1, 1) }] }),
      ['bad', 'good'],
    );
    expect(found[0]).toEqual({ bad: null, good: 1 });
    await expect(
      ask(() => Promise.reject(new CollectError('aborted', 'stop', false))),
    ).rejects.toThrow('stop');
  });
});
