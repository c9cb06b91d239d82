import type { OperatorAction } from '../../model/finding.ts';
import type { OperatorLog, StoredAction } from '../../store/findingLog.ts';
import { openForReading, openForWriting, settle, type Db } from './database.ts';
import { requireCurrentSchema } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { OperatorActions } from './operatorActions.ts';

/** Appends beside a running daemon: a short write of its own, without the process lock. */
export class SqliteOperatorLog implements OperatorLog {
  readonly #path: string;
  readonly #db: Db;
  readonly #actions: OperatorActions;

  private constructor(path: string, db: Db) {
    this.#path = path;
    this.#db = db;
    this.#actions = OperatorActions.create(db);
  }

  static open(path: string): SqliteOperatorLog {
    openForReading(path).close();
    const db = openForWriting(path);
    try {
      requireCurrentSchema(db, path, MIGRATIONS);
      return new SqliteOperatorLog(path, db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  append(action: OperatorAction): Promise<number> {
    return settle(this.#path, () => this.#actions.append(action));
  }

  list(after: number, limit: number): Promise<readonly StoredAction[]> {
    return settle(this.#path, () => this.#actions.after(after, limit));
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}

/** Opens the log of an existing history. @throws HistoryError `missing`, `older-schema`, … */
export async function openOperatorLog(path: string): Promise<SqliteOperatorLog> {
  return SqliteOperatorLog.open(path);
}
