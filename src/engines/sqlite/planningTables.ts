import type { Finding, FindingEvent, FindingState, Severity } from '../../model/finding.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { NoticeReason } from '../../store/notifications/notice.ts';
import type {
  NotifiedRecord,
  Plan,
  PlanningView,
  RecordedEvent,
} from '../../store/notifications/deliveryStore.ts';
import type { Db } from './database.ts';
import { OperatorActions } from './operatorActions.ts';
import { readSilences } from './silenceTable.ts';

interface EventRow {
  readonly seq: number;
  readonly at: TimeMs;
  readonly type: FindingEvent['type'];
  readonly suppressed: number;
  readonly reason: string;
  readonly finding: string;
}

interface RecordRow {
  readonly finding_id: string;
  readonly channel: string;
  readonly target: string;
  readonly conversation: string;
  readonly state: FindingState;
  readonly severity: Severity;
  readonly reason: NoticeReason;
  readonly at: TimeMs;
}

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
  const rows = db
    .prepare(
      'SELECT seq, at, type, suppressed, reason, finding FROM finding_events WHERE seq > ? ORDER BY seq',
    )
    .all(cursor) as readonly EventRow[];
  const actions = OperatorActions.create(db);
  const pending = actions.pending();
  const findings = (db.prepare(FINDINGS).pluck().all({ cursor }) as readonly string[]).map((json) =>
    actions.overlay(JSON.parse(json) as Finding, pending),
  );
  const ids = new Set(findings.map(({ id }) => id));
  const records = db.prepare('SELECT * FROM ops_notified').all() as readonly RecordRow[];
  const pages = db
    .prepare('SELECT channel, target, at FROM ops_pages WHERE at > ? ORDER BY at')
    .all(now - 2 * DAY_MS) as readonly { channel: string; target: string; at: TimeMs }[];
  const saidOnce = db.prepare('SELECT key FROM ops_said_once').pluck().all() as readonly string[];
  const watermark = db.prepare("SELECT value FROM meta WHERE key = 'watermark'").pluck().get();
  return {
    version: state.get('version') ?? 0,
    cursor: rows.at(-1)?.seq ?? cursor,
    events: rows.map(toRecordedEvent),
    findings,
    records: records.filter((row) => ids.has(row.finding_id)).map(toRecord),
    silences: readSilences(db, now),
    watermark: typeof watermark === 'number' ? watermark : null,
    installedAt: state.get('installed_at') ?? null,
    pages: pages.map(({ channel, target, at }) => ({ receiver: { channel, target }, at })),
    saidOnce: new Set(saidOnce),
  };
}

/** Writes everything of a plan but its deliveries; false when `version` is not the last one. */
export function writePlan(db: Db, view: PlanningView, plan: Plan): boolean {
  const state = readState(db);
  if ((state.get('version') ?? 0) !== view.version) return false;
  const set = db.prepare('INSERT OR REPLACE INTO ops_notify_state VALUES (?, ?)');
  set.run('version', view.version + 1);
  set.run('cursor', view.cursor);
  if (!state.has('installed_at')) set.run('installed_at', plan.at);
  const record = db.prepare('INSERT OR REPLACE INTO ops_notified VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  for (const { receiver, findingId, conversation, state, severity, reason, at } of plan.records) {
    const { channel, target } = receiver;
    record.run(findingId, channel, target, conversation, state, severity, reason, at);
  }
  const page = db.prepare('INSERT INTO ops_pages VALUES (?, ?, ?)');
  for (const { receiver, at } of plan.pages) page.run(receiver.channel, receiver.target, at);
  const said = db.prepare('INSERT OR IGNORE INTO ops_said_once VALUES (?, ?)');
  for (const key of plan.saidOnce) said.run(key, plan.at);
  return true;
}

function readState(db: Db): ReadonlyMap<string, number> {
  const rows = db.prepare('SELECT key, value FROM ops_notify_state').raw().all();
  return new Map(rows as [string, number][]);
}

function toRecordedEvent({ at, type, suppressed, reason, finding }: EventRow): RecordedEvent {
  const event = { at, type, reason, finding: JSON.parse(finding) as Finding };
  return { event, suppressed: suppressed === 1 };
}

function toRecord(row: RecordRow): NotifiedRecord {
  const { channel, target, conversation, state, severity, reason, at } = row;
  const findingId = row.finding_id;
  return { receiver: { channel, target }, findingId, conversation, state, severity, reason, at };
}
