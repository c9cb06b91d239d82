import type { WorkloadRef } from '../../model/workload.ts';

export type Value = string | number | bigint | null | Uint8Array;

/** A row to be stored: a value for each of its columns. */
export type Row = Readonly<Record<string, Value>>;

/** What an engine does in one session. A statement has `?` for each parameter. */
export interface SqlSession {
  /** All rows that a statement gives. */
  rows(sql: string, parameters: readonly Value[]): Promise<readonly unknown[]>;
  /** Changes rows and returns how many. */
  change(sql: string, parameters: readonly Value[]): Promise<number>;
  /** Runs the statements of a schema, written in SQLite's form, each ended by a semicolon. */
  define(schema: string): Promise<void>;
  hasTable(name: string): Promise<boolean>;
  /** Stores rows of a table. Where one with the same key is there, `keep` says which stays. */
  store(table: string, key: readonly string[], rows: readonly Row[], keep: Keep): Promise<void>;
  /** The number of each row that has these values, which no two rows have; null where there is none. */
  lookUp(table: string, rows: readonly Row[]): Promise<readonly (number | null)[]>;
  /** So many numbers that no row of a table has or had since it was opened, rising: for rows that are stored later. */
  numbers(table: string, column: 'id' | 'seq', count: number): Promise<readonly number[]>;
}

export type Keep = 'new' | 'old';

/** A database that is open: one connection, or a pool of them. */
export interface Database {
  /** For people: no secrets. */
  readonly name: string;
  /** Reads one state of the database: what others commit meanwhile is not seen. */
  read<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /**
   * One transaction; any error undoes all of it. Writes of other processes come before or after it.
   *
   * @param undone is called whenever the work was undone; it may be done again after that
   */
  write<T>(work: (db: Db) => Promise<T>, undone?: () => void): Promise<T>;
  /** The same, refused once another process has taken over what this one did when it opened the database. */
  writeAsLeader<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Changes whenever another connection has written. */
  version(): Promise<number>;
  close(): Promise<void>;
}

/** The database of the one writer: it works on one session, so that rows can be held in memory between transactions. */
export interface WriterDatabase extends Database {
  readonly db: Db;
  /** Writes a consistent copy into a new file. */
  backup(target: string): Promise<void>;
  /** Gives room that pruning freed back. */
  giveBack(): Promise<void>;
  /** Numbers further rows of a table after those that were stored with their numbers. */
  numberOn(table: string, column: string): Promise<void>;
  /** Makes room for rows of these times, where tables are partitioned by time. */
  reach(times: readonly number[]): Promise<void>;
}

/** One step of the schema: a file in `migrations/` and an entry in `MIGRATIONS`. Released numbers never change. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** In SQLite's form; see `Db.define`. */
  readonly sql: string;
}

/** A statement or a part of one, with `?` for each of its parameters. */
export interface Sql {
  readonly text: string;
  readonly parameters: readonly Value[];
}

type Template = readonly [texts: TemplateStringsArray, ...given: readonly (Value | Sql)[]];

/**
 * One session of a database. Statements are written once, in what SQLite and PostgreSQL both understand:
 * `db.all`SELECT node FROM bill_nodes WHERE day = ${day}``.
 */
export interface Db extends SqlSession {
  /** All rows of a query. `R` is what its columns hold. */
  all<R>(...template: Template): Promise<R[]>;
  /** The first row of a query. */
  first<R>(...template: Template): Promise<R | undefined>;
  /** The same, where these columns hold JSON. */
  parsed<R>(...columns: readonly (keyof R & string)[]): (...template: Template) => Promise<R[]>;
  /** The only column of all rows. */
  values<T>(...template: Template): Promise<T[]>;
  /** The second column by the first. */
  pairs<K, V>(...template: Template): Promise<Map<K, V>>;
  /** The only column of the first row. */
  value<T>(...template: Template): Promise<T | undefined>;
  /** Changes rows and returns how many. */
  run(...template: Template): Promise<number>;
}

