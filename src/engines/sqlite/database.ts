import Sqlite from 'better-sqlite3';
import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { inTurn } from '../../model/inTurn.ts';
import { asking, storeSql, type Database, type Db } from '../sql/db.ts';
import { HistoryError } from '../../store/history.ts';
import { requireOneName, requireWholeFile } from './historyFile.ts';

/** SQLite’s own connection. */
export type Raw = Sqlite.Database;

const BUSY_TIMEOUT_MS = 5_000;
/** Of a new file. */
const PAGE_BYTES = 8_192;
/** The write-ahead log is copied into the file once it is as long. */
const WAL_BYTES = 32 * 1024 * 1024;
/** Tables whose rows are larger than a quarter of a page: with a number each, rows lie side by side at any size. */
const LARGE_ROWS = /(CREATE TABLE usage_pages \([^;]*\) STRICT), WITHOUT ROWID;/;

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
export function openForWriting(path: string): Raw {
  return guard(path, () => {
    createPrivately(path);
    requireOneName(path);
    requireWholeFile(path);
    const raw = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
    return configured(raw, () => {
      // A change of one row writes a page, and each of 90 tables and indexes has one at least. Rows of up to 2 KB need no
      // page of their own; at SQLite's usual 4 KB it would be 1 KB.
      if (raw.pragma('page_count', { simple: true }) === 0) raw.pragma(`page_size = ${PAGE_BYTES}`);
      // Pages freed by the retention go back to the file system, a few at a time (`prune.ts`).
      raw.pragma('auto_vacuum = INCREMENTAL');
      raw.pragma('journal_mode = WAL');
      // better-sqlite3 is built with WAL's default at NORMAL: a reopened file would lose the last
      // commits with the power. One commit a window can afford FULL.
      raw.pragma('synchronous = FULL');
      raw.pragma('foreign_keys = ON');
      // A page that changes in window after window is copied into the file once.
      const pageBytes = raw.pragma('page_size', { simple: true }) as number;
      raw.pragma(`wal_autocheckpoint = ${WAL_BYTES / pageBytes}`);
      raw.pragma(`journal_size_limit = ${2 * WAL_BYTES}`);
      // The system's cache is behind it; each connection keeps its own for good.
      raw.pragma('cache_size = -8192');
    });
  });
}

/** Opens the history for reading only. @throws HistoryError `missing` when there is no file yet. */
export function openForReading(path: string): Raw {
  if (!existsSync(path)) {
    throw new HistoryError(
      'missing',
      `there is no history at ${path} yet: start \`burnwatch run\` or \`burnwatch backfill\`, or set history.path`,
    );
  }
  return guard(path, () => {
    requireWholeFile(path);
    const raw = new Sqlite(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    return configured(raw, () => {
      raw.pragma('query_only = ON');
      raw.pragma('cache_size = -4096');
      // The first statement that really reads the file: garbage is found here.
      raw.prepare('SELECT count(*) FROM sqlite_schema').get();
    });
  });
}

function configured(raw: Raw, configure: () => void): Raw {
  try {
    configure();
    return raw;
  } catch (error) {
    raw.close();
    throw error;
  }
}

/** The statements of a connection by their text, so that each is prepared once. */
const STATEMENTS = new WeakMap<Raw, Map<string, Sqlite.Statement>>();

function statement(raw: Raw, sql: string): Sqlite.Statement {
  let statements = STATEMENTS.get(raw);
  if (statements === undefined) STATEMENTS.set(raw, (statements = new Map()));
  let found = statements.get(sql);
  if (found === undefined) statements.set(sql, (found = raw.prepare(sql)));
  return found;
}

/** A connection as the engine’s SQL uses it. Every statement is done at once: nothing comes between two of them. */
export function fileSession(raw: Raw): Db {
  // The last numbers that were given out: their rows may not be stored yet.
  const given = new Map<string, number>();
  return asking({
    rows: async (sql, parameters) => statement(raw, sql).all(...parameters),
    change: async (sql, parameters) => statement(raw, sql).run(...parameters).changes,
    define: async (schema) => void raw.exec(schema.replace(LARGE_ROWS, '$1;')),
    hasTable: async (name) =>
      raw.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined,
    store: async (table, key, rows, keep) => {
      const [row] = rows;
      if (row === undefined) return;
      const put = statement(raw, storeSql(table, key, Object.keys(row), keep));
      for (const each of rows) put.run(Object.values(each));
    },
    lookUp: async (table, rows) =>
      rows.map((row) => {
        const columns = Object.keys(row);
        const places = columns.map(() => '?').join(', ');
        const sql = `SELECT id FROM ${table} WHERE (${columns.join(', ')}) = (${places})`;
        const found = statement(raw, sql).get(...Object.values(row)) as { id: number } | undefined;
        return found?.id ?? null;
      }),
    numbers: async (table, column, count) => {
      const sql = `SELECT max(${column}) AS last FROM ${table}`;
      const { last } = statement(raw, sql).get() as { readonly last: number | null };
      const first = Math.max(last ?? 0, given.get(table) ?? 0) + 1;
      given.set(table, first + count - 1);
      return Array.from({ length: count }, (_, index) => first + index);
    },
  });
}

/** Runs `work` in one transaction that takes the write lock at once; any error undoes all of it. */
export async function inTransaction<T>(
  raw: Raw,
  work: () => Promise<T>,
  begin: 'BEGIN' | 'BEGIN IMMEDIATE' = 'BEGIN IMMEDIATE',
): Promise<T> {
  raw.exec(begin);
  try {
    const result = await work();
    raw.exec('COMMIT');
    return result;
  } catch (error) {
    if (raw.inTransaction) raw.exec('ROLLBACK');
    throw error;
  }
}

/**
 * One write of this thread after the other, on whichever connection: one that waits for another’s lock blocks the thread,
 * and with it the one that holds the lock.
 */
const afterOtherWrites = inTurn();

/** One connection to a history. Its transactions come one after the other. */
export class SqliteDatabase implements Database {
  readonly name: string;
  readonly db: Db;
  protected readonly raw: Raw;
  readonly #inTurn = inTurn();

  constructor(path: string, raw: Raw) {
    this.name = path;
    this.raw = raw;
    this.db = fileSession(raw);
  }

  readonly read = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
    this.#next(() => inTransaction(this.raw, () => work(this.db), 'BEGIN'));

  readonly write = <T>(work: (db: Db) => Promise<T>, undone?: () => void): Promise<T> =>
    this.alone(async () => {
      this.beforeWrite();
      try {
        return await inTransaction(this.raw, () => work(this.db));
      } catch (error) {
        undone?.();
        throw error;
      }
    });

  /** A file has one writing process for as long as it is open. */
  readonly writeAsLeader = this.write;

  version(): Promise<number> {
    return this.#next(async () => this.raw.pragma('data_version', { simple: true }) as number);
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => this.raw.close());
  }

  /** Runs `work` while no other connection of this thread writes. */
  protected alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#next(() => afterOtherWrites(work));
  }

  protected beforeWrite(): void {}

  #next<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(work).catch((error: unknown) => {
      throw toHistoryError(this.name, error);
    });
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

function toHistoryError(path: string, error: unknown): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error;
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
