import type { ClientBase } from 'pg';
import { asking, storeSql, type Value, type Row, type Db } from '../sql/db.ts';
import { bind, toWire, translateSchema, typeOf } from './dialect.ts';

/** Rows that go into one statement. */
const AT_ONCE = 1_000;

/** The names of prepared statements by their text, for all connections of this thread. */
const NAMES = new Map<string, string>();

function nameOf(text: string): string {
  let name = NAMES.get(text);
  if (name === undefined) NAMES.set(text, (name = `burnwatch_${NAMES.size}`));
  return name;
}

/** A connection as the engine’s SQL uses it. */
export function sessionOf(client: () => ClientBase): Db {
  const query = (sql: string, parameters: readonly Value[]) => {
    const { text, values } = bind(sql, parameters);
    return client().query<Record<string, unknown>>({
      name: nameOf(text),
      text,
      values: values as unknown[],
    });
  };
  return asking({
    rows: async (sql, parameters) => (await query(sql, parameters)).rows,
    change: async (sql, parameters) => (await query(sql, parameters)).rowCount ?? 0,
    define: async (schema) => void (await client().query(translateSchema(schema))),
    hasTable: async (name) => {
      const sql =
        "SELECT to_regclass(quote_ident(current_schema()) || '.' || quote_ident($1)) IS NOT NULL AS found";
      const { rows } = await client().query<{ found: boolean }>(sql, [name]);
      return rows[0]!.found;
    },
    store: async (table, key, rows, keep) => {
      const unique = lastOfEach(rows, key);
      if (unique.length === 1) {
        const row = unique[0]!;
        await query(storeSql(table, key, Object.keys(row), keep), Object.values(row));
        return;
      }
      for (let at = 0; at < unique.length; at += AT_ONCE) {
        const part = unique.slice(at, at + AT_ONCE);
        const columns = Object.keys(part[0]!);
        const { select, values } = unnest(columns, part);
        const text = storeSql(table, key, columns, keep, select);
        await client().query({ name: nameOf(text), text, values: values as unknown[] });
      }
    },
    lookUp: async (table, rows) => {
      const found: (number | null)[] = [];
      for (let at = 0; at < rows.length; at += AT_ONCE) {
        const part = rows.slice(at, at + AT_ONCE);
        const columns = Object.keys(part[0]!);
        const { select, values } = unnest([...columns, PLACE], part.map(numbered));
        const equal = columns.map((column, index) => `${table}.${column} = wanted.w${index}`);
        const names = [...columns, PLACE].map((_, index) => `w${index}`).join(', ');
        const text = `SELECT wanted.w${columns.length} AS place, id FROM (${select}) AS wanted (${names})
          JOIN ${table} ON ${equal.join(' AND ')}`;
        const ids: (number | null)[] = part.map(() => null);
        const query = { name: nameOf(text), text, values: values as unknown[] };
        const answer = await client().query<{ place: number; id: number }>(query);
        for (const { place, id } of answer.rows) ids[place] = id;
        found.push(...ids);
      }
      return found;
    },
    numbers: async (table, column, count) => {
      if (count === 0) return [];
      const text = `SELECT nextval(pg_get_serial_sequence($1, $2)) AS number FROM generate_series(1, $3)`;
      const values = [table, column, count];
      const query = { name: nameOf(text), text, values };
      const { rows } = await client().query<{ number: number }>(query);
      return rows.map(({ number }) => number);
    },
  });
}

/** The column of a list that holds each row’s place in it. */
const PLACE = 'place';

function numbered(row: Row, index: number): Row {
  return { ...row, [PLACE]: index };
}

/** One statement cannot store two rows of the same key: the last one counts. */
function lastOfEach(rows: readonly Row[], key: readonly string[]): readonly Row[] {
  if (rows.length < 2) return rows;
  const byKey = new Map(rows.map((row) => [JSON.stringify(key.map((name) => row[name])), row]));
  return [...byKey.values()];
}

/** Rows as one array a column; a column without any value is NULL. */
function unnest(
  columns: readonly string[],
  rows: readonly Row[],
): { readonly select: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  const arrays: string[] = [];
  const names: string[] = [];
  const selected = columns.map((column, index) => {
    const types = new Set<string>();
    for (const row of rows) {
      const value = row[column] ?? null;
      if (value !== null) types.add(typeOf(value));
    }
    if (types.size === 0) return 'NULL';
    const type = types.size > 1 ? 'float8' : [...types][0]!;
    values.push(rows.map((row) => toWire(row[column] ?? null)));
    arrays.push(`$${values.length}::${type}[]`);
    names.push(`c${index}`);
    return `c${index}`;
  });
  const select = `SELECT ${selected.join(', ')} FROM unnest(${arrays.join(', ')}) AS stored (${names.join(', ')})`;
  return { select, values };
}
