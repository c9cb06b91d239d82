import type { TimeMs } from '../../model/time.ts';
import type { ClaimedDelivery, Delivery, Receipt } from '../../store/notifications/delivery.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import type { Notice } from '../../store/notifications/notice.ts';
import type {
  DeliveryStatus,
  Outcome,
  QueueLength,
} from '../../store/notifications/deliveryStore.ts';
import { putNew, type Db } from './db.ts';

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
export async function insertDeliveries(db: Db, deliveries: readonly Delivery[]): Promise<void> {
  for (const delivery of deliveries) {
    const { id, receiver, conversation, priority, createdAt } = delivery;
    const notice = JSON.stringify((await supersede(db, delivery)) ?? delivery.notice);
    await putNew(db, 'ops_deliveries', ['id'], {
      id,
      channel: receiver.channel,
      target: receiver.target,
      conversation,
      priority,
      notice,
      state: 'pending',
      created_at: createdAt,
      due_at: createdAt,
    });
  }
}

/**
 * Takes older news of the conversation out of the queue and returns the notice with their changes in
 * it: after an outage a receiver gets one message about how things stand, not yesterday's queue.
 */
async function supersede(
  db: Db,
  { id, receiver, conversation, notice }: Delivery,
): Promise<Notice | null> {
  const rows = await db.all<{ id: string; notice: string }>`SELECT id, notice FROM ops_deliveries
     WHERE channel = ${receiver.channel} AND target = ${receiver.target} AND conversation = ${conversation} AND state = 'pending'
       AND in_doubt = 0 AND id <> ${id} ORDER BY seq`;
  if (rows.length === 0) return null;
  for (const row of rows) {
    await db.run`UPDATE ops_deliveries SET state = 'superseded' WHERE id = ${row.id}`;
  }
  if (notice.kind !== 'findings') return null;
  const before = rows.map((row) => JSON.parse(row.notice) as Notice);
  const changes = before.flatMap((old) => (old.kind === 'findings' ? old.changes : []));
  return { ...notice, changes: [...changes, ...notice.changes] };
}

/** Receivers with something to send now: due, or left by a process that did not come back. */
export async function receiversDue(db: Db, now: TimeMs): Promise<readonly Receiver[]> {
  return await db.all`SELECT DISTINCT channel, target FROM ops_deliveries
     WHERE (state = 'pending' AND due_at <= ${now}) OR (state = 'sending' AND lease_until <= ${now})
     ORDER BY channel, target`;
}

/** See `DeliveryStore.claim`; call it in a transaction that holds the write lock. */
export async function claimNext(
  db: Db,
  { channel, target }: Receiver,
  now: TimeMs,
  leaseMs: number,
): Promise<ClaimedDelivery | null> {
  const row = await db.first<WaitingRow>`SELECT * FROM ops_deliveries
     WHERE channel = ${channel} AND target = ${target} AND state IN ('pending', 'sending')
     ORDER BY (state = 'sending') DESC, priority DESC, seq LIMIT 1`;
  if (row === undefined) return null;
  const isLost = row.state === 'sending';
  // A lease from the far future comes from a clock that was wrong: it does not count either. Far means
  // more than two processes' clocks can differ, and than the time one of them waited for this lock.
  const until = row.lease_until ?? 0;
  if (isLost ? until > now && until <= now + FAR_LEASES * leaseMs : row.due_at > now) return null;
  await db.run`UPDATE ops_deliveries SET state = 'sending', lease_until = ${now + leaseMs}, attempts = attempts + 1,
       in_doubt = CASE WHEN ${isLost ? 1 : 0} = 1 THEN 1 ELSE in_doubt END WHERE id = ${row.id}`;
  const inDoubt = isLost || row.in_doubt === 1;
  return { ...toDelivery(row), attempts: row.attempts, inDoubt, root: await rootOf(db, row) };
}

/** Writes down how an attempt ended. */
export async function settleDelivery(
  db: Db,
  id: string,
  now: TimeMs,
  outcome: Outcome,
): Promise<void> {
  if (outcome.state === 'sent') {
    await db.run`UPDATE ops_deliveries
       SET state = 'sent', sent_at = ${now}, lease_until = NULL, code = NULL, error = NULL WHERE id = ${id}`;
    if (Object.keys(outcome.receipt.ids).length === 0) return;
    await db.run`INSERT INTO ops_conversations (channel, target, conversation, receipt)
       SELECT channel, target, conversation, ${JSON.stringify(outcome.receipt)} FROM ops_deliveries WHERE id = ${id}
       ON CONFLICT (channel, target, conversation) DO UPDATE SET receipt = excluded.receipt`;
    return;
  }
  const waits = outcome.state === 'pending';
  await db.run`UPDATE ops_deliveries
     SET state = ${outcome.state}, due_at = ${waits ? outcome.dueAt : now}, code = ${outcome.code},
        error = ${outcome.error}, in_doubt = ${waits && outcome.inDoubt ? 1 : 0}, lease_until = NULL
      WHERE id = ${id}`;
}

/** When there is something to send next; null when nothing waits. */
export async function nextDueAt(db: Db): Promise<TimeMs | null> {
  const due =
    await db.value<TimeMs | null>`SELECT min(CASE state WHEN 'pending' THEN due_at ELSE lease_until END)
     FROM ops_deliveries WHERE state IN ('pending', 'sending')`;
  return due ?? null;
}

/** Queues a dead delivery again. Its last attempt may have arrived: it is looked for before it is sent. */
export async function reviveDelivery(db: Db, id: string, now: TimeMs): Promise<boolean> {
  return (
    (await db.run`UPDATE ops_deliveries SET state = 'pending', due_at = ${now}, in_doubt = 1
     WHERE id = ${id} AND state = 'dead'`) > 0
  );
}

/** How many wait, and how many were given up. */
export async function queueLength(db: Db): Promise<QueueLength> {
  return (await db.first<QueueLength>`SELECT count(*) FILTER (WHERE state <> 'dead') AS waiting,
       count(*) FILTER (WHERE state = 'dead') AS dead,
       min(created_at) FILTER (WHERE state <> 'dead') AS oldestAt
     FROM ops_deliveries WHERE state IN ('pending', 'sending', 'dead')`)!;
}

/** Deliveries in a state, for people: the latest first. */
export async function listDeliveries(
  db: Db,
  state: DeliveryStatus['state'],
  limit: number,
): Promise<readonly DeliveryStatus[]> {
  const rows = await db.all<
    Omit<DeliveryStatus, 'receiver'> & Receiver
  >`SELECT id, channel, target, conversation, state, attempts, created_at AS createdAt,
       due_at AS dueAt, sent_at AS sentAt, code, error
     FROM ops_deliveries WHERE state = ${state} ORDER BY seq DESC LIMIT ${limit}`;
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

async function rootOf(
  db: Db,
  { channel, target, conversation }: WaitingRow,
): Promise<Receipt | null> {
  const json = await db.value<string>`SELECT receipt FROM ops_conversations
      WHERE channel = ${channel} AND target = ${target} AND conversation = ${conversation}`;
  return json === undefined ? null : (JSON.parse(json) as Receipt);
}
