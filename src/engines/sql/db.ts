type Value = string | number | bigint | null | Uint8Array;
export type Parameter = Value | readonly Value[] | Readonly<Record<string, Value>>;

/** A row to be stored: a value for each of its columns. */
export type Row = Readonly<Record<string, Value>>;

/**
 * One session of a database. Statements are written once, in what SQLite and PostgreSQL both understand; parameters are
 * `?`, or `$name` and `:name`.
 */
export interface Db {
  /** All rows that a statement gives. */
  rows(sql: string, parameters: readonly Parameter[]): Promise<readonly unknown[]>;
  /** Changes rows and returns how many. */
  run(sql: string, parameters: readonly Parameter[]): Promise<number>;
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

/** All rows of a query. `R` is what its columns hold. */
export async function all<R>(
  db: Db,
  sql: string,
  ...parameters: readonly Parameter[]
): Promise<R[]> {
  return (await db.rows(sql, parameters)) as R[];
}

/** The first row of a query. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what its columns hold
export async function first<R>(
  db: Db,
  sql: string,
  ...parameters: readonly Parameter[]
): Promise<R | undefined> {
  return (await db.rows(sql, parameters))[0] as R | undefined;
}

/** The only column of all rows. */
export async function values<T>(
  db: Db,
  sql: string,
  ...parameters: readonly Parameter[]
): Promise<T[]> {
  const rows = (await db.rows(sql, parameters)) as readonly Record<string, T>[];
  return rows.map((row) => Object.values(row)[0]!);
}

/** The only column of the first row. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what its column holds
export async function value<T>(
  db: Db,
  sql: string,
  ...parameters: readonly Parameter[]
): Promise<T | undefined> {
  return (await values<T>(db, sql, ...parameters))[0];
}

/** Changes rows and returns how many. */
export function run(db: Db, sql: string, ...parameters: readonly Parameter[]): Promise<number> {
  return db.run(sql, parameters);
}

/** Inserts a row into a table that numbers its rows; returns its number. */
export async function insert(db: Db, table: string, id: string, row: Row): Promise<number> {
  const columns = Object.keys(row);
  const places = columns.map(() => '?').join(', ');
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places}) RETURNING ${id}`;
  return (await value<number>(db, sql, Object.values(row)))!;
}

/** Stores rows in place of those with the same key. */
export function put(db: Db, table: string, key: readonly string[], ...rows: readonly Row[]) {
  return db.store(table, key, rows, 'new');
}

/** Stores rows of which there are none with the same key. */
export function putNew(db: Db, table: string, key: readonly string[], ...rows: readonly Row[]) {
  return db.store(table, key, rows, 'old');
}

/** Only what a caller may see: `$namespaces` is a `list`, or null for all. */
export const IN_NAMESPACES =
  '($namespaces IS NULL OR namespace IN (SELECT value FROM json_each($namespaces)))';

/** A list of numbers as one parameter, after the name of a column. */
export const IN_NUMBERS = 'IN (SELECT CAST(value AS BIGINT) FROM json_each(?))';

/** A list as one parameter, for `IN (SELECT value FROM json_each(?))` or, of numbers, `IN_NUMBERS`. */
export function list(values: readonly (string | number)[]): string;
export function list(values: readonly (string | number)[] | null | undefined): string | null;
export function list(values: readonly (string | number)[] | null | undefined): string | null {
  return values === null || values === undefined
    ? null
    : JSON.stringify(values.map((value) => String(value)));
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
