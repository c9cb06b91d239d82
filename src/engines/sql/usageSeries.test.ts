import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import {
  aFinding,
  madeUpWindows,
  SMALL_CLUSTER,
  WINDOW_MS,
} from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../model/time.ts';
import type { WindowRecord } from '../../store/history.ts';
import type { UsageQuery } from '../../store/usage.ts';
import { openHistoryReader } from '../openHistory.ts';
import { stepFor } from '../../store/usageSeries.ts';

const START = Date.UTC(2026, 10, 1);
const DAYS = 7;
const END = START + DAYS * DAY_MS;
const RECORDS = madeUpWindows(SMALL_CLUSTER, START, DAYS * 288);
/** Deployment app-0 is pods 0, 1 and 2, each with the containers c0 and c1. */
const ALL: UsageQuery = {
  namespace: 'ns-0',
  workload: { kind: 'Deployment', name: 'app-0' },
  container: null,
  pod: null,
  from: START,
  to: END,
};

function containersOf({ snapshot }: WindowRecord, query: UsageQuery) {
  return snapshot.pods
    .filter(({ workload, name }) => workload.name === 'app-0' && (query.pod ?? name) === name)
    .flatMap((pod) => pod.containers)
    .filter(({ name }) => (query.container ?? name) === name);
}

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

describe('usage', () => {
  test.each([
    ['all pods', ALL],
    ['one container', { ...ALL, container: 'c1' }],
    ['one pod', { ...ALL, pod: 'app-0-1-0' }],
  ])('of %s is the sum of what was recorded', async (_, query) => {
    using temp = new TempHistory();
    const records = RECORDS.slice(0, 40);
    const reader = await openHistoryReader(await temp.record('a', records));
    const points = await reader.usage({ ...query, from: START + WINDOW_MS });
    await reader.close();
    expect(points).toHaveLength(39);
    for (const [index, point] of points.entries()) {
      const record = records[index + 1]!;
      const containers = containersOf(record, query);
      const pods = record.snapshot.pods.filter(
        ({ workload, name }) => workload.name === 'app-0' && (query.pod ?? name) === name,
      );
      expect(point.window).toEqual(record.snapshot.window);
      const cpu = sum(containers.map((each) => each.cpuUsageCores));
      expect(point.cpuUsageCores === null).toBe(cpu === null);
      expect(point.cpuUsageCores ?? 0).toBeCloseTo(cpu ?? 0, 8);
      expect(point.ramPeakBytes).toBe(sum(containers.map((each) => each.ramPeakBytes)));
      const received = sum(pods.map((pod) => pod.networkReceiveBytesPerSecond))!;
      expect(point.networkReceiveBytesPerSecond! / received).toBeCloseTo(1, 2);
      const isLimited = containers.every((each) => each.cpuLimitCores !== null);
      expect(point.cpuLimitCores).toBe(isLimited ? containers.length : null);
    }
  });
});

