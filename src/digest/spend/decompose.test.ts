import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import type { CostRow } from '../../store/costTable.ts';
import { decompose, type Parts, logMean } from './decompose.ts';
import { carveSpikes, spikeNano } from './spikes.ts';
import { workloadWeeks, type WorkloadWeek } from './workloadWeeks.ts';

const SEEN = { before: 168, now: 168 };

/** Pods of one container over a week: each asks for `asked` cores, has `had`, at a price by the core-hour. */
interface Shape {
  readonly pods: number;
  readonly asked: number;
  readonly had: number;
  readonly price: number;
  readonly node: string;
  readonly container?: string;
}

function rowOf({ pods, asked, had, price, node, container = 'app' }: Shape, hours = 168): CostRow {
  const coreHours = pods * had * hours;
  return {
    key: '',
    namespace: 'shop',
    workload: { kind: 'Deployment', name: 'web' },
    owner: null,
    node,
    pod: null,
    container,
    cpuCoreHours: coreHours,
    ramByteHours: 0,
    gpuHours: 0,
    cpuRequestCoreHours: pods * asked * hours,
    cpuUsageCoreHours: coreHours,
    ramRequestByteHours: 0,
    ramUsageByteHours: 0,
    cpuNano: Math.round(coreHours * price * 1e9),
    ramNano: 0,
    gpuNano: 0,
    storageNano: 0,
    networkNano: 0,
    loadBalancerNano: 0,
    runHours: pods * hours,
    coverage: 1,
  };
}

function weekOf(...rows: readonly CostRow[]): WorkloadWeek | null {
  return (
    workloadWeeks(
      rows,
      () => 'web',
      (node) => node ?? '',
    ).get('web') ?? null
  );
}

function sum(parts: Parts): number {
  return [...parts.values()].reduce((total, nano) => total + nano, 0);
}

const BASE: Shape = { pods: 2, asked: 1, had: 1, price: 0.03, node: 'm5' };

