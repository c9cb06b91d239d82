import type { Finding } from '../../model/finding.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import type {
  NotifiedRecord,
  Plan,
  PlanningView,
} from '../../store/notifications/deliveryStore.ts';
import { all, run, value, values, type Db } from './database.ts';
import { readEvents } from './eventTable.ts';
import { overlayActions, pendingActions } from './operatorActions.ts';
import { readSilences } from './silences.ts';

/** Findings that a plan may be about; see `PlanningView.findings`. */
const FINDINGS = `
  SELECT finding FROM findings WHERE state <> 'resolved'
  UNION
  SELECT finding FROM findings WHERE id IN (
    SELECT finding_id FROM ops_notified WHERE conversation IN (
      SELECT conversation FROM ops_notified WHERE state <> 'resolved'))
  UNION
  SELECT finding FROM findings WHERE id IN (
    SELECT finding_id FROM finding_events WHERE seq > $cursor)`;

/** Reads and writes of planning; the caller puts them into one transaction. */
export function readView(db: Db, now: TimeMs): PlanningView {
  const state = readState(db);
  const cursor = state.get('cursor') ?? 0;
  const events = readEvents(db, { after: cursor });
  const pending = pendingActions(db);
  const findings = values<string>(db, FINDINGS, { cursor }).map((json) =>
    overlayActions(JSON.parse(json) as Finding, pending),
  );
  const ids = new Set(findings.map(({ id }) => id));
  const records = all<Omit<NotifiedRecord, 'receiver'> & Receiver>(
    db,
    `SELECT finding_id AS findingId, channel, target, conversation, state, severity, reason, at
     FROM ops_notified`,
  ).map(withReceiver);
  const pages = all<{ at: TimeMs } & Receiver>(
    db,
    'SELECT channel, target, at FROM ops_pages WHERE at > ? ORDER BY at',
    now - 2 * DAY_MS,
  );
  return {
    version: state.get('version') ?? 0,
    cursor: events.at(-1)?.seq ?? cursor,
    events: events.map(({ seq: _seq, suppressed, ...event }) => ({ event, suppressed })),
    findings,
    records: records.filter(({ findingId }) => ids.has(findingId)),
    silences: readSilences(db, now),
    watermark: value<TimeMs>(db, "SELECT value FROM meta WHERE key = 'watermark'") ?? null,
    holdUntil: state.get('hold_until') ?? null,
    toldUntil: state.get('told_until') ?? null,
    installedAt: state.get('installed_at') ?? null,
    pages: pages.map(withReceiver),
    saidOnce: new Set(values<string>(db, 'SELECT key FROM ops_said_once')),
  };
}

/** Writes everything of a plan but its deliveries; false when `version` is not the last one. */
export function writePlan(db: Db, view: PlanningView, plan: Plan): boolean {
  const state = readState(db);
  if ((state.get('version') ?? 0) !== view.version) return false;
  const set = (key: string, value: number) =>
    run(db, 'INSERT OR REPLACE INTO ops_notify_state VALUES (?, ?)', key, value);
  set('version', view.version + 1);
  set('cursor', view.cursor);
  if (!state.has('installed_at')) set('installed_at', plan.at);
  if ((view.watermark ?? 0) >= (view.toldUntil ?? 0))
    run(db, "DELETE FROM ops_notify_state WHERE key IN ('hold_until', 'told_until')");
  for (const { receiver, findingId, conversation, state, severity, reason, at } of plan.records) {
    const { channel, target } = receiver;
    run(db, 'INSERT OR REPLACE INTO ops_notified VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
      findingId,
      channel,
      target,
      conversation,
      state,
      severity,
      reason,
      at,
    ]);
  }
  for (const { receiver, at } of plan.pages) {
    run(db, 'INSERT INTO ops_pages VALUES (?, ?, ?)', receiver.channel, receiver.target, at);
  }
  for (const key of plan.saidOnce) {
    run(db, 'INSERT OR IGNORE INTO ops_said_once VALUES (?, ?)', key, plan.at);
  }
  return true;
}

function readState(db: Db): ReadonlyMap<string, number> {
  const rows = all<{ key: string; value: number }>(db, 'SELECT key, value FROM ops_notify_state');
  return new Map(rows.map(({ key, value }) => [key, value]));
}

function withReceiver<T extends Receiver>({ channel, target, ...row }: T) {
  return { ...row, receiver: { channel, target } };
}
