import { inTransaction, openForReading, openForWriting, settle, type Db } from './database.ts';
import { requireCurrentSchema } from './migrate.ts';

/**
 * A connection for short writes beside a running daemon, without its process lock: SQLite puts them in order
 * (WAL, busy timeout).
 */
export interface SharedFile {
  readonly db: Db;
  /** Runs single statements; SQLite's errors come as `HistoryError`. */
  guarded<T>(work: () => T): Promise<T>;
  /** Runs `work` in one transaction. */
  transaction<T>(work: () => T): Promise<T>;
  close(): Promise<void>;
}

/** Opens a history that its writer has made and brought up to date. @throws HistoryError `missing`, `older-schema`, … */
export async function openShared(path: string): Promise<SharedFile> {
  openForReading(path).close();
  const db = openForWriting(path);
  try {
    requireCurrentSchema(db, path);
  } catch (error) {
    db.close();
    throw error;
  }
  return {
    db,
    guarded: (work) => settle(path, work),
    transaction: (work) => settle(path, () => inTransaction(db, work)),
    close: async () => {
      db.close();
    },
  };
}