describe('decompose', () => {
  const one = (before: Shape, now: Shape): Readonly<Record<string, number>> =>
    Object.fromEntries(decompose(weekOf(rowOf(before)), weekOf(rowOf(now)), SEEN));

  it('names each driver when it alone moved', () => {
    const week = 2 * 168 * 0.03 * 1e9;
    expect(one(BASE, { ...BASE, pods: 4 })).toEqual({ replicas: week });
    expect(one(BASE, { ...BASE, asked: 2, had: 2 })).toEqual({ requests: week });
    expect(one(BASE, { ...BASE, had: 2 })).toEqual({ usage: week });
    expect(one(BASE, { ...BASE, price: 0.06 })).toEqual({ 'node-prices': week });
    expect(one(BASE, { ...BASE, price: 0.06, node: 'r5' })).toEqual({ 'node-mix': week });
    expect(one(BASE, BASE)).toEqual({});
  });

  it('tells fewer hours of data from fewer replicas', () => {
    const before = weekOf(rowOf(BASE));
    const now = weekOf(rowOf(BASE, 84));
    const parts = decompose(before, now, { before: 168, now: 84 });
    expect([...parts.keys()]).toEqual(['hours']);
    expect(sum(parts)).toBe((now?.nano ?? 0) - (before?.nano ?? 0));
  });

  it('tells what is new, what is gone, and a side-car that came', () => {
    const week = weekOf(rowOf(BASE));
    expect([...decompose(null, week, SEEN)]).toEqual([['new-workloads', week?.nano]]);
    expect([...decompose(week, null, SEEN)]).toEqual([['gone-workloads', -(week?.nano ?? 0)]]);
    const both = weekOf(rowOf(BASE), rowOf({ ...BASE, container: 'proxy', had: 0.1, asked: 0.1 }));
    expect([...decompose(week, both, SEEN)]).toEqual([
      ['requests', (both?.nano ?? 0) - (week?.nano ?? 0)],
    ]);
  });

  it('guesses nothing where it is not known how long pods ran', () => {
    const unknown = weekOf({ ...rowOf(BASE), runHours: 0, cpuNano: 5 });
    const parts = decompose(unknown, weekOf(rowOf(BASE)), SEEN);
    expect([...parts.keys()]).toEqual(['remainder']);
  });

  // Up to half a million a week: nano-units are exact up to nine.
  const shape = fc.record({
    pods: fc.double({ min: 0.01, max: 100, noNaN: true }),
    asked: fc.double({ min: 0, max: 32, noNaN: true }),
    had: fc.double({ min: 0.001, max: 32, noNaN: true }),
    price: fc.double({ min: 0, max: 1, noNaN: true }),
    node: fc.constantFrom('m5', 'r5', 'spot'),
    container: fc.constantFrom('app', 'proxy'),
  });
  const week = fc.array(shape, { maxLength: 5 }).map((shapes) => {
    const rows = shapes.map((each) => rowOf({ ...each, had: Math.max(each.had, each.asked) }));
    return weekOf(...rows);
  });

  it('adds up to the change exactly, whatever the weeks', () => {
    fc.assert(
      fc.property(week, week, fc.integer({ min: 1, max: 169 }), (before, now, hours) => {
        const change = (now?.nano ?? 0) - (before?.nano ?? 0);
        const parts = decompose(before, now, { before: 168, now: hours });
        expect(sum(parts)).toBe(change);
        for (const nano of parts.values()) expect(Number.isSafeInteger(nano)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('does not depend on which week is which', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const before = weekOf(
          rowOf({ ...a, container: 'app', had: Math.max(a.had, a.asked), price: a.price + 0.01 }),
        );
        const now = weekOf(
          rowOf({ ...b, container: 'app', had: Math.max(b.had, b.asked), price: b.price + 0.01 }),
        );
        const there = decompose(before, now, SEEN);
        const back = decompose(now, before, SEEN);
        const scale = Math.max(before?.nano ?? 0, now?.nano ?? 0);
        for (const [driver, nano] of there) {
          expect(Math.abs(nano + (back.get(driver) ?? 0))).toBeLessThanOrEqual(1e-6 * scale + 10);
        }
      }),
    );
  });
});

describe('the logarithmic mean', () => {
  it('lies between the geometric and the arithmetic mean, also close to equality', () => {
    const positive = fc.double({ min: 1e-3, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(positive, fc.double({ min: 1e-9, max: 5, noNaN: true }), (a, spread) => {
        const b = a * (1 + spread);
        const mean = logMean(a, b);
        expect(mean).toBeGreaterThanOrEqual(Math.sqrt(a * b) * (1 - 1e-6));
        expect(mean).toBeLessThanOrEqual(((a + b) / 2) * (1 + 1e-9));
      }),
    );
  });
});

describe('spikes', () => {
  it('are what lies beyond twice the median day', () => {
    expect(spikeNano([10, 10, 10, 40, 10, 10, 10])).toBe(20);
    expect(spikeNano([10, 11, 9, 10, 12, 10, 10])).toBe(0);
    // What ran on a day or two has no usual day.
    expect(spikeNano([0, 0, 50, 0, 1, 0, 0])).toBe(0);
  });

  it('take from pods and use what they explain, never more, and the sum stays', () => {
    const parts: Parts = new Map([
      ['replicas', 30],
      ['usage', 10],
      ['node-prices', -5],
    ]);
    const carved = carveSpikes(parts, 20);
    expect(Object.fromEntries(carved)).toEqual({
      replicas: 15,
      usage: 5,
      'node-prices': -5,
      spikes: 20,
    });
    expect(sum(carveSpikes(parts, 1_000))).toBe(35);
    expect(carveSpikes(parts, 1_000).get('spikes')).toBe(40);
    expect(carveSpikes(parts, -20)).toEqual(parts);
  });
});
