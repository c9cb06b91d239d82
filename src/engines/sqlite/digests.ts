import type { Digest } from '../../store/digests/digest.ts';
import type { DigestStore } from '../../store/digests/digestStore.ts';
import type { TimeMs } from '../../model/time.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import { inTransaction, openForReading, openForWriting, settle, type Db } from './database.ts';
import { insertDeliveries } from './deliveryTable.ts';
import { digestSends, writeDigest } from './digestTable.ts';
import { requireCurrentSchema } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';

/** Digests in the history's file: one short write a week, beside a running daemon. */
export class SqliteDigestStore implements DigestStore {
  readonly #path: string;
  readonly #db: Db;

  private constructor(path: string, db: Db) {
    this.#path = path;
    this.#db = db;
  }

  static open(path: string): SqliteDigestStore {
    openForReading(path).close();
    const db = openForWriting(path);
    try {
      requireCurrentSchema(db, path, MIGRATIONS);
      return new SqliteDigestStore(path, db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  record(
    digest: Digest,
    deliveriesOf: (sends: number) => readonly Delivery[],
    { again, at }: { readonly again: boolean; readonly at: TimeMs },
  ): Promise<boolean> {
    const write = (): boolean => {
      const sends = digestSends(this.#db, digest.week.start);
      if (sends > 0 && !again) return false;
      writeDigest(this.#db, digest, sends + 1, at);
      insertDeliveries(this.#db, deliveriesOf(sends + 1));
      return true;
    };
    return settle(this.#path, () => inTransaction(this.#db, write));
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}

/** Opens the digests of an existing history. @throws HistoryError `missing`, `older-schema`, … */
export async function openDigestStore(path: string): Promise<SqliteDigestStore> {
  return SqliteDigestStore.open(path);
}
