import Database from 'better-sqlite3';
import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { HistoryError } from '../../store/history.ts';
import { requireOneName, requireWholeFile } from './historyFile.ts';

export type Db = Database.Database;
type Value = string | number | bigint | null | Uint8Array;
type Parameter = Value | readonly Value[] | Readonly<Record<string, Value>>;

/** One step of the schema: a file in `migrations/` and an entry in `MIGRATIONS`. Released numbers never change. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly up: (db: Db) => void;
}

const BUSY_TIMEOUT_MS = 5_000;

/** @throws HistoryError `io` when the folder of the history is not there (a volume not mounted). */
export function requireFolder(path: string): void {
  const folder = dirname(path);
  if (existsSync(folder)) return;
  throw new HistoryError(
    'io',
    `cannot create the history ${path}: the folder ${folder} does not exist; create it, or set history.path`,
  );
}

/**
 * Makes an empty file that others than its user and group may not read, where there is none: what it will hold
 * is of every namespace. SQLite gives the files beside it (`-wal`, `-shm`) the same mode.
 */
export function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o640));
  } catch {
    // It is there already, or cannot be: SQLite says which, and why.
  }
}

/** Opens the history for writing; a missing file is created. @throws HistoryError */
export function openForWriting(path: string): Db {
  return guard(path, () => {
    createPrivately(path);
    requireOneName(path);
    requireWholeFile(path);
    const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    return configured(db, () => {
      // Rows are pages of up to some KB; at SQLite's usual 4 KB, those above 1 KB would overflow.
      db.pragma('page_size = 16384');
      // Pages freed by the retention go back to the file system, a few at a time (`prune.ts`).
      db.pragma('auto_vacuum = INCREMENTAL');
      db.pragma('journal_mode = WAL');
      // better-sqlite3 is built with WAL's default at NORMAL: a reopened file would lose the last
      // commits with the power. One commit a window can afford FULL.
      db.pragma('synchronous = FULL');
      db.pragma('foreign_keys = ON');
      db.pragma('journal_size_limit = 67108864');
      db.pragma('cache_size = -65536');
    });
  });
}

/** Opens the history for reading only. @throws HistoryError `missing` when there is no file yet. */
export function openForReading(path: string): Db {
  if (!existsSync(path)) {
    throw new HistoryError(
      'missing',
      `there is no history at ${path} yet: start \`burnwatch run\` or \`burnwatch backfill\`, or set history.path`,
    );
  }
  return guard(path, () => {
    requireWholeFile(path);
    const db = new Database(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    return configured(db, () => {
      db.pragma('query_only = ON');
      db.pragma('cache_size = -65536');
      // The first statement that really reads the file: garbage is found here.
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
    });
  });
}

function configured(db: Db, configure: () => void): Db {
  try {
    configure();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The statements of a connection by their text, so that each is prepared once. */
const STATEMENTS = new WeakMap<Db, Map<string, Database.Statement>>();
/** The same for those that give the value of their only column instead of a row. */
const PLUCKED: typeof STATEMENTS = new WeakMap();

function statement(db: Db, sql: string, kept = STATEMENTS): Database.Statement {
  let statements = kept.get(db);
  if (statements === undefined) kept.set(db, (statements = new Map()));
  let found = statements.get(sql);
  if (found === undefined) {
    found = kept === PLUCKED ? db.prepare(sql).pluck() : db.prepare(sql);
    statements.set(sql, found);
  }
  return found;
}

/** All rows of a query. `Row` is what its columns hold. */
export function all<Row>(db: Db, sql: string, ...parameters: readonly Parameter[]): Row[] {
  return statement(db, sql).all(...parameters) as Row[];
}

/** The first row of a query. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what its columns hold
export function first<Row>(
  db: Db,
  sql: string,
  ...parameters: readonly Parameter[]
): Row | undefined {
  return statement(db, sql).get(...parameters) as Row | undefined;
}

/** The rows one after the other: nothing may be written until they are read. */
export function each<Row>(
  db: Db,
  sql: string,
  ...parameters: readonly Parameter[]
): IterableIterator<Row> {
  return statement(db, sql).iterate(...parameters) as IterableIterator<Row>;
}

/** The only column of all rows. */
export function values<T>(db: Db, sql: string, ...parameters: readonly Parameter[]): T[] {
  return statement(db, sql, PLUCKED).all(...parameters) as T[];
}

/** The only column of the first row. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what its column holds
export function value<T>(db: Db, sql: string, ...parameters: readonly Parameter[]): T | undefined {
  return statement(db, sql, PLUCKED).get(...parameters) as T | undefined;
}

/** Changes rows and returns how many. */
export function run(db: Db, sql: string, ...parameters: readonly Parameter[]): number {
  return statement(db, sql).run(...parameters).changes;
}

/** Inserts a row and returns its id. */
export function insert(db: Db, sql: string, ...parameters: readonly Parameter[]): number {
  return Number(statement(db, sql).run(...parameters).lastInsertRowid);
}

/** A list as one parameter, for `IN (SELECT value FROM json_each(?))`. */
export function list(values: readonly string[]): string;
export function list(values: readonly string[] | null | undefined): string | null;
export function list(values: readonly string[] | null | undefined): string | null {
  return values === null || values === undefined ? null : JSON.stringify(values);
}

/** Runs `work` in one transaction that takes the write lock at once; any error undoes all of it. */
export function inTransaction<T>(db: Db, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Runs `work` and turns SQLite's errors into `HistoryError`s that name the file and the cure. */
export function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toHistoryError(path, error);
  }
}

/** The same for the asynchronous ports: the work is done at once, errors come as a rejection. */
export async function settle<T>(path: string, work: () => T): Promise<T> {
  return guard(path, work);
}

function toHistoryError(path: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const code = error.code;
  if (code === 'SQLITE_NOTADB') {
    return new HistoryError(
      'not-a-database',
      `${path} is not a Burnwatch history (not an SQLite file): set history.path to another file, or move this one away`,
      error,
    );
  }
  if (code === 'SQLITE_FULL') {
    return new HistoryError(
      'full',
      `no room to write the history ${path}: the disk is full. Nothing was lost; free some space or shorten history.retention, and the windows are caught up`,
      error,
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new HistoryError(
      'locked',
      `the history ${path} is being written by another process: try again in a moment`,
      error,
    );
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    return new HistoryError(
      'corrupt',
      `the history ${path} is damaged (${error.message}): restore a backup, or move the file away and run \`burnwatch backfill\``,
      error,
    );
  }
  if (/^SQLITE_(CANTOPEN|IOERR|READONLY|PERM|AUTH)/.test(code)) {
    return new HistoryError(
      'io',
      `cannot use the history ${path} (${error.message}): check that the folder exists, is writable and on a local disk`,
      error,
    );
  }
  return error;
}
