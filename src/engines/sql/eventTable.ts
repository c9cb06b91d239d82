import type { FindingEvent } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import type { StoredEvent } from '../../store/findingLog.ts';
import { sql, putNew, EVERYTHING, type Db } from './db.ts';

/**
 * Appends findings' events, in the order of windows.
 *
 * @param origin `muted`: of a muted window, recorded and never sent; `outage`: no window brought it, and a
 *   replay of verdicts keeps it
 */
export async function appendEvents(
  db: Db,
  events: readonly FindingEvent[],
  origin: 'window' | 'muted' | 'outage',
): Promise<void> {
  const numbers = await db.numbers('finding_events', 'seq', events.length);
  const rows = events.map(({ at, finding, type, reason }, index) => ({
    seq: numbers[index]!,
    at,
    finding_id: finding.id,
    type,
    suppressed: origin === 'muted' ? 1 : 0,
    by_window: origin === 'outage' ? 0 : 1,
    reason,
    finding: JSON.stringify(finding),
  }));
  await putNew(db, 'finding_events', ['seq'], ...rows);
}

/** Drops the events of windows after `time`. */
export async function dropEventsAfter(db: Db, time: TimeMs): Promise<void> {
  await db.run`DELETE FROM finding_events WHERE at > ${time} AND by_window = 1`;
}

/** Events of a finding, or after a place in the order; oldest first. */
export async function selectEvents(
  db: Db,
  of: { readonly findingId?: string; readonly after?: number; readonly limit?: number },
): Promise<readonly StoredEvent[]> {
  const { findingId = null, after = 0, limit = EVERYTHING } = of;
  const where = findingId === null ? sql`seq > ${after}` : sql`finding_id = ${findingId}`;
  type Stored = Omit<StoredEvent, 'suppressed'> & { readonly suppressed: number };
  const rows = await db.parsed<Stored>(
    'finding',
  )`SELECT seq, at, type, suppressed, reason, finding FROM finding_events
     WHERE ${where} ORDER BY seq LIMIT ${limit}`;
  return rows.map((row) => ({ ...row, suppressed: row.suppressed === 1 }));
}
