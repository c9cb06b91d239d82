import { copyFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSilenceStore } from '../../src/engines/openHistory.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { postgresLocation } from '../../src/store/historyLocation.ts';
import { burnwatch, startBurnwatch } from '../support/cli.ts';
import { differences, dumpHistory } from '../support/dumpHistory.ts';
import { madeUpWindows, SMALL_CLUSTER } from '../support/madeUpWindows.ts';
import { query, startPostgres, type TestPostgres } from '../../demo/postgresServer.ts';
import { TempHistory } from '../support/tempHistory.ts';
import { writeConfig } from '../support/testCluster.ts';

// Over the end of a month: two partitions.
const START = Date.UTC(2026, 9, 31, 4);
const CLUSTER = { ...SMALL_CLUSTER, pods: 60, rolloutEvery: 20 };

let server: TestPostgres;
let temp: TempHistory;
let original: string;

beforeAll(async () => {
  server = await startPostgres();
  temp = new TempHistory();
  original = await temp.record('original', madeUpWindows(CLUSTER, START, 400), 50);
  const silences = await openSilenceStore(original);
  await silences.add({
    id: 'silence-1',
    matchers: [],
    startsAt: START,
    endsAt: START + DAY_MS,
    createdAt: START,
    author: 'ann',
    reason: 'text that PostgreSQL cannot hold as it is: \u0000\u0001',
  });
  await silences.close();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  temp[Symbol.dispose]();
});

/** The folder of a configuration with this history. */
async function folderWith(history: Readonly<Record<string, unknown>>): Promise<string> {
  await writeConfig(temp.folder, 'http://127.0.0.1:9', { history });
  return temp.folder;
}

it('copies to PostgreSQL and back, goes on after kill -9, and compares every row', async () => {
  const url = await server.database();
  const cwd = await folderWith({ path: original });
  const killed = startBurnwatch(['migrate-history', '--to', url], { cwd });
  await killed.shows(/usage_pages: \d+ rows, copied/);
  killed.kill('SIGKILL');
  await killed.ended;

  const half = await folderWith({ url });
  const refused = await burnwatch(['costs', '--window', '1h'], { cwd: half });
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/was interrupted/)]);

  await folderWith({ path: original });
  const there = await burnwatch(['migrate-history', '--to', url], { cwd });
  expect([there.code, there.stderr]).toEqual([
    0,
    expect.stringMatching(
      /usage_pages: \d+ rows, was there already[^]*cost_days: \d+ rows, copied/,
    ),
  ]);
  expect(there.stdout).toMatch(/\d+ rows are the same.*Set history\.url/s);
  const location = postgresLocation(url, 'test');
  expect(differences(await dumpHistory(location), await dumpHistory(original))).toEqual([]);

  await folderWith({ url });
  const back = temp.path('back');
  const again = await burnwatch(['migrate-history', '--to', back], { cwd });
  expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/Set history\.path/)]);
  expect(differences(await dumpHistory(back), await dumpHistory(original))).toEqual([]);
});

it('goes on with a copy as with the original', async () => {
  const url = await server.database();
  const cwd = await folderWith({ path: original });
  expect((await burnwatch(['migrate-history', '--to', url], { cwd })).code).toBe(0);
  const went = temp.path('went-on');
  copyFileSync(original, went);
  const more = madeUpWindows(CLUSTER, START, 430).slice(400);
  const locations = [went, postgresLocation(url, 'test')];
  for (const path of locations) {
    const writer = await temp.openWriter('unused', { path });
    await writer.recordWindows(more);
    await writer.close();
  }
  const [file, database] = await Promise.all(locations.map(dumpHistory));
  expect(differences(database!, file!)).toEqual([]);
});

it('leaves a history alone that is not its copy, and refuses one that another process writes', async () => {
  const url = await server.database();
  const cwd = await folderWith({ path: original });
  expect((await burnwatch(['migrate-history', '--to', url], { cwd })).code).toBe(0);
  const same = await burnwatch(['migrate-history', '--to', url], { cwd });
  expect([same.code, same.stderr]).toEqual([0, expect.not.stringContaining('rows, copied')]);

  await query(url, `UPDATE burnwatch_test.nodes SET labels = '{"mine":"1"}'`);
  const other = await burnwatch(['migrate-history', '--to', url], { cwd });
  expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/holds another history/)]);
  const kept = await query(url, 'SELECT DISTINCT labels FROM burnwatch_test.nodes');
  expect(kept).toEqual([{ labels: '{"mine":"1"}' }]);

  const writer = await temp.openWriter('original');
  const locked = await burnwatch(['migrate-history', '--to', url], { cwd });
  await writer.close();
  expect([locked.code, locked.stderr]).toEqual([1, expect.stringMatching(/in use by `burnwatch/)]);
});

it('refuses what it cannot copy to or from', async () => {
  const cwd = await folderWith({ path: original });
  const same = await burnwatch(['migrate-history', '--to', original], { cwd });
  expect([same.code, same.stderr]).toEqual([1, expect.stringMatching(/itself/)]);
  writeFileSync(temp.path('text'), 'not a database, however long this text may be');
  const text = await burnwatch(['migrate-history', '--to', temp.path('text')], { cwd });
  expect([text.code, text.stderr]).toEqual([1, expect.stringMatching(/not a Burnwatch history/)]);
  await folderWith({ path: temp.path('absent') });
  const absent = await burnwatch(['migrate-history', '--to', temp.path('new')], { cwd });
  expect([absent.code, absent.stderr]).toEqual([1, expect.stringMatching(/no history at/)]);
  const fewer = await burnwatch(['migrate-history'], { cwd });
  expect(fewer.code).toBe(2);
});
