import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { ClaimedDelivery, Delivery, Receiver } from '../../store/notifications/delivery.ts';
import type {
  DeliveryStatus,
  DeliveryStore,
  Outcome,
  Plan,
  PlanningView,
  QueueLength,
} from '../../store/notifications/deliveryStore.ts';
import { inTransaction, openForWriting, settle, type Db } from './database.ts';
import {
  claimNext,
  insertDeliveries,
  listDeliveries,
  nextDueAt,
  queueLength,
  receiversDue,
  reviveDelivery,
  settleDelivery,
} from './deliveryTable.ts';
import { requireCurrentSchema } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { readView, writePlan } from './planningTables.ts';

/** What was sent, given up or superseded is kept this long. */
const KEEP_MS = 30 * DAY_MS;

/**
 * Deliveries in the history's file, on a connection of its own: short write transactions beside the
 * history's single writer, which SQLite puts in order (WAL, busy timeout).
 */
export class SqliteDeliveryStore implements DeliveryStore {
  readonly #path: string;
  readonly #db: Db;

  private constructor(path: string, db: Db) {
    this.#path = path;
    this.#db = db;
  }

  /** Opens a history that its writer has brought up to date. @throws HistoryError */
  static open(path: string): SqliteDeliveryStore {
    const db = openForWriting(path);
    try {
      requireCurrentSchema(db, path, MIGRATIONS);
      return new SqliteDeliveryStore(path, db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  async view(now: TimeMs): Promise<PlanningView> {
    return settle(this.#path, () => this.#db.transaction(() => readView(this.#db, now))());
  }

  async commitPlan(view: PlanningView, plan: Plan): Promise<boolean> {
    return this.#write(() => {
      if (!writePlan(this.#db, view, plan)) return false;
      insertDeliveries(this.#db, plan.deliveries);
      this.#prune(plan.at);
      return true;
    });
  }

  async enqueue(deliveries: readonly Delivery[]): Promise<void> {
    return this.#write(() => insertDeliveries(this.#db, deliveries));
  }

  async receiversDue(now: TimeMs): Promise<readonly Receiver[]> {
    return settle(this.#path, () => receiversDue(this.#db, now));
  }

  async claim(receiver: Receiver, now: TimeMs, leaseMs: number): Promise<ClaimedDelivery | null> {
    return this.#write(() => claimNext(this.#db, receiver, now, leaseMs));
  }

  async settle(id: string, now: TimeMs, outcome: Outcome): Promise<void> {
    return this.#write(() => settleDelivery(this.#db, id, now, outcome));
  }

  async nextDueAt(): Promise<TimeMs | null> {
    return settle(this.#path, () => nextDueAt(this.#db));
  }

  async deliveries(
    state: DeliveryStatus['state'],
    limit: number,
  ): Promise<readonly DeliveryStatus[]> {
    return settle(this.#path, () => listDeliveries(this.#db, state, limit));
  }

  async revive(id: string, now: TimeMs): Promise<boolean> {
    return this.#write(() => reviveDelivery(this.#db, id, now));
  }

  async queue(): Promise<QueueLength> {
    return settle(this.#path, () => queueLength(this.#db));
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #write<T>(work: () => T): Promise<T> {
    return settle(this.#path, () => inTransaction(this.#db, work));
  }

  #prune(now: TimeMs): void {
    const before = now - KEEP_MS;
    this.#db
      .prepare(
        "DELETE FROM ops_deliveries WHERE state IN ('sent', 'dead', 'superseded') AND created_at < ?",
      )
      .run(before);
    this.#db.prepare("DELETE FROM ops_notified WHERE state = 'resolved' AND at < ?").run(before);
    this.#db.prepare('DELETE FROM ops_pages WHERE at < ?').run(before);
    this.#db.prepare('DELETE FROM ops_said_once WHERE at < ?').run(before - 60 * DAY_MS);
  }
}

/** Opens the deliveries of an existing history. @throws HistoryError `older-schema`, … */
export async function openDeliveryStore(path: string): Promise<SqliteDeliveryStore> {
  return SqliteDeliveryStore.open(path);
}
