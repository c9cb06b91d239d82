import type { TimeMs } from '../../model/time.ts';
import type { Silence } from '../../store/silences/silence.ts';
import type { SilenceStore } from '../../store/silences/silenceStore.ts';
import { openForReading, openForWriting, settle, type Db } from './database.ts';
import { requireCurrentSchema } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { endSilence, insertSilence, readSilences } from './silenceTable.ts';

/** Silences in the history's file: short writes beside a running daemon. */
export class SqliteSilenceStore implements SilenceStore {
  readonly #path: string;
  readonly #db: Db;

  private constructor(path: string, db: Db) {
    this.#path = path;
    this.#db = db;
  }

  static open(path: string): SqliteSilenceStore {
    openForReading(path).close();
    const db = openForWriting(path);
    try {
      requireCurrentSchema(db, path, MIGRATIONS);
      return new SqliteSilenceStore(path, db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  list(after: TimeMs): Promise<readonly Silence[]> {
    return settle(this.#path, () => readSilences(this.#db, after));
  }

  add(silence: Silence): Promise<void> {
    return settle(this.#path, () => insertSilence(this.#db, silence));
  }

  expire(id: string, now: TimeMs): Promise<boolean> {
    return settle(this.#path, () => endSilence(this.#db, id, now));
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}

/** Opens the silences of an existing history. @throws HistoryError `missing`, `older-schema`, … */
export async function openSilenceStore(path: string): Promise<SqliteSilenceStore> {
  return SqliteSilenceStore.open(path);
}
