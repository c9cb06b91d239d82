import Database from 'better-sqlite3';
import { statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dumpHistory } from '../../../test/support/dumpHistory.ts';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { IDENTITY, TempHistory } from '../../../test/support/tempHistory.ts';
import { openHistoryReader, openHistoryWriter, openOperatorLog } from '../openHistory.ts';
import type { Migration } from '../sql/db.ts';
import { migrate, MIGRATIONS } from '../sql/migrate.ts';
import { openForWriting, SqliteDatabase } from './database.ts';

const START = Date.UTC(2026, 10, 20, 8);

describe('opening', () => {
  test('every open, also of an existing file, makes commits durable', () => {
    using temp = new TempHistory();
    for (let round = 0; round < 2; round += 1) {
      const db = openForWriting(temp.path());
      // 2 is FULL; a reopened WAL file would be at 1 (NORMAL) by this library's default.
      expect(db.pragma('synchronous', { simple: true })).toBe(2);
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
      db.exec('CREATE TABLE IF NOT EXISTS t (x)');
      db.close();
    }
  });

  test('a new file has pages of 8 KB with large rows side by side, an older one keeps what it has', async () => {
    using temp = new TempHistory();
    await temp.record('history', madeUpWindows(SMALL_CLUSTER, START, 12));
    const older = new Database(temp.path('older'));
    older.pragma('page_size = 16384');
    older.exec('CREATE TABLE made (x)');
    older.close();
    for (const [name, bytes] of [
      ['history', 8_192],
      ['older', 16_384],
    ] as const) {
      const db = openForWriting(temp.path(name));
      expect(db.pragma('page_size', { simple: true })).toBe(bytes);
      expect(db.pragma('wal_autocheckpoint', { simple: true })).toBe((32 * 2 ** 20) / bytes);
      db.close();
    }
    const db = new Database(temp.path());
    expect(db.prepare('SELECT count(rowid) FROM usage_pages').pluck().get()).toBe(1);
    db.close();
  });

  test('others than the user and its group may read neither the history nor what lies beside it', async () => {
    using temp = new TempHistory();
    const writer = await temp.openWriter();
    for (const beside of ['', '-wal', '-shm', '.lock'])
      expect(statSync(`${temp.path()}${beside}`).mode & 0o007).toBe(0);
    await writer.close();
  });

  test.each([
    ['cluster', { cluster: 'other' }, 'other-cluster', /cluster test.*says other/],
    ['currency', { currency: 'EUR' }, 'other-currency', /pricing\.currency USD.*says EUR/],
    ['grid', { windowMs: 60_000 }, 'other-grid', /schedule\.window 300s.*says 60s/],
    ['odd grid', { windowMs: 420_000 }, 'other-grid', /does not divide an hour/],
  ] as const)('another %s is refused with the cure', async (_, change, code, message) => {
    using temp = new TempHistory();
    await (await temp.openWriter()).close();
    const refused = temp.openWriter('history', change);
    await expect(refused).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    // The refused one let go of the lock.
    await (await temp.openWriter()).close();
  });

  test('a reader refuses what was made for another cluster or currency, and takes anything unasked', async () => {
    using temp = new TempHistory();
    await (await temp.openWriter()).close();
    const path = temp.path();
    const { cluster, currency } = IDENTITY;
    for (const madeFor of [undefined, { cluster }, { cluster, currency }])
      await (await openHistoryReader(path, madeFor)).close();
    await expect(openHistoryReader(path, { cluster, currency: 'EUR' })).rejects.toMatchObject({
      code: 'other-currency',
      message: expect.stringMatching(/pricing\.currency USD.*says EUR/) as string,
    });
    const other = openHistoryReader(path, { cluster: 'other' });
    await expect(other).rejects.toMatchObject({ code: 'other-cluster' });
  });

  test('the error of a second writer names who holds the history', async () => {
    using temp = new TempHistory();
    const path = temp.path();
    const clock = () => START;
    const first = await openHistoryWriter({ path, ...IDENTITY, command: 'run', clock });
    await expect(
      openHistoryWriter({ path, ...IDENTITY, command: 'backfill', clock }),
    ).rejects.toMatchObject({
      code: 'locked',
      message: `${path} is in use by \`burnwatch run\` (process ${process.pid}, since 2026-11-20T08:00:00Z): stop it first, or give this one another history.path`,
    });
    await first.close();
    await (await openHistoryWriter({ path, ...IDENTITY, command: 'once', clock })).close();
  });

  test('a file that is no database is refused by writers and readers', async () => {
    using temp = new TempHistory();
    writeFileSync(temp.path(), 'cluster: prod-eu\n'.repeat(100));
    const refusal = {
      code: 'not-a-database',
      message: expect.stringContaining(temp.path()) as string,
    };
    await expect(temp.openWriter()).rejects.toMatchObject(refusal);
    await expect(openHistoryReader(temp.path())).rejects.toMatchObject(refusal);
  });

  test('a missing file, a missing folder and an empty database are named to readers and writers', async () => {
    using temp = new TempHistory();
    await expect(openHistoryReader(temp.path())).rejects.toMatchObject({ code: 'missing' });
    await expect(openOperatorLog(temp.path())).rejects.toMatchObject({ code: 'missing' });
    await expect(temp.openWriter('no/such/folder')).rejects.toMatchObject({ code: 'io' });
    writeFileSync(temp.path('empty'), '');
    await expect(openHistoryReader(temp.path('empty'))).rejects.toMatchObject({
      code: 'older-schema',
    });
  });

  test('a history of a newer Burnwatch is left untouched', async () => {
    using temp = new TempHistory();
    await (await temp.openWriter()).close();
    const db = new Database(temp.path());
    db.exec("INSERT INTO migrations VALUES (999, 'from-the-future')");
    db.close();
    const refusal = {
      code: 'newer-schema',
      message: expect.stringContaining('999 from-the-future') as string,
    };
    await expect(temp.openWriter()).rejects.toMatchObject(refusal);
    await expect(openHistoryReader(temp.path())).rejects.toMatchObject(refusal);
  });
});