/** A session that is asked by templates. */
export function asking(session: SqlSession): Db {
  const all = async <R>(...template: Template): Promise<R[]> => {
    const { text, parameters } = sql(...template);
    return (await session.rows(text, parameters)) as R[];
  };
  const values = async <T>(...template: Template): Promise<T[]> =>
    (await all<Record<string, T>>(...template)).map((row) => Object.values(row)[0]!);
  return {
    ...session,
    all,
    values,
    parsed:
      <R>(...columns: readonly (keyof R & string)[]) =>
      async (...template: Template) => {
        const rows = await all<Record<string, unknown>>(...template);
        for (const row of rows)
          for (const name of columns) row[name] = JSON.parse(row[name] as string);
        return rows as R[];
      },
    pairs: async <K, V>(...template: Template) =>
      new Map((await all<object>(...template)).map((row) => Object.values(row) as [K, V])),
    first: async <R>(...template: Template) => (await all<R>(...template))[0],
    value: async <T>(...template: Template) => (await values<T>(...template))[0],
    run: (...template) => {
      const { text, parameters } = sql(...template);
      return session.change(text, parameters);
    },
  };
}

/** What is put into the text is a parameter, unless it is a part of a statement itself. */
export function sql(...[texts, ...given]: Template): Sql {
  const parameters: Value[] = [];
  const text = texts.reduce((before, after, index) => {
    const one = given[index - 1]!;
    const isPart = typeof one === 'object' && one !== null && 'text' in one;
    parameters.push(...(isPart ? one.parameters : [one]));
    return `${before}${isPart ? one.text : '?'}${after}`;
  });
  return { text, parameters };
}

/** A text of our own as a part of a statement: names, columns, conditions. */
export function raw(text: string): Sql {
  return { text, parameters: [] };
}

/** Inserts a row into a table that numbers its rows; returns its number. */
export async function insert(db: Db, table: string, id: string, row: Row): Promise<number> {
  const columns = Object.keys(row);
  const places = columns.map(() => '?').join(', ');
  const text = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places}) RETURNING ${id}`;
  return ((await db.rows(text, Object.values(row))) as Record<string, number>[])[0]![id]!;
}

/** Stores rows in place of those with the same key. */
export function put(db: Db, table: string, key: readonly string[], ...rows: readonly Row[]) {
  return db.store(table, key, rows, 'new');
}

/** Stores rows of which there are none with the same key. */
export function putNew(db: Db, table: string, key: readonly string[], ...rows: readonly Row[]) {
  return db.store(table, key, rows, 'old');
}

/** Only what a caller may see; null for all. */
export function inNamespaces(namespaces: readonly string[] | null | undefined): Sql {
  return namespaces ? sql`namespace ${inList(namespaces)}` : raw('TRUE');
}

/** Only rows of a workload. */
export function isOfWorkload(namespace: string | null, { kind, name }: WorkloadRef): Sql {
  return sql`namespace = ${namespace} AND kind = ${kind} AND name = ${name}`;
}

/** Only rows with this value; all where none is given. */
export function isGiven(column: string, value: Value | undefined): Sql {
  return value === null || value === undefined ? raw('TRUE') : sql`${raw(column)} = ${value}`;
}

/** A list of texts as one parameter, after the name of a column. */
export function inList(texts: readonly string[]): Sql {
  return sql`IN (SELECT value FROM json_each(${JSON.stringify(texts)}))`;
}

/** The same of numbers. */
export function inNumbers(numbers: readonly number[]): Sql {
  return sql`IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(numbers.map(String))}))`;
}

/** A LIMIT that leaves nothing out. */
export const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** The statement by which rows are stored, one at a time. */
export function storeSql(
  table: string,
  key: readonly string[],
  columns: readonly string[],
  keep: Keep,
  values = `VALUES (${columns.map(() => '?').join(', ')})`,
): string {
  const others = columns.filter((column) => !key.includes(column));
  const changes = others.map((column) => `${column} = excluded.${column}`).join(', ');
  const conflict = keep === 'old' || others.length === 0 ? 'NOTHING' : `UPDATE SET ${changes}`;
  return `INSERT INTO ${table} (${columns.join(', ')}) ${values} ON CONFLICT (${key.join(', ')}) DO ${conflict}`;
}