describe('usageSeries', () => {
  const startedAt = START + 2 * DAY_MS + 3 * HOUR_MS;
  const resolvedAt = startedAt + 12 * HOUR_MS;
  let temp: TempHistory;
  let path: string;
  beforeAll(async () => {
    const found = {
      ...aFinding('x', startedAt),
      firstSeen: startedAt + 30 * MINUTE_MS,
      lastSeen: resolvedAt,
      state: 'resolved' as const,
      resolvedAt,
    };
    const last = RECORDS.at(-1)!;
    const findings = new Map([[found.fingerprint, found]]);
    const records = [...RECORDS.slice(0, -1), { ...last, change: { ...last.change, findings } }];
    temp = new TempHistory();
    path = await temp.record('a', records, 72);
  });
  afterAll(() => temp[Symbol.dispose]());

  test('never has more points than asked for, and keeps the highest window', async () => {
    const reader = await openHistoryReader(path);
    const windows = await reader.usage(ALL);
    const highest = Math.max(...windows.map((point) => point.cpuUsageCores ?? 0));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 3_000 }), async (maxPoints) => {
        const { points, ranges } = await reader.usageSeries({ ...ALL, maxPoints });
        expect(points.length).toBeLessThanOrEqual(maxPoints);
        expect(Math.max(...points.map((point) => point.cpuUsageMaxCores ?? 0))).toBe(highest);
        expect(ranges).toHaveLength(1);
        expect(ranges[0]).toMatchObject({ source: 'window', from: START });
      }),
      { numRuns: 6, examples: [[2], [3_000]] },
    );
    await reader.close();
  });

  // The last one: most windows are gone after it.
  test('goes on in hours where windows are gone, and keeps windows around a finding', async () => {
    const before = await openHistoryReader(path);
    const asked = [ALL, { ...ALL, container: 'c0' }];
    const whole = await Promise.all(asked.map((query) => before.usage(query)));
    await before.close();
    const writer = await temp.openWriter('a');
    const windowsFrom = END - DAY_MS;
    await writer.prune({ windowsFrom: START + 3 * DAY_MS, hoursFrom: START });
    await writer.prune({ windowsFrom, hoursFrom: START });
    await writer.close();

    const reader = await openHistoryReader(path);
    const kept = { from: startedAt - DAY_MS, to: resolvedAt + DAY_MS };
    for (const [index, query] of asked.entries()) {
      const isKept = ({ window: { start } }: { window: { start: number } }) =>
        (start >= kept.from && start < kept.to) || start >= windowsFrom;
      const points = await reader.usage(query);
      const expected = whole[index]!.filter(isKept);
      expect(points.map(({ window }) => window)).toEqual(expected.map(({ window }) => window));
      for (const [place, point] of points.entries()) {
        const { networkReceiveBytesPerSecond: network, diskReadBytesPerSecond: disk } = point;
        const right = expected[place]!;
        // Rates are rounded once more when they are pinned: 0.14 % again.
        expect(network! / right.networkReceiveBytesPerSecond!).toBeCloseTo(1, 2);
        expect(disk! / (right.diskReadBytesPerSecond! || 1)).toBeCloseTo(1, 1);
        expect(point.cpuUsageCores).toBe(right.cpuUsageCores);
        expect(point.ramPeakBytes).toBe(right.ramPeakBytes);
        expect(point.cpuLimitCores).toBe(right.cpuLimitCores);
        expect(point.throttledShare).toBe(right.throttledShare);
      }
    }
    const { points, ranges } = await reader.usageSeries({ ...ALL, maxPoints: 2_000 });
    await reader.close();
    expect(ranges.map(({ source, from, to }) => [source, from, to])).toEqual([
      ['hour', START, kept.from],
      ['window', kept.from, kept.to],
      ['hour', kept.to, windowsFrom],
      ['window', windowsFrom, END],
    ]);
    expect(ranges.map(({ resolutionMs }) => resolutionMs / MINUTE_MS)).toEqual([60, 10, 60, 10]);
    const mean = sum(points.slice(0, 6).map((point) => point.cpuUsageCores))! / 6;
    const direct = sum(whole[0]!.slice(0, 72).map((point) => point.cpuUsageCores))! / 72;
    expect(mean).toBeCloseTo(direct, 6);
    expect(points[0]).toMatchObject({ cpuLimitCores: null, restarts: null });
  });

  test('steps are divisors of the hour and the day, then whole days', () => {
    const minutes = (length: number, maxPoints: number) =>
      stepFor(length, maxPoints, WINDOW_MS) / MINUTE_MS;
    expect(minutes(DAY_MS, 2_000)).toBe(5);
    expect(minutes(7 * DAY_MS, 2_000)).toBe(10);
    expect(minutes(14 * DAY_MS, 100)).toBe(240);
    expect(minutes(90 * DAY_MS, 10)).toBe(10 * 24 * 60);
  });
});
