import { HistoryError } from '../store/history.ts';
import { PARTITIONED } from './postgres/dialect.ts';
import {
  raw,
  type Value,
  type Row,
  type Database,
  type WriterDatabase,
  type Db,
} from './sql/db.ts';
import { schemaTables } from './sql/migrate.ts';

/** What was copied of a table. */
export interface CopiedTable {
  readonly table: string;
  /** In both histories now. */
  readonly rows: number;
  /** Copied by this run; the others were there already. */
  readonly copied: number;
}

interface Table {
  readonly name: string;
  /** By which rows are ordered. */
  readonly key: readonly string[];
  /** The column that the database numbers by itself. */
  readonly numbered: string | undefined;
}

const AT_ONCE = 2_000;

/** In a copy that is not complete: nothing else may use it. */
const MARK = 'copy_in_progress';

/**
 * Copies a history to another one that nothing else is in, table by table in the order of their keys, and compares every
 * row. A copy that was interrupted goes on where it was; a history that is no such copy is compared and left alone.
 *
 * @throws HistoryError `io` where a table differs in the end
 */
export async function* copyHistory(
  source: Database,
  target: WriterDatabase,
): AsyncGenerator<CopiedTable> {
  const tables = schemaTables().map(tableOf);
  const mayWrite = await mark(target, tables);
  for (const table of tables) {
    let copied = 0;
    let rows = await equalRows(source, target, table);
    // First what is missing at the end, then everything: the source may have gone on since an interrupted copy.
    for (const from of ['last', 'first'] as const) {
      if (rows !== null || !mayWrite) break;
      copied = await copyTable(source, target, table, from);
      rows = await equalRows(source, target, table);
    }
    if (rows === null)
      throw new HistoryError(
        'io',
        `${table.name} of ${target.name} is not the same as that of ${source.name}: it holds another history, which is left as it is; copy to an empty one`,
      );
    yield { table: table.name, rows, copied };
  }
  await target.write((db) => db.define(`DROP TABLE IF EXISTS ${MARK};`));
}

/** Refuses a history that is an incomplete copy. @throws HistoryError `io` */
export async function requireWholeCopy(db: Db, name: string): Promise<void> {
  if (!(await db.hasTable(MARK))) return;
  throw new HistoryError(
    'io',
    `${name} is a copy that was interrupted: run burnwatch migrate-history again, with the original as history.path or history.url`,
  );
}

/** Marks an empty history as a copy in progress; false where it holds something and is no such copy. */
function mark(target: WriterDatabase, tables: readonly Table[]): Promise<boolean> {
  return target.write(async (db) => {
    if (await db.hasTable(MARK)) return true;
    for (const { name } of tables) {
      if (name === 'meta') continue;
      if ((await db.all`SELECT 1 AS found FROM ${raw(name)} LIMIT 1`).length > 0) return false;
    }
    await db.define(`CREATE TABLE ${MARK} (one INTEGER PRIMARY KEY) STRICT;`);
    return true;
  });
}

async function copyTable(
  source: Database,
  target: WriterDatabase,
  table: Table,
  from: 'first' | 'last',
): Promise<number> {
  let copied = 0;
  let after = from === 'first' ? null : await target.read((db) => lastKey(db, table));
  for (;;) {
    const last = after;
    const rows = await source.read((db) => rowsAfter(db, table, last));
    if (rows.length > 0) {
      const column = PARTITIONED.get(table.name);
      if (column !== undefined) await target.reach(rows.map((row) => row[column] as number));
      await target.write((db) => db.store(table.name, table.key, rows, 'new'));
      copied += rows.length;
      after = keyOf(table, rows.at(-1)!);
    }
    if (rows.length < AT_ONCE) break;
  }
  if (table.numbered !== undefined) await target.numberOn(table.name, table.numbered);
  return copied;
}

/** How many rows a table has in both; null where they differ. */
async function equalRows(a: Database, b: Database, table: Table): Promise<number | null> {
  let after: readonly Value[] | null = null;
  for (let count = 0; ;) {
    const last: readonly Value[] | null = after;
    const [here, there] = await Promise.all([
      a.read((db) => rowsAfter(db, table, last)),
      b.read((db) => rowsAfter(db, table, last)),
    ]);
    if (textOf(here) !== textOf(there)) return null;
    count += here.length;
    if (here.length < AT_ONCE) return count;
    after = keyOf(table, here.at(-1)!);
  }
}

function textOf(rows: readonly Row[]): string {
  return JSON.stringify(rows, (_name, cell: unknown) =>
    cell instanceof Uint8Array ? Buffer.from(cell).toString('base64') : cell,
  );
}

function rowsAfter(
  db: Db,
  { name, key }: Table,
  after: readonly Value[] | null,
): Promise<readonly Row[]> {
  const columns = key.join(', ');
  const places = key.map(() => '?').join(', ');
  const where = after === null ? '' : `WHERE (${columns}) > (${places})`;
  return db.all<Row>`SELECT * FROM ${raw(name)} ${{ text: where, parameters: after ?? [] }}
    ORDER BY ${raw(columns)} LIMIT ${AT_ONCE}`;
}

async function lastKey(db: Db, table: Table): Promise<readonly Value[] | null> {
  const columns = table.key.join(', ');
  const descending = table.key.map((column) => `${column} DESC`).join(', ');
  const [row] =
    await db.all<Row>`SELECT ${raw(columns)} FROM ${raw(table.name)} ORDER BY ${raw(descending)} LIMIT 1`;
  return row === undefined ? null : keyOf(table, row);
}

function keyOf({ key }: Table, row: Row): readonly Value[] {
  return key.map((column) => row[column]!);
}

function tableOf({ name, columns }: ReturnType<typeof schemaTables>[number]): Table {
  const [, ofTable] = /PRIMARY KEY \(([^)]*)\)/.exec(columns) ?? [];
  const [, ofColumn] = /(\w+) \w+ PRIMARY KEY/.exec(columns) ?? [];
  return {
    name,
    key: ofTable?.split(', ') ?? [ofColumn!],
    numbered: /\b(id|seq) INTEGER PRIMARY KEY/.exec(columns)?.[1],
  };
}
