import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { dumpHistory } from '../../../test/support/dumpHistory.ts';
import {
  madeUpWindow,
  madeUpWindows,
  SMALL_CLUSTER,
  WINDOW_MS,
  type MadeUpCluster,
} from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import type { Allocation } from '../../model/cost.ts';
import { costNano } from '../../model/costParts.ts';
import { COVERAGE_FAMILIES, type MeasuredShares } from '../../model/coverage.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import type { PodSample } from '../../model/snapshot.ts';
import type { WindowRecord } from '../../store/history.ts';
import { openHistoryReader } from '../openHistory.ts';

/** Ten past ten in the evening: neither an hour, nor a day, nor (by 40 hours) a month begins here. */
const START = Date.UTC(2026, 10, 29, 22, 10);
const ROLLING: MadeUpCluster = { ...SMALL_CLUSTER, rolloutEvery: 7 };

describe('three days of it', () => {
  const records = madeUpWindows(ROLLING, START, 3 * 288);
  let temp: TempHistory;
  let path: string;
  beforeAll(async () => {
    temp = new TempHistory();
    path = await temp.record('a', records, 72);
  });
  afterAll(() => temp[Symbol.dispose]());

  test('every question adds up to the nodes, whichever levels answer it', async () => {
    const reader = await openHistoryReader(path);
    const slots = fc.integer({ min: 0, max: records.length });
    await fc.assert(
      fc.asyncProperty(slots, slots, async (a, b) => {
        const from = START + Math.min(a, b) * WINDOW_MS;
        const to = START + Math.max(a, b) * WINDOW_MS;
        const table = await reader.costs({ from, to, by: ['node'], namespaces: null });
        const asked = records.slice(Math.min(a, b), Math.max(a, b));
        const nodes = asked.flatMap(({ costs }) => costs.nodes);
        expect(table.nodesNano).toBe(total(nodes.map((node) => node.cpuNano + node.ramNano)));
        const rows = total(table.rows.map((row) => row.cpuNano + row.ramNano));
        expect(rows + table.idle.cpuNano + table.idle.ramNano).toBe(table.nodesNano);
        const cores = total(table.rows.map((row) => row.cpuCoreHours));
        const allocations = asked.flatMap(({ costs }) => costs.allocations);
        expect(cores).toBeCloseTo(total(allocations.map((each) => each.cpuCoreHours)), 5);
      }),
      { numRuns: 60 },
    );
    await reader.close();
  });

  test('coverage is weighted by cost, for each family, whichever levels answer it', async () => {
    const reader = await openHistoryReader(path);
    for (const [from, to] of [
      [0, 1],
      [3, 200],
      [0, records.length],
    ] as const) {
      const allocations = records
        .slice(from, to)
        .flatMap(({ costs }) => costs.allocations)
        .filter(({ pod }) => pod.namespace === 'ns-1');
      const span = { from: START + from * WINDOW_MS, to: START + to * WINDOW_MS };
      const { rows } = await reader.costs({ ...span, by: ['namespace'], namespaces: null });
      const row = rows.find(({ namespace }) => namespace === 'ns-1');
      const weight = total(allocations.map(costNano));
      const mean = (share: (one: Allocation) => number) =>
        total(allocations.map((one) => costNano(one) * share(one))) / weight;
      expect(row?.coverage).toBeCloseTo(
        mean(({ coverage }) => coverage),
        6,
      );
      for (const family of COVERAGE_FAMILIES)
        expect(row?.coverageBy?.[family]).toBeCloseTo(
          mean(({ coverageBy }) => coverageBy![family]),
          6,
        );
      expect(row?.coverageBy?.network).toBeLessThan(0.9);
    }
    await reader.close();
  });

  test('a series of steps equals the same questions one by one', async () => {
    const reader = await openHistoryReader(path);
    const end = START + records.length * WINDOW_MS;
    const ask = { by: ['workload', 'node'] as const, namespaces: null };
    for (const step of [HOUR_MS, DAY_MS, 7 * HOUR_MS + WINDOW_MS]) {
      const boundaries = [];
      for (let at = START - HOUR_MS; at < end + step; at += step) boundaries.push(at);
      const series = await reader.costSeries({ ...ask, boundaries });
      for (const [index, table] of series.entries()) {
        const span = { from: boundaries[index]!, to: boundaries[index + 1]! };
        expect(table).toEqual(await reader.costs({ ...ask, ...span }));
      }
    }
    await reader.close();
  });

  // The last one: nothing is whole after it.
  test('prune drops windows and hours, keeps days and the hours whose windows are gone', async () => {
    const end = START + records.length * WINDOW_MS;
    const ask = async (from: number, to: number) => {
      const reader = await openHistoryReader(path);
      const table = await reader.costs({ from, to, by: ['namespace'], namespaces: null });
      await reader.close();
      return table;
    };
    const before = await ask(START, end);
    const writer = await temp.openWriter('a');
    const windowsFrom = end - 6 * HOUR_MS - WINDOW_MS;
    await writer.prune({ windowsFrom, hoursFrom: end - DAY_MS });
    const late = records[10]!;
    await expect(writer.correctWindows([late])).rejects.toMatchObject({ code: 'gap' });
    await writer.close();
    const day = Date.UTC(2026, 10, 30);
    expect((await ask(day, day + DAY_MS)).nodesNano).toBe(
      total(
        records
          .filter(({ snapshot: { window } }) => window.start >= day && window.end <= day + DAY_MS)
          .flatMap(({ costs }) => costs.nodes.map((node) => node.cpuNano + node.ramNano)),
      ),
    );
    const after = await ask(START, end);
    // The first hours lie in a day that was asked for in part: they are gone, and coverage says so.
    expect(after.nodesNano).toBeLessThan(before.nodesNano);
    expect(before.coverage).toBe(1);
    expect(after.coverage).toBeLessThan(1);
    const lines = await dumpHistory(path);
    expect(lines.some((line) => line.startsWith('usage_pages'))).toBe(true);
    expect(lines.some((line) => line.includes('2026-11-30T') && line.startsWith('usage'))).toBe(
      false,
    );
  });
});

