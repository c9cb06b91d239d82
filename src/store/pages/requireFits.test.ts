import { describe, expect, it } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER, WINDOW_MS } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { HOUR_MS } from '../../model/time.ts';
import { CostAnswers, type CostPages } from './costAnswers.ts';

const START = Date.UTC(2026, 10, 20, 5);
const WINDOWS = 36;
/** 12 pods all the time, and the unmounted volumes: 13 rows a step. */
const boundaries = [0, 1, 2, 3].map((hour) => START + hour * HOUR_MS);

describe('a question of costs that asks for too much', () => {
  it('is refused by the number of its rows, and answered up to it', async () => {
    using temp = new TempHistory();
    const cluster = { ...SMALL_CLUSTER, containersPerPod: 1 };
    const path = await temp.record('costs', madeUpWindows(cluster, START, WINDOWS));
    const reader = await openHistoryReader(path);
    const ask = (mostRows: number) =>
      reader.costSeries({ boundaries, by: ['pod'], namespaces: null, mostRows });
    try {
      const rows = (await ask(39)).flatMap((table) => table.rows);
      expect(rows).toHaveLength(39);
      await expect(ask(38)).rejects.toThrow(
        'more than 38 rows: ask for longer steps, a shorter time or by fewer dimensions',
      );
      const some = { boundaries, by: ['namespace' as const], namespaces: ['ns-0'] };
      expect(await reader.costSeries({ ...some, mostRows: 3 })).toHaveLength(3);
    } finally {
      await reader.close();
    }
  });

  it.each([
    ['rows', 3, 'more than 100 rows'],
    ['pages', 5_000_000, 'more than 4000000 pages'],
  ])('is refused before any page is read: %s', async (_, keys, message) => {
    let read = 0;
    const identity = {
      namespace: 'a',
      kind: 'Deployment',
      name: 'b',
      container: 'c',
      node: 'n',
      owner: '',
      image: '',
      labels: {},
    };
    const load = async (): Promise<[]> => {
      read += 1;
      return [];
    };
    const loadParts = async function* () {
      yield await load();
    };
    const pages: CostPages = {
      span: async () => ({
        watermark: START + 2_000 * HOUR_MS,
        windowsFrom: 0,
        hoursFrom: 0,
        rewritten: 0,
      }),
      sealedAt: async () => 0,
      costs: loadParts,
      nodes: loadParts,
      usage: load,
      identities: async (_level, asked) =>
        new Map(asked.map((key) => [key, { ...identity, pod: `pod-${key}` }])),
      keys: async () => Array.from({ length: keys }, (__, key) => key),
      keyCount: async () => keys,
      nodeNames: async () => new Map(),
      coverage: async () => 1,
      hasIncomplete: async () => false,
    };
    const hours = Array.from({ length: 101 }, (__, hour) => START + hour * HOUR_MS);
    const query = { boundaries: hours, by: ['pod' as const], namespaces: null, mostRows: 100 };
    await expect(new CostAnswers(pages, WINDOW_MS).series(query)).rejects.toThrow(message);
    expect(read).toBe(0);
  });
});
