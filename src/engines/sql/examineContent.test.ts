import { expect, it } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { parsePostgresLocation } from '../../store/historyLocation.ts';
import { examineHistory, openDatabase } from '../openHistory.ts';
import { openForWriting, SqliteDatabase } from '../sqlite/database.ts';
import { raw } from './db.ts';

const START = Date.UTC(2026, 10, 20, 8);

it.each(['usage_pages', 'open_windows', 'cost_hours'])(
  'a flipped bit in a page of %s is found on every engine',
  async (table) => {
    using temp = new TempHistory();
    const path = await temp.record('damaged', madeUpWindows(SMALL_CLUSTER, START, 30));
    const integrity = async () =>
      (await examineHistory(path, Date.now())).find(({ name }) => name === 'integrity');
    expect(await integrity()).toMatchObject({ isOk: true });
    const database =
      parsePostgresLocation(path) === null
        ? new SqliteDatabase(path, openForWriting(path))
        : await openDatabase(path);
    await database.write(async (db) => {
      const page =
        (await db.value<Uint8Array>`SELECT page FROM ${raw(table)} ORDER BY page LIMIT 1`)!;
      const flipped = Uint8Array.from(page);
      flipped[1]! ^= 1;
      await db.run`UPDATE ${raw(table)} SET page = ${flipped} WHERE page = ${page}`;
    });
    await database.close();
    expect(await integrity()).toMatchObject({
      isOk: false,
      detail: `1 pages of ${table} differ from what was written`,
    });
  },
);