describe('recordWindows', () => {
  test('batches of any size give the same history, restarts in between included', async () => {
    using temp = new TempHistory();
    const records = madeUpWindows(ROLLING, START, 330);
    const whole = await dumpHistory(await temp.record('whole', records));
    expect(await dumpHistory(await temp.record('single', records, 1))).toEqual(whole);
    for (let at = 0; at < records.length; at += 41) {
      await temp.record('restarted', records.slice(at, at + 41), 5);
    }
    expect(await dumpHistory(temp.path('restarted'))).toEqual(whole);
    expect(whole.filter((line) => line.startsWith('cost_days')).length).toBeGreaterThan(0);
  });

  test('sealing again changes nothing, and a gap is refused', async () => {
    using temp = new TempHistory();
    const records = madeUpWindows(SMALL_CLUSTER, START, 20);
    const path = await temp.record('a', records.slice(0, 15));
    const before = await dumpHistory(path);
    await temp.record('a', records.slice(5, 15));
    expect(await dumpHistory(path)).toEqual(before);
    await expect(temp.record('a', records.slice(16))).rejects.toMatchObject({
      code: 'gap',
      message: expect.stringContaining('burnwatch backfill --from') as string,
    });
    expect(await dumpHistory(path)).toEqual(before);
  });

  test('a batch that fails leaves nothing behind, in the file or in memory', async () => {
    using temp = new TempHistory();
    const records = madeUpWindows(ROLLING, START, 30);
    const writer = await temp.openWriter('a');
    await writer.recordWindows(records.slice(0, 5));
    const broken = { ...records[12]!, configHash: null as unknown as string };
    await expect(writer.recordWindows([...records.slice(5, 12), broken])).rejects.toThrow(
      /NOT NULL|null value/,
    );
    await writer.recordWindows(records.slice(5));
    await writer.close();
    const whole = await dumpHistory(await temp.record('b', records));
    expect(await dumpHistory(temp.path('a'))).toEqual(whole);
  });

  test('a pod whose owner becomes known is attributed to it from the beginning', async () => {
    using temp = new TempHistory();
    const known = madeUpWindows(SMALL_CLUSTER, START, 30);
    const late = known.map((record, index) =>
      index < 20 ? withPods(record, (pod) => orphan(pod)) : record,
    );
    const path = await temp.record('late', late, 4);
    expect(await dumpHistory(path)).toEqual(await dumpHistory(await temp.record('known', known)));
    const reader = await openHistoryReader(path);
    const to = START + 30 * WINDOW_MS;
    const table = await reader.costs({ from: START, to, by: ['workload'], namespaces: null });
    expect(table.rows.some(({ key }) => key.includes('/Pod/'))).toBe(false);
    await reader.close();
  });
});

describe('usage that was counted by the name of a pod alone', () => {
  test('is attributed once the pod of that name has an owner', async () => {
    using temp = new TempHistory();
    const records = madeUpWindows(SMALL_CLUSTER, START, 30).map((record, index) =>
      index < 20
        ? withPods(record, (pod) => ({ ...orphan(pod), uid: `name:${pod.namespace}/${pod.name}` }))
        : record,
    );
    const reader = await openHistoryReader(await temp.record('late', records, 4));
    const to = START + 30 * WINDOW_MS;
    const { rows } = await reader.costs({ from: START, to, by: ['workload'], namespaces: null });
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.some(({ key }) => key.includes('/Pod/'))).toBe(false);
    await reader.close();
  });
});

