import type { TimeMs } from '../../model/time.ts';
import type { ClaimedDelivery, Delivery, Receipt } from '../../store/notifications/delivery.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import type { Notice } from '../../store/notifications/notice.ts';
import type {
  DeliveryStatus,
  Outcome,
  QueueLength,
} from '../../store/notifications/deliveryStore.ts';
import { all, first, run, value, type Db } from './database.ts';

interface WaitingRow {
  readonly id: string;
  readonly channel: string;
  readonly target: string;
  readonly conversation: string;
  readonly priority: number;
  readonly notice: string;
  readonly state: 'pending' | 'sending';
  readonly attempts: number;
  readonly in_doubt: number;
  readonly created_at: TimeMs;
  readonly due_at: TimeMs;
  readonly lease_until: TimeMs | null;
}

const FAR_LEASES = 5;

/** Adds deliveries. What waits in the same conversation and was never tried is superseded. */
export function insertDeliveries(db: Db, deliveries: readonly Delivery[]): void {
  for (const delivery of deliveries) {
    const { id, receiver, conversation, priority, createdAt } = delivery;
    const notice = JSON.stringify(supersede(db, delivery) ?? delivery.notice);
    run(
      db,
      `INSERT OR IGNORE INTO ops_deliveries
         (id, channel, target, conversation, priority, notice, state, created_at, due_at)
       VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?)`,
      [id, receiver.channel, receiver.target, conversation, priority, notice],
      [createdAt, createdAt],
    );
  }
}

/**
 * Takes older news of the conversation out of the queue and returns the notice with their changes in
 * it: after an outage a receiver gets one message about how things stand, not yesterday's queue.
 */
function supersede(db: Db, { id, receiver, conversation, notice }: Delivery): Notice | null {
  const rows = all<{ id: string; notice: string }>(
    db,
    `SELECT id, notice FROM ops_deliveries
     WHERE channel = ? AND target = ? AND conversation = ? AND state = 'pending'
       AND in_doubt = 0 AND id <> ? ORDER BY seq`,
    [receiver.channel, receiver.target, conversation, id],
  );
  if (rows.length === 0) return null;
  for (const row of rows) {
    run(db, "UPDATE ops_deliveries SET state = 'superseded' WHERE id = ?", row.id);
  }
  if (notice.kind !== 'findings') return null;
  const before = rows.map((row) => JSON.parse(row.notice) as Notice);
  const changes = before.flatMap((old) => (old.kind === 'findings' ? old.changes : []));
  return { ...notice, changes: [...changes, ...notice.changes] };
}

/** Receivers with something to send now: due, or left by a process that did not come back. */
export function receiversDue(db: Db, now: TimeMs): readonly Receiver[] {
  return all(
    db,
    `SELECT DISTINCT channel, target FROM ops_deliveries
     WHERE (state = 'pending' AND due_at <= $now) OR (state = 'sending' AND lease_until <= $now)
     ORDER BY channel, target`,
    { now },
  );
}

/** See `DeliveryStore.claim`; call it in a transaction that holds the write lock. */
export function claimNext(
  db: Db,
  { channel, target }: Receiver,
  now: TimeMs,
  leaseMs: number,
): ClaimedDelivery | null {
  const row = first<WaitingRow>(
    db,
    `SELECT * FROM ops_deliveries
     WHERE channel = ? AND target = ? AND state IN ('pending', 'sending')
     ORDER BY (state = 'sending') DESC, priority DESC, seq LIMIT 1`,
    [channel, target],
  );
  if (row === undefined) return null;
  const isLost = row.state === 'sending';
  // A lease from the far future comes from a clock that was wrong: it does not count either. Far means
  // more than two processes' clocks can differ, and than the time one of them waited for this lock.
  const until = row.lease_until ?? 0;
  if (isLost ? until > now && until <= now + FAR_LEASES * leaseMs : row.due_at > now) return null;
  run(
    db,
    `UPDATE ops_deliveries SET state = 'sending', lease_until = ?, attempts = attempts + 1,
       in_doubt = in_doubt OR ? WHERE id = ?`,
    [now + leaseMs, isLost ? 1 : 0, row.id],
  );
  const inDoubt = isLost || row.in_doubt === 1;
  return { ...toDelivery(row), attempts: row.attempts, inDoubt, root: rootOf(db, row) };
}

