import type { TimeMs } from '../../model/time.ts';
import type { BillDay, BillStore } from '../../store/bills.ts';
import { BillTable } from './billTable.ts';
import { inTransaction, openForReading, openForWriting, settle, type Db } from './database.ts';
import { requireCurrentSchema } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';

/** Bills are written beside a running daemon: a short write of its own, without the process lock. */
export class SqliteBillStore implements BillStore {
  readonly #path: string;
  readonly #db: Db;
  readonly #bills: BillTable;

  private constructor(path: string, db: Db) {
    this.#path = path;
    this.#db = db;
    this.#bills = BillTable.create(db);
  }

  static open(path: string): SqliteBillStore {
    openForReading(path).close();
    const db = openForWriting(path);
    try {
      requireCurrentSchema(db, path, MIGRATIONS);
      return new SqliteBillStore(path, db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  importDays(bill: Parameters<BillStore['importDays']>[0]): Promise<void> {
    const replace = (): void => this.#bills.replace(bill.days, bill);
    return settle(this.#path, () => inTransaction(this.#db, replace));
  }

  closeMonths(months: readonly TimeMs[], at: TimeMs): Promise<void> {
    const close = (): void => this.#bills.close(months, at);
    return settle(this.#path, () => inTransaction(this.#db, close));
  }

  billDays(from: TimeMs, to: TimeMs): Promise<readonly BillDay[]> {
    return settle(this.#path, () => this.#bills.days(from, to));
  }

  closedMonths(): Promise<readonly TimeMs[]> {
    return settle(this.#path, () => this.#bills.closed());
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}

/** Opens the bills of an existing history. @throws HistoryError `missing`, `older-schema`, … */
export async function openBillStore(path: string): Promise<SqliteBillStore> {
  return SqliteBillStore.open(path);
}
