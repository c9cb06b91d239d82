import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { damageInside } from '../../src/engines/sqlite/examine.ts';
import { dumpHistory } from '../support/dumpHistory.ts';
import { madeUpWindows, SMALL_CLUSTER } from '../support/madeUpWindows.ts';
import { TempHistory } from '../support/tempHistory.ts';

const START = Date.UTC(2026, 10, 20, 8);
const WINDOWS = 24 * 12;
const KILLS = 100;

/** Tables that depend on the data alone, not on when something was written. */
const ofData = (dump: unknown) =>
  Object.entries(dump as Record<string, unknown>).filter(([table]) => !table.startsWith('ops_'));

test('kill -9 at a hundred instants, while windows are sealed and backups made: whole, and nothing lost', async () => {
  using temp = new TempHistory();
  const script = join(import.meta.dirname, 'support/recordChild.ts');
  const args = [script, temp.folder, String(START), String(WINDOWS)];
  let isDone = false;
  for (let kill = 0; !isDone; kill += 1) {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
    // A prime step spreads the instants over all that a window and a backup take.
    if (kill < KILLS) {
      await wait((kill * 7) % 101);
      child.kill('SIGKILL');
    }
    isDone = (await ended) === 0;
    const files = [temp.path(), join(temp.folder, 'copy.db')];
    const damage = await Promise.all(files.filter((file) => existsSync(file)).map(damageInside));
    expect(damage.filter((one) => one !== null)).toEqual([]);
  }
  using whole = new TempHistory();
  const expected = await whole.record('history', madeUpWindows(SMALL_CLUSTER, START, WINDOWS));
  expect(ofData(await dumpHistory(temp.path()))).toEqual(ofData(await dumpHistory(expected)));
}, 900_000);