/** Writes down how an attempt ended. */
export function settleDelivery(db: Db, id: string, now: TimeMs, outcome: Outcome): void {
  if (outcome.state === 'sent') {
    run(
      db,
      `UPDATE ops_deliveries
       SET state = 'sent', sent_at = ?, lease_until = NULL, code = NULL, error = NULL WHERE id = ?`,
      [now, id],
    );
    if (Object.keys(outcome.receipt.ids).length === 0) return;
    run(
      db,
      `INSERT OR REPLACE INTO ops_conversations
       SELECT channel, target, conversation, ? FROM ops_deliveries WHERE id = ?`,
      [JSON.stringify(outcome.receipt), id],
    );
    return;
  }
  const waits = outcome.state === 'pending';
  run(
    db,
    `UPDATE ops_deliveries
     SET state = ?, due_at = ?, in_doubt = ?, code = ?, error = ?, lease_until = NULL WHERE id = ?`,
    [outcome.state, waits ? outcome.dueAt : now, waits && outcome.inDoubt ? 1 : 0],
    [outcome.code, outcome.error, id],
  );
}

/** When there is something to send next; null when nothing waits. */
export function nextDueAt(db: Db): TimeMs | null {
  const due = value<TimeMs | null>(
    db,
    `SELECT min(CASE state WHEN 'pending' THEN due_at ELSE lease_until END)
     FROM ops_deliveries WHERE state IN ('pending', 'sending')`,
  );
  return due ?? null;
}

/** Queues a dead delivery again. Its last attempt may have arrived: it is looked for before it is sent. */
export function reviveDelivery(db: Db, id: string, now: TimeMs): boolean {
  const sql = `UPDATE ops_deliveries SET state = 'pending', due_at = ?, in_doubt = 1
     WHERE id = ? AND state = 'dead'`;
  return run(db, sql, now, id) > 0;
}

/** How many wait, and how many were given up. */
export function queueLength(db: Db): QueueLength {
  return first<QueueLength>(
    db,
    `SELECT count(*) FILTER (WHERE state <> 'dead') AS waiting,
       count(*) FILTER (WHERE state = 'dead') AS dead,
       min(created_at) FILTER (WHERE state <> 'dead') AS oldestAt
     FROM ops_deliveries WHERE state IN ('pending', 'sending', 'dead')`,
  )!;
}

/** Deliveries in a state, for people: the latest first. */
export function listDeliveries(
  db: Db,
  state: DeliveryStatus['state'],
  limit: number,
): readonly DeliveryStatus[] {
  const rows = all<Omit<DeliveryStatus, 'receiver'> & Receiver>(
    db,
    `SELECT id, channel, target, conversation, state, attempts, created_at AS createdAt,
       due_at AS dueAt, sent_at AS sentAt, code, error
     FROM ops_deliveries WHERE state = ? ORDER BY seq DESC LIMIT ?`,
    [state, limit],
  );
  return rows.map(({ channel, target, ...row }) => ({ ...row, receiver: { channel, target } }));
}

function toDelivery(row: WaitingRow): Delivery {
  return {
    id: row.id,
    receiver: { channel: row.channel, target: row.target },
    conversation: row.conversation,
    priority: row.priority,
    notice: JSON.parse(row.notice) as Notice,
    createdAt: row.created_at,
  };
}

function rootOf(db: Db, { channel, target, conversation }: WaitingRow): Receipt | null {
  const json = value<string>(
    db,
    'SELECT receipt FROM ops_conversations WHERE channel = ? AND target = ? AND conversation = ?',
    [channel, target, conversation],
  );
  return json === undefined ? null : (JSON.parse(json) as Receipt);
}
