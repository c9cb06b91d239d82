import { describe, expect, it } from 'vitest';
import { SMALL_CLUSTER, madeUpWindows, WINDOW_MS } from '../../../test/support/madeUpWindows.ts';
import { fc } from '../../../test/support/properties.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { UNALLOCATED, type CostDimension, type CostRow } from '../../store/costTable.ts';
import type { HistoryReader, WindowRecord } from '../../store/history.ts';
import { openHistoryReader } from '../openHistory.ts';

/** Three days from 05:10, pods replaced every 17 windows: every level has whole buckets and edges. */
const START = Date.UTC(2026, 10, 20, 5, 10);
const WINDOWS = (3 * DAY_MS) / WINDOW_MS;
const END = START + WINDOWS * WINDOW_MS;
const CLUSTER = { ...SMALL_CLUSTER, pods: 4, containersPerPod: 1, rolloutEvery: 17 };

/** Hours are kept as whole numbers of these. */
const BYTE_WINDOWS = HOUR_MS / WINDOW_MS;
const NANOCORE_WINDOWS = 1e9 * BYTE_WINDOWS;

type Sums = Record<string, unknown[]>;

/** Cost, hours and span of every container of a workload, added up from whatever rows there are. */
async function sumsOf(
  reader: HistoryReader,
  [from, to]: readonly [number, number],
  by: readonly CostDimension[],
): Promise<Sums> {
  const { rows } = await reader.costs({ from, to, by, namespaces: null });
  const groups = Map.groupBy(rows, (row) => row.parts?.[0] ?? '');
  const entries = [...groups].map(([key, parts]) => {
    const sum = (amount: (row: CostRow) => number): number =>
      Math.round(parts.reduce((all, row) => all + amount(row), 0));
    return [
      key,
      [
        sum((row) => row.cpuNano),
        sum((row) => row.ramNano),
        sum((row) => row.cpuCoreHours * NANOCORE_WINDOWS),
        sum((row) => row.ramUsageByteHours * BYTE_WINDOWS),
        Math.min(...parts.map((row) => row.seen!.start)),
        Math.max(...parts.map((row) => row.seen!.end)),
        Math.max(...parts.map((row) => row.cpuUsageMaxCores ?? 0)),
      ],
    ] as const;
  });
  return Object.fromEntries(entries) as unknown as Sums;
}

describe('the levels of the history', () => {
  it('give the same cost, hours and span: windows, hours and days', async () => {
    using temp = new TempHistory();
    const path = await temp.record('levels', madeUpWindows(CLUSTER, START, WINDOWS));
    const reader = await openHistoryReader(path);
    const bucket = fc.constantFrom(WINDOW_MS, HOUR_MS, DAY_MS);
    const edge = fc.tuple(bucket, fc.nat(WINDOWS)).map(([grain, at]) => {
      const time = START + at * WINDOW_MS;
      return Math.max(START, time - (time % grain));
    });
    await fc.assert(
      fc.asyncProperty(edge, edge, async (one, other) => {
        const span = [Math.min(one, other), Math.max(one, other) + WINDOW_MS] as const;
        // Costs by pod are read from windows alone.
        const byWindows = await sumsOf(reader, span, ['container', 'pod']);
        expect(await sumsOf(reader, span, ['container'])).toEqual(byWindows);
        expect(await sumsOf(reader, span, ['container', 'labels'])).toEqual(byWindows);
      }),
      { numRuns: 25 },
    );
    await reader.close();
  });

  it('give it as well when the level below is gone', async () => {
    using temp = new TempHistory();
    const path = await temp.record('pruned', madeUpWindows(CLUSTER, START, WINDOWS));
    const span = [START + 50 * 60_000, END - 10 * 60_000] as const;
    const before = await openHistoryReader(path);
    const whole = await sumsOf(before, span, ['container', 'pod']);
    await before.close();
    const writer = await temp.openWriter('pruned');
    const hour = END - (END % HOUR_MS);
    await writer.prune({ windowsFrom: hour - HOUR_MS, hoursFrom: START - (START % HOUR_MS) });
    await writer.close();
    const after = await openHistoryReader(path);
    expect(await sumsOf(after, span, ['container'])).toEqual(whole);
    await after.close();
  });

  it('answer a label by that of the pod, else of the namespace, else of the node, at every level', async () => {
    using temp = new TempHistory();
    const records = madeUpWindows(CLUSTER, START, WINDOWS).map((record): WindowRecord => {
      const { snapshot } = record;
      const nodes = snapshot.nodes.map((node) => ({
        ...node,
        labels: { ...node.labels, pool: `pool-of-${node.name}`, team: 'of-a-node', zone: 'z' },
      }));
      const namespaces = new Map([
        ['ns-0', { name: 'ns-0', labels: { zone: 'of-ns-0', team: 'of-ns-0' }, annotations: {} }],
      ]);
      return { ...record, snapshot: { ...snapshot, nodes, namespaces } };
    });
    const reader = await openHistoryReader(await temp.record('labels', records));
    // Volumes without a pod are on no node.
    const keys = async (label: string, from: number, to: number): Promise<string[]> => {
      const { rows } = await reader.costs({ from, to, by: [`label:${label}`], namespaces: null });
      return rows.map(({ key }) => key).filter((key) => key !== UNALLOCATED);
    };
    try {
      for (const [from, to] of [
        [END - WINDOW_MS, END],
        [START + DAY_MS, START + DAY_MS + 3 * HOUR_MS],
        [START, END],
      ] as const) {
        for (const key of await keys('pool', from, to)) expect(key).toMatch(/^pool-of-node-/);
        for (const key of await keys('team', from, to)) expect(key).toMatch(/^team-\d$/);
        expect(['of-ns-0', 'z']).toEqual(expect.arrayContaining(await keys('zone', from, to)));
        expect(await keys('zone', from, to)).toContain('of-ns-0');
      }
    } finally {
      await reader.close();
    }
  });
});
