import type { TimeMs } from '../../model/time.ts';
import type {
  ClaimedDelivery,
  Delivery,
  Receipt,
  Receiver,
} from '../../store/notifications/delivery.ts';
import type { Notice } from '../../store/notifications/notice.ts';
import type {
  DeliveryStatus,
  Outcome,
  QueueLength,
} from '../../store/notifications/deliveryStore.ts';
import type { Db } from './database.ts';

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
  const insert = db.prepare(
    `INSERT OR IGNORE INTO ops_deliveries
       (id, channel, target, conversation, priority, notice, state, created_at, due_at)
     VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?)`,
  );
  for (const delivery of deliveries) {
    const { id, receiver, conversation, priority, notice, createdAt } = delivery;
    const { channel, target } = receiver;
    const whole = supersede(db, delivery);
    const at = [createdAt, createdAt];
    insert.run(id, channel, target, conversation, priority, JSON.stringify(whole ?? notice), ...at);
  }
}

/**
 * Takes older news of the conversation out of the queue and returns the notice with their changes in
 * it: after an outage a receiver gets one message about how things stand, not yesterday's queue.
 */
function supersede(db: Db, { id, receiver, conversation, notice }: Delivery): Notice | null {
  const rows = db
    .prepare(
      `SELECT id, notice FROM ops_deliveries
       WHERE channel = ? AND target = ? AND conversation = ? AND state = 'pending'
         AND in_doubt = 0 AND id <> ? ORDER BY seq`,
    )
    .all(receiver.channel, receiver.target, conversation, id) as readonly {
    id: string;
    notice: string;
  }[];
  if (rows.length === 0) return null;
  const end = db.prepare("UPDATE ops_deliveries SET state = 'superseded' WHERE id = ?");
  for (const row of rows) end.run(row.id);
  if (notice.kind !== 'findings') return null;
  const before = rows.map((row) => JSON.parse(row.notice) as Notice);
  const changes = before.flatMap((old) => (old.kind === 'findings' ? old.changes : []));
  return { ...notice, changes: [...changes, ...notice.changes] };
}

/** Receivers with something to send now: due, or left by a process that did not come back. */
export function receiversDue(db: Db, now: TimeMs): readonly Receiver[] {
  return db
    .prepare(
      `SELECT DISTINCT channel, target FROM ops_deliveries
       WHERE (state = 'pending' AND due_at <= $now) OR (state = 'sending' AND lease_until <= $now)
       ORDER BY channel, target`,
    )
    .all({ now }) as readonly Receiver[];
}

/** See `DeliveryStore.claim`; call it in a transaction that holds the write lock. */
export function claimNext(
  db: Db,
  { channel, target }: Receiver,
  now: TimeMs,
  leaseMs: number,
): ClaimedDelivery | null {
  const rows = db
    .prepare(
      `SELECT * FROM ops_deliveries
       WHERE channel = ? AND target = ? AND state IN ('pending', 'sending')
       ORDER BY (state = 'sending') DESC, priority DESC, seq LIMIT 1`,
    )
    .all(channel, target) as readonly WaitingRow[];
  const [row] = rows;
  if (row === undefined) return null;
  const isLost = row.state === 'sending';
  // A lease from the far future comes from a clock that was wrong: it does not count either. Far means
  // more than two processes' clocks can differ, and than the time one of them waited for this lock.
  const until = row.lease_until ?? 0;
  if (isLost ? until > now && until <= now + FAR_LEASES * leaseMs : row.due_at > now) return null;
  db.prepare(
    `UPDATE ops_deliveries SET state = 'sending', lease_until = ?, attempts = attempts + 1,
       in_doubt = in_doubt OR ? WHERE id = ?`,
  ).run(now + leaseMs, isLost ? 1 : 0, row.id);
  const inDoubt = isLost || row.in_doubt === 1;
  return { ...toDelivery(row), attempts: row.attempts, inDoubt, root: rootOf(db, row) };
}

/** Writes down what an attempt came to. */
export function settleDelivery(db: Db, id: string, now: TimeMs, outcome: Outcome): void {
  if (outcome.state === 'sent') {
    db.prepare(
      `UPDATE ops_deliveries SET state = 'sent', sent_at = ?, lease_until = NULL, code = NULL, error = NULL
       WHERE id = ?`,
    ).run(now, id);
    if (Object.keys(outcome.receipt.ids).length === 0) return;
    db.prepare(
      `INSERT OR REPLACE INTO ops_conversations
       SELECT channel, target, conversation, ? FROM ops_deliveries WHERE id = ?`,
    ).run(JSON.stringify(outcome.receipt), id);
    return;
  }
  const waits = outcome.state === 'pending';
  db.prepare(
    `UPDATE ops_deliveries SET state = ?, due_at = ?, in_doubt = ?, code = ?, error = ?, lease_until = NULL
     WHERE id = ?`,
  ).run(
    outcome.state,
    waits ? outcome.dueAt : now,
    waits && outcome.inDoubt ? 1 : 0,
    outcome.code,
    outcome.error,
    id,
  );
}

/** When there is something to send next; null when nothing waits. */
export function nextDueAt(db: Db): TimeMs | null {
  return db
    .prepare(
      `SELECT min(CASE state WHEN 'pending' THEN due_at ELSE lease_until END)
       FROM ops_deliveries WHERE state IN ('pending', 'sending')`,
    )
    .pluck()
    .get() as TimeMs | null;
}

/** It may have arrived at the last attempt all the same: it is looked for before it is sent. */
export function reviveDelivery(db: Db, id: string, now: TimeMs): boolean {
  const update = `UPDATE ops_deliveries SET state = 'pending', due_at = ?, in_doubt = 1
     WHERE id = ? AND state = 'dead'`;
  return db.prepare(update).run(now, id).changes > 0;
}

/** How many wait, and how many were given up. */
export function queueLength(db: Db): QueueLength {
  const count = (states: string) =>
    db
      .prepare(
        `SELECT count(*) AS count, min(created_at) AS oldest FROM ops_deliveries WHERE state IN (${states})`,
      )
      .get() as { count: number; oldest: TimeMs | null };
  const waiting = count("'pending', 'sending'");
  return { waiting: waiting.count, dead: count("'dead'").count, oldestAt: waiting.oldest };
}

/** Deliveries in a state, for people: the latest first. */
export function listDeliveries(
  db: Db,
  state: DeliveryStatus['state'],
  limit: number,
): readonly DeliveryStatus[] {
  const rows = db
    .prepare('SELECT * FROM ops_deliveries WHERE state = ? ORDER BY seq DESC LIMIT ?')
    .all(state, limit) as readonly (Omit<WaitingRow, 'state'> & {
    readonly sent_at: TimeMs | null;
    readonly code: string | null;
    readonly error: string | null;
  })[];
  return rows.map((row) => ({
    id: row.id,
    receiver: { channel: row.channel, target: row.target },
    conversation: row.conversation,
    state,
    attempts: row.attempts,
    createdAt: row.created_at,
    dueAt: row.due_at,
    sentAt: row.sent_at,
    code: row.code,
    error: row.error,
  }));
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
  const json = db
    .prepare(
      'SELECT receipt FROM ops_conversations WHERE channel = ? AND target = ? AND conversation = ?',
    )
    .pluck()
    .get(channel, target, conversation);
  return typeof json === 'string' ? (JSON.parse(json) as Receipt) : null;
}