describe('correctWindows', () => {
  test('a corrected history equals one that had the right data at once', async () => {
    using temp = new TempHistory();
    const right = madeUpWindows(ROLLING, START, 330);
    const isBad = (index: number) => index % 37 === 3 || (index > 300 && index < 305);
    const recorded = right.map((record, index) => (isBad(index) ? halved(record) : record));
    const writer = await temp.openWriter('corrected');
    await writer.recordWindows(recorded);
    const end = START + right.length * WINDOW_MS;
    const holes = await writer.incompleteWindows(0, end);
    expect(holes.length).toBe(right.filter((_, index) => isBad(index)).length);
    const corrections = holes.map(({ start }) =>
      right.find(({ snapshot }) => snapshot.window.start === start)!,
    );
    const reader = await openHistoryReader(temp.path('corrected'));
    const before = await reader.costVersion();
    expect(await writer.correctWindows(corrections)).toBe(holes.length);
    const after = await reader.costVersion();
    expect(after.sealed).toBe(before.sealed);
    expect(after.recorded).not.toBe(before.recorded);
    expect(await writer.correctWindows(corrections)).toBe(0);
    expect(await reader.costVersion()).toEqual(after);
    await reader.close();
    expect(await writer.incompleteWindows(0, end)).toEqual([]);
    await writer.close();
    const whole = await dumpHistory(await temp.record('right', right));
    expect(await dumpHistory(temp.path('corrected'))).toEqual(whole);
  });

  test('data that are no better than what is there are left alone', async () => {
    using temp = new TempHistory();
    const records = madeUpWindows(SMALL_CLUSTER, START, 3);
    const writer = await temp.openWriter('a');
    await writer.recordWindows(records);
    expect(await writer.correctWindows([halved(records[1]!)])).toBe(0);
    await expect(
      writer.correctWindows([madeUpWindow(SMALL_CLUSTER, START + DAY_MS)]),
    ).rejects.toMatchObject({ code: 'gap' });
    await writer.close();
  });

  test('an answer replaces one that shows less of a family, never one that shows more', async () => {
    using temp = new TempHistory();
    const records = madeUpWindows(SMALL_CLUSTER, START, 3);
    const whole = records[1]!;
    const writer = await temp.openWriter('a');
    const partial = unseen(whole, 'memory', false);
    await writer.recordWindows([records[0]!, partial, records[2]!]);
    expect(await writer.correctWindows([unseen(whole, 'network', false)])).toBe(0);
    expect(await writer.correctWindows([partial])).toBe(0);
    expect(await writer.correctWindows([unseen(whole, 'memory', true)])).toBe(1);
    expect(await writer.correctWindows([unseen(whole, 'disk', true)])).toBe(0);
    const better = unseen(whole, null, true);
    expect(await writer.correctWindows([better])).toBe(1);
    expect(await writer.correctWindows([better])).toBe(0);
    await writer.close();
    const right = await temp.record('right', [records[0]!, better, records[2]!]);
    expect(await dumpHistory(temp.path('a'))).toEqual(await dumpHistory(right));
  });
});

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The window as it looks while no container shows a family. */
function unseen(
  record: WindowRecord,
  family: keyof MeasuredShares | null,
  complete: boolean,
): WindowRecord {
  const { snapshot } = record;
  const pods = snapshot.pods.map((pod) => ({
    ...pod,
    containers: pod.containers.map((one) => {
      const all = { cpu: one.coverage, memory: 1, requests: 1, network: 1, disk: 1 };
      return { ...one, coverageBy: family === null ? all : { ...all, [family]: 0 } };
    }),
  }));
  return { ...record, snapshot: { ...snapshot, pods, complete } };
}

/** The window as it looks while half of the pods are missing. */
function halved(record: WindowRecord): WindowRecord {
  const isSeen = (pod: PodSample) => !pod.name.includes('-1-') && !pod.name.includes('-5-');
  return {
    ...record,
    snapshot: {
      ...record.snapshot,
      pods: record.snapshot.pods.filter(isSeen),
      coverage: 0.5,
      complete: false,
      problems: [{ code: 'low-coverage', subject: 'cadvisor', text: 'Half is missing' }],
    },
    costs: {
      ...record.costs,
      allocations: record.costs.allocations.filter(({ pod }) => isSeen(pod)),
    },
  };
}

function orphan(pod: PodSample): PodSample {
  return { ...pod, workload: { kind: 'Pod', name: pod.name }, workloadKnown: false };
}

function withPods(record: WindowRecord, change: (pod: PodSample) => PodSample): WindowRecord {
  const { snapshot, costs } = record;
  const allocations = costs.allocations.map((each) => ({ ...each, pod: change(each.pod) }));
  return {
    ...record,
    snapshot: { ...snapshot, pods: snapshot.pods.map(change) },
    costs: { ...costs, allocations },
  };
}
