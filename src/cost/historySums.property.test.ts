import { expect, it } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import { randomCluster } from '../../test/support/randomCluster.ts';
import { TempHistory } from '../../test/support/tempHistory.ts';
import type { CostTable } from '../store/costTable.ts';
import type { WindowRecord } from '../store/history.ts';
import { openHistoryReader } from '../engines/openHistory.ts';
import type { WindowCosts } from '../model/cost.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { DAY_MS, HOUR_MS } from '../model/time.ts';
import { pricedWindow, pricing } from '../../test/support/cost.ts';

const RULES = pricing({ nodes: [{ match: { pool: 'priced' }, hourly: 0.384 }] });
/** Windows of an hour from the middle of October on: all of November, and days at both ends. */
const START = Date.UTC(2026, 9, 28, 5);
const WINDOWS = 37 * 24;

function priced(cluster: Snapshot, index: number): WindowRecord {
  const start = START + index * HOUR_MS;
  const snapshot = { ...cluster, window: { start, end: start + HOUR_MS } };
  return pricedWindow(snapshot, RULES, START + HOUR_MS);
}

function nodesNano(costs: readonly WindowCosts[]): number {
  const nodes = costs.flatMap((each) => each.nodes);
  return nodes.reduce((sum, node) => sum + node.cpuNano + node.ramNano + node.gpuNano, 0);
}

function rowsAndIdle({ rows, idle }: CostTable): number {
  const sum = rows.reduce((total, row) => total + row.cpuNano + row.ramNano + row.gpuNano, 0);
  return sum + idle.cpuNano + idle.ramNano + idle.gpuNano;
}

it('rows + idle = nodes for every window, day and month of random clusters', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(randomCluster, { minLength: 3, maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(WINDOWS), fc.nat(WINDOWS)), { minLength: 5, maxLength: 5 }),
      async (clusters, spans) => {
        using temp = new TempHistory();
        const records = Array.from({ length: WINDOWS }, (_, index) =>
          // The cluster changes now and then, not on the hour, day or month.
          priced(clusters[Math.floor(index / 31) % clusters.length]!, index),
        );
        const writer = await temp.openWriter('history', { windowMs: HOUR_MS });
        await writer.recordWindows(records);
        await writer.close();
        const reader = await openHistoryReader(temp.path('history'));
        const november = Date.UTC(2026, 10, 1);
        const asked = [
          [november, Date.UTC(2026, 11, 1)],
          [november + 9 * DAY_MS, november + 10 * DAY_MS],
          ...spans
            .filter(([from, to]) => from !== to)
            .map(([from, to]) => [Math.min(from, to), Math.max(from, to)] as const)
            .map(([from, to]) => [START + from * HOUR_MS, START + to * HOUR_MS] as const),
        ] as const;
        for (const [from, to] of asked) {
          const table = await reader.costs({ from, to, by: ['namespace'], namespaces: null });
          const inside = records.slice((from - START) / HOUR_MS, (to - START) / HOUR_MS);
          expect(rowsAndIdle(table)).toBe(table.nodesNano);
          expect(table.nodesNano).toBe(nodesNano(inside.map(({ costs }) => costs)));
        }
        await reader.close();
      },
    ),
    { numRuns: 3 },
  );
});
