import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type {
  DeliveryStore,
  NotifiedRecord,
  Plan,
  PlanningView,
} from '../../store/notifications/deliveryStore.ts';
import { put, putNew, type Database, type Db } from './db.ts';
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
import type { Finding } from '../../model/finding.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import { MetaTable } from './metaTable.ts';
import { selectEvents } from './eventTable.ts';
import { overlayActions, pendingActions } from './findings.ts';
import { readSilences } from './silences.ts';

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

/** Reads and writes of planning; the caller puts them into one transaction. */
async function readView(db: Db, now: TimeMs): Promise<PlanningView> {
  const state = await readState(db);
  const cursor = state.get('cursor') ?? 0;
  const events = await selectEvents(db, { after: cursor });
  const pending = await pendingActions(db);
  const about = await db.values<string>`SELECT finding FROM findings WHERE state <> 'resolved'
    UNION SELECT finding FROM findings WHERE id IN (
      SELECT finding_id FROM ops_notified WHERE conversation IN (
        SELECT conversation FROM ops_notified WHERE state <> 'resolved'))
    UNION SELECT finding FROM findings WHERE id IN (
      SELECT finding_id FROM finding_events WHERE seq > ${cursor})`;
  const findings = about.map((json) => overlayActions(JSON.parse(json) as Finding, pending));
  const ids = new Set(findings.map(({ id }) => id));
  type Row<T> = Omit<T, 'receiver'> & Receiver;
  const records = await db.all<Row<NotifiedRecord>>`SELECT finding_id AS findingId, channel, target,
      conversation, state, severity, reason, at FROM ops_notified`;
  const pages = await db.all<Row<{ at: TimeMs }>>`SELECT channel, target, at FROM ops_pages
    WHERE at > ${now - 2 * DAY_MS} ORDER BY at`;
  return {
    version: state.get('version') ?? 0,
    cursor: events.at(-1)?.seq ?? cursor,
    events: events.map(({ seq: _seq, suppressed, ...event }) => ({ event, suppressed })),
    findings,
    records: records.filter(({ findingId }) => ids.has(findingId)).map(withReceiver),
    silences: await readSilences(db, now),
    watermark: await new MetaTable(db).get('watermark'),
    holdUntil: state.get('hold_until') ?? null,
    toldUntil: state.get('told_until') ?? null,
    installedAt: state.get('installed_at') ?? null,
    pages: pages.map(withReceiver),
    saidOnce: new Set(await db.values<string>`SELECT key FROM ops_said_once`),
  };
}

/** Writes everything of a plan but its deliveries; false when `version` is not the last one. */
async function writePlan(db: Db, view: PlanningView, plan: Plan): Promise<boolean> {
  const state = await readState(db);
  if ((state.get('version') ?? 0) !== view.version) return false;
  const set = (key: string, value: number) => put(db, 'ops_notify_state', ['key'], { key, value });
  await set('version', view.version + 1);
  await set('cursor', view.cursor);
  if (!state.has('installed_at')) await set('installed_at', plan.at);
  if ((view.watermark ?? 0) >= (view.toldUntil ?? 0))
    await db.run`DELETE FROM ops_notify_state WHERE key IN ('hold_until', 'told_until')`;
  for (const { receiver, findingId, conversation, state, severity, reason, at } of plan.records) {
    const { channel, target } = receiver;
    await put(db, 'ops_notified', ['finding_id', 'channel', 'target'], {
      finding_id: findingId,
      channel,
      target,
      conversation,
      state,
      severity,
      reason,
      at,
    });
  }
  for (const { receiver, at } of plan.pages) {
    await db.run`INSERT INTO ops_pages (channel, target, at) VALUES (${receiver.channel}, ${receiver.target}, ${at})`;
  }
  await putNew(db, 'ops_said_once', ['key'], ...plan.saidOnce.map((key) => ({ key, at: plan.at })));
  return true;
}

async function readState(db: Db): Promise<ReadonlyMap<string, number>> {
  return await db.pairs<string, number>`SELECT key, value FROM ops_notify_state`;
}

function withReceiver<T extends Receiver>({ channel, target, ...row }: T) {
  return { ...row, receiver: { channel, target } };
}
