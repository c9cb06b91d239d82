import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { DeliveryStore } from '../../store/notifications/deliveryStore.ts';
import { run, type Db } from './database.ts';
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
import { openShared } from './sharedFile.ts';

/** What was sent, given up or superseded is kept this long. */
const KEEP_MS = 30 * DAY_MS;

/** Opens the deliveries of an existing history. @throws HistoryError `older-schema`, … */
export async function openDeliveryStore(path: string): Promise<DeliveryStore> {
  const { db, guarded, transaction, close } = await openShared(path);
  return {
    view: (now) => guarded(() => db.transaction(() => readView(db, now))()),
    commitPlan: (view, plan) =>
      transaction(() => {
        if (!writePlan(db, view, plan)) return false;
        insertDeliveries(db, plan.deliveries);
        prune(db, plan.at);
        return true;
      }),
    enqueue: (deliveries) => transaction(() => insertDeliveries(db, deliveries)),
    receiversDue: (now) => guarded(() => receiversDue(db, now)),
    claim: (receiver, now, leaseMs) => transaction(() => claimNext(db, receiver, now, leaseMs)),
    settle: (id, now, outcome) => transaction(() => settleDelivery(db, id, now, outcome)),
    nextDueAt: () => guarded(() => nextDueAt(db)),
    deliveries: (state, limit) => guarded(() => listDeliveries(db, state, limit)),
    revive: (id, now) => transaction(() => reviveDelivery(db, id, now)),
    queue: () => guarded(() => queueLength(db)),
    close,
  };
}

function prune(db: Db, now: TimeMs): void {
  const before = now - KEEP_MS;
  run(
    db,
    "DELETE FROM ops_deliveries WHERE state IN ('sent', 'dead', 'superseded') AND created_at < ?",
    before,
  );
  run(db, "DELETE FROM ops_notified WHERE state = 'resolved' AND at < ?", before);
  run(db, 'DELETE FROM ops_pages WHERE at < ?', before);
  run(db, 'DELETE FROM ops_said_once WHERE at < ?', before - 60 * DAY_MS);
}
