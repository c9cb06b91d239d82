import { COST_COLUMNS, NODE_SUM_COLUMNS } from '../src/store/pages/columns.ts';
import { openForWriting, SqliteDatabase } from '../src/engines/sqlite/database.ts';
import { MetaTable } from '../src/engines/sql/metaTable.ts';
import { Dictionary } from '../src/engines/sql/dictionary.ts';
import type { PageBuffer } from '../src/store/pages/pageBuffer.ts';
import { rollUpDay } from '../src/store/rollUp/rollUp.ts';
import { createRowTables } from '../src/engines/sql/writerTables.ts';
import { DAY_MS } from '../src/model/time.ts';
import { WINDOW_MS } from '../test/support/madeUpWindows.ts';

/** Where the large histories of the benches begin. */
export const START = Date.UTC(2026, 7, 1);

/**
 * Fills hours as window rows would leave them, in 3,334 workloads, 100 namespaces and 400 nodes, and makes
 * the days from them. The history must exist and be empty.
 */
export async function buildHours(path: string, days: number, keys: number): Promise<void> {
  const database = new SqliteDatabase(path, openForWriting(path));
  const { db } = database;
  const tables = createRowTables(db, WINDOW_MS);
  const meta = new MetaTable(db);
  const labelSets = new Dictionary(db, 'label_sets', ['labels']);
  const labels: number[] = [];
  for (const team of ['a', 'b', 'c']) labels.push(await labelSets.id(JSON.stringify({ team })));
  for (let day = START; day < START + days * DAY_MS; day += DAY_MS) {
    await database.write(async () => {
      await tables.costHours.pages(day);
      await tables.nodeHours.pages(day);
      for (let start = day; start < day + DAY_MS; start += WINDOW_MS)
        await db.run`INSERT INTO windows VALUES (${start}, 1, 1, 0, '[]', '', '{}')`;
      const containers = Array.from({ length: keys }, (_, index) => {
        const workload = Math.floor(index / 3);
        return {
          namespace: `ns-${workload % 100}`,
          kind: 'Deployment',
          name: `app-${workload}`,
          container: 'app',
          node: `node-${index % 400}`,
          label_set: labels[workload % 3]!,
          owner: `team-${workload % 20}`,
          image: `registry.example/app-${workload}:1`,
        };
      });
      for (const key of await tables.costKeys(containers))
        fillDay(tables.costHours, day, key, COST_COLUMNS.length);
      for (let node = 0; node < 400; node += 1) {
        const id = await tables.nodeId(`node-${node}`, undefined, day);
        fillDay(tables.nodeHours, day, id, NODE_SUM_COLUMNS.length);
      }
      await rollUpDay(tables, day);
      await tables.flush();
    });
  }
  meta.set('watermark', START + days * DAY_MS);
  meta.set('history_start', START + WINDOW_MS);
  meta.set('windows_from', START + days * DAY_MS);
  await meta.flush();
  await database.close();
}

/** Values that change from hour to hour as usage and its cost do: none of them packs to nothing. */
function fillDay(pages: PageBuffer, day: number, key: number, columns: number): void {
  for (let hour = 0; hour < 24; hour += 1) {
    const { values, offset } = pages.slot(day, key, hour);
    const swing = 1 + 0.3 * Math.sin(key + hour / 4) + ((key * 31 + hour * 17) % 97) / 300;
    for (let column = 0; column < columns; column += 1) {
      values[offset + column] = column % 4 === 3 ? 0 : Math.round(2.5e8 * swing * (1 + column));
    }
  }
}
