import { cpSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatTime, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { burnwatch, startBurnwatch } from '../support/cli.ts';
import { TestClock } from '../support/clock.ts';
import { sealedUpTo } from '../support/daemon.ts';
import { differences, dumpHistory } from '../support/dumpHistory.ts';
import { startHoldingProxy } from '../support/holdingProxy.ts';
import { startTestCluster, writeConfig, type TestCluster } from '../support/testCluster.ts';
import { TempFolder } from '../support/tempFolder.ts';

/**
 * Whatever way windows come in, the history says the same: backfill in one go, killed in the middle and
 * run again, window by window, and by a daemon that was down for a while.
 */
const WINDOW = 5 * MINUTE_MS;
let cluster: TestCluster;
let from: number;
let live: number;
let reference: readonly string[];
/** Backfilled to the end, and up to the windows that tests bring in other ways. */
let whole: TempFolder;
let part: TempFolder;
const folders: TempFolder[] = [];

/** How long a window settles decides which samples tell its end, and so what falls into it and what after it. */
const SETTINGS = { schedule: { cycle: '* * * * * *', settle: '10s', initialBackfill: '7d' } };

/** A folder with a configuration and a history that is backfilled up to `until`, or a copy of another's. */
async function folderFilledTo(until: number, copied?: TempFolder): Promise<TempFolder> {
  const folder = new TempFolder();
  folders.push(folder);
  if (copied !== undefined) cpSync(copied.path, folder.path, { recursive: true });
  await writeConfig(folder.path, cluster.url, SETTINGS);
  if (copied === undefined) await backfill(folder, until);
  return folder;
}

async function backfill(folder: TempFolder, until: number): Promise<void> {
  const span = ['--from', formatTime(from), '--to', formatTime(until)];
  const { code, stderr } = await burnwatch(['backfill', ...span], { cwd: folder.path });
  expect(stderr).toContain(`sealed up to ${formatTime(until)}`);
  expect(code).toBe(0);
}

beforeAll(async () => {
  cluster = await startTestCluster({ hours: 30, minerFromHour: 25, rolloutAtHour: 12 });
  from = cluster.start + WINDOW;
  live = cluster.end - 6 * WINDOW;
  [whole, part] = await Promise.all([folderFilledTo(cluster.end), folderFilledTo(live)]);
  reference = await dumpHistory(whole.file('burnwatch.db'));
});
afterAll(async () => {
  for (const folder of folders) folder[Symbol.dispose]();
  await cluster[Symbol.asyncDispose]();
});

describe('the same data give the same rows and verdicts', () => {
  it('has something to compare: usage, costs, state and a finding', () => {
    const tables = new Set(reference.map((line) => line.slice(0, line.indexOf(' '))));
    for (const table of ['usage_pages', 'cost_hours', 'node_windows', 'windows', 'findings'])
      expect(tables).toContain(table);
    expect(reference.filter((line) => line.startsWith('usage_pages')).length).toBeGreaterThan(4000);
    expect(reference.some((line) => line.includes('cryptojacking'))).toBe(true);
  });

  it('window by window, with once', async () => {
    const folder = await folderFilledTo(live, part);
    for (let at = live + WINDOW; at <= cluster.end; at += WINDOW) {
      const once = await burnwatch(['once', '--at', formatTime(at)], { cwd: folder.path });
      expect(once).toMatchObject({ code: 0 });
    }
    await expectSame(folder);
  });

  it('by a daemon that lives through some windows, is down, and catches up', async () => {
    const folder = await folderFilledTo(live, part);
    const clock = new TestClock(folder.file('clock'), live + 20_000);
    const options = { cwd: folder.path, env: clock.env };
    {
      await using daemon = startBurnwatch(['run', '--log-format', 'text'], options);
      await daemon.shows(/Burnwatch is running/);
      for (let at = live + WINDOW; at <= live + 3 * WINDOW; at += WINDOW) {
        clock.set(at + 11_000);
        await daemon.shows(sealedUpTo(at));
      }
      daemon.kill('SIGTERM');
      expect(await daemon.ended).toMatchObject({ code: 0 });
    }
    clock.set(cluster.end + 11_000);
    await using daemon = startBurnwatch(['run', '--log-format', 'text'], options);
    await daemon.shows(sealedUpTo(cluster.end));
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toMatchObject({ code: 0 });
    await expectSame(folder);
  });

  // `kill.slow.test.ts` does it at a hundred instants.
  it('killed with SIGKILL in the middle and run again', async () => {
    const folder = new TempFolder();
    folders.push(folder);
    // However fast it is, it does not come to its end: Prometheus stops answering on the way.
    await using proxy = await startHoldingProxy(cluster.url);
    await writeConfig(folder.path, proxy.url, SETTINGS);
    const span = ['--from', formatTime(from), '--to', formatTime(cluster.end)];
    await using first = startBurnwatch(['backfill', ...span], { cwd: folder.path });
    await first.shows(/\d+% \d+\/\d+ windows/);
    proxy.holdAfter(40);
    await new Promise((resolve) => setTimeout(resolve, 130));
    first.kill('SIGKILL');
    expect((await first.ended).code).toBeNull();
    await writeConfig(folder.path, cluster.url, SETTINGS);
    await backfill(folder, cluster.end);
    await expectSame(folder);
  });

  it('replayed with --rebuild', async () => {
    const folder = await folderFilledTo(cluster.end, whole);
    const span = ['--from', formatTime(cluster.end - 3 * HOUR_MS), '--to', formatTime(cluster.end)];
    const { code, stderr } = await burnwatch(['backfill', ...span, '--rebuild'], {
      cwd: folder.path,
    });
    expect(stderr).toMatch(/the verdicts of \d+ windows replayed/);
    expect(code).toBe(0);
    await expectSame(folder);
  });
});

/**
 * Beside the rows, a daemon notes how far it has thrown old ones away, and replayed verdicts are muted:
 * nobody is told of the past.
 */
async function expectSame(folder: TempFolder): Promise<void> {
  const plain = (lines: readonly string[]): string[] =>
    lines
      .filter((line) => !/^meta .*(hours|windows)_from/.test(line))
      .map((line) => line.replace(/"suppressed":[01]/, ''));
  const actual = await dumpHistory(folder.file('burnwatch.db'));
  expect(differences(plain(actual), plain(reference))).toEqual([]);
}
