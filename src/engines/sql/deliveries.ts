import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { DeliveryStore } from '../../store/notifications/deliveryStore.ts';
import type { Database, Db } from './db.ts';
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
import { readView, writePlan } from './planningTables.ts';

/** What was sent, given up or superseded is kept this long. */
const KEEP_MS = 30 * DAY_MS;

/** The deliveries of a history. */
export function createDeliveryStore(database: Database): DeliveryStore {
  return {
    view: (now) => database.read((db) => readView(db, now)),
    commitPlan: (view, plan) =>
      database.writeAsLeader(async (db) => {
        if (!(await writePlan(db, view, plan))) return false;
        await insertDeliveries(db, plan.deliveries);
        await prune(db, plan.at);
        return true;
      }),
    enqueue: (deliveries) => database.write((db) => insertDeliveries(db, deliveries)),
    receiversDue: (now) => database.read((db) => receiversDue(db, now)),
    claim: (receiver, now, leaseMs) =>
      database.writeAsLeader((db) => claimNext(db, receiver, now, leaseMs)),
    settle: (id, now, outcome) => database.write((db) => settleDelivery(db, id, now, outcome)),
    nextDueAt: () => database.read((db) => nextDueAt(db)),
    deliveries: (state, limit) => database.read((db) => listDeliveries(db, state, limit)),
    revive: (id, now) => database.write((db) => reviveDelivery(db, id, now)),
    queue: () => database.read((db) => queueLength(db)),
    close: () => database.close(),
  };
}

async function prune(db: Db, now: TimeMs): Promise<void> {
  const before = now - KEEP_MS;
  await db.run`DELETE FROM ops_deliveries WHERE state IN ('sent', 'dead', 'superseded') AND created_at < ${before}`;
  await db.run`DELETE FROM ops_notified WHERE state = 'resolved' AND at < ${before}`;
  await db.run`DELETE FROM ops_pages WHERE at < ${before}`;
  await db.run`DELETE FROM ops_said_once WHERE at < ${before - 60 * DAY_MS}`;
}
