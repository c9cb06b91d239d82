import Database from 'better-sqlite3';
import { HistoryError } from '../../store/history.ts';
import { createPrivately, guard, type Raw } from './database.ts';
import { realPath } from './historyFile.ts';

/** The process that holds a history, named to the next one that wants to write it. */
export interface LockHolder {
  readonly pid: number;
  readonly command: string;
  /** RFC 3339. */
  readonly since: string;
}

/**
 * One writing process per history, whatever name led to it: a write transaction on a small database (`PATH.lock`),
 * held for the life of the process. The operating system releases it at a crash, so a lock is never
 * stale. Readers can still see who holds it.
 */
export class ProcessLock {
  readonly #db: Raw;

  private constructor(db: Raw) {
    this.#db = db;
  }

  /** @throws HistoryError `locked`, naming the holder. */
  static acquire(historyPath: string, holder: LockHolder): ProcessLock {
    const path = `${realPath(historyPath)}.lock`;
    createPrivately(path);
    const db = guard(path, () => new Database(path, { timeout: 500 }));
    try {
      guard(path, () => {
        db.exec('CREATE TABLE IF NOT EXISTS holder (one PRIMARY KEY CHECK (one = 1), who TEXT)');
        const write = db.prepare('INSERT OR REPLACE INTO holder VALUES (1, ?)');
        const who = JSON.stringify(holder);
        do {
          db.exec('BEGIN IMMEDIATE');
          write.run(who);
          db.exec('COMMIT');
          db.exec('BEGIN IMMEDIATE');
          // Another process may have written between the two: only the last name written may keep the lock.
        } while (!this.#isStill(db, who) && db.exec('ROLLBACK') !== undefined);
      });
      return new ProcessLock(db);
    } catch (error) {
      if (!(error instanceof HistoryError) || error.code !== 'locked') {
        db.close();
        throw error;
      }
      const message = `${historyPath} is in use ${describeHolder(db)}: stop it first, or give this one another history.path`;
      db.close();
      throw new HistoryError('locked', message, error);
    }
  }

  static #isStill(db: Raw, who: string): boolean {
    return db.prepare('SELECT who FROM holder').pluck().get() === who;
  }

  release(): void {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
    this.#db.close();
  }
}

function describeHolder(db: Raw): string {
  try {
    const who = db.prepare('SELECT who FROM holder').pluck().get();
    if (typeof who !== 'string') return 'by another process';
    const holder = JSON.parse(who) as LockHolder;
    return `by \`burnwatch ${holder.command}\` (process ${holder.pid}, since ${holder.since})`;
  } catch {
    return 'by another process';
  }
}