describe('migrations', () => {
  test('numbers are unique, and one that fails leaves the history as it was', async () => {
    expect(new Set(MIGRATIONS.map(({ number }) => number)).size).toBe(MIGRATIONS.length);
    using temp = new TempHistory();
    const database = new SqliteDatabase(temp.path(), openForWriting(temp.path()));
    const up = (...migrations: readonly Migration[]) =>
      database.write((db) => migrate(db, temp.path(), migrations));
    const good = { number: 1, name: 'good', sql: 'CREATE TABLE a (x)' };
    const bad = { number: 2, name: 'bad', sql: 'CREATE TABLE b (x); CREATE TABLE a (x)' };
    await expect(up(bad, good)).rejects.toThrow(/already exists/);
    expect(await database.read((db) => db.hasTable('a'))).toBe(false);
    expect(await up(good)).toEqual(['good']);
    expect(await up(good)).toEqual([]);
    await database.close();
  });
});

describe('a full disk', () => {
  test('is said, loses nothing, and the windows go in once there is room', async () => {
    using temp = new TempHistory();
    const records = madeUpWindows(SMALL_CLUSTER, START, 40);
    const path = await temp.record('full', records.slice(0, 12));
    const before = await dumpHistory(path);
    const writer = await temp.openWriter('full', { maxBytes: statSync(path).size });
    await expect(writer.recordWindows(records)).rejects.toMatchObject({
      code: 'full',
      message: expect.stringMatching(/disk is full\. Nothing was lost; free some space/) as string,
    });
    expect(await dumpHistory(path)).toEqual(before);
    await writer.close();
    await temp.record('full', records);
    expect(await dumpHistory(path)).toEqual(await dumpHistory(await temp.record('roomy', records)));
  });
});
