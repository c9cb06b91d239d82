import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER, WINDOW_MS } from '../../../test/support/madeUpWindows.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { openHistoryReader, openHistoryWriter } from '../openHistory.ts';

const START = Date.UTC(2026, 10, 20, 22, 10);
const IDENTITY = { cluster: 'test', currency: 'USD', windowMs: WINDOW_MS };

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'burnwatch-history-'));
  path = join(folder, 'test.db');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function openWriter() {
  return openHistoryWriter({ path, ...IDENTITY, command: 'once', clock: () => START });
}

describe('writer and reader', () => {
  test('what was recorded is read back at every level, and adds up to the nodes', async () => {
    const records = madeUpWindows(SMALL_CLUSTER, START, 2 * 288);
    const end = START + 2 * DAY_MS;
    const writer = await openWriter();
    for (let at = 0; at < records.length; at += 72) {
      await writer.recordWindows(records.slice(at, at + 72));
    }
    await writer.close();
    const reader = await openHistoryReader(path);
    for (const [from, to] of [
      [START, end],
      [START + WINDOW_MS, end - WINDOW_MS],
      [START + HOUR_MS, START + 5 * HOUR_MS],
      [START, START + WINDOW_MS],
    ] as const) {
      const table = await reader.costs({ from, to, by: ['namespace'], namespaces: null });
      const inSpan = records.filter(
        ({ snapshot }) => snapshot.window.start >= from && snapshot.window.end <= to,
      );
      const expected = inSpan.flatMap(({ costs }) => costs.nodes);
      const nodes = expected.reduce((sum, node) => sum + node.cpuNano + node.ramNano, 0);
      const rows = table.rows.reduce((sum, row) => sum + row.cpuNano + row.ramNano, 0);
      expect(table.nodesNano).toBe(nodes);
      expect(rows + table.idle.cpuNano + table.idle.ramNano).toBe(nodes);
      expect(table.coverage).toBe(1);
    }
    await reader.close();
  });
});
