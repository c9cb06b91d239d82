import type { Finding, FindingEvent } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import type { StoredEvent } from '../../store/findingLog.ts';
import { all, EVERYTHING, run, type Db } from './db.ts';

/**
 * Appends a finding's event, in the order of windows.
 *
 * @param origin `muted`: of a muted window, recorded and never sent; `outage`: no window brought it, and a
 *   replay of verdicts keeps it
 */
export async function appendEvent(
  db: Db,
  { at, finding, type, reason }: FindingEvent,
  origin: 'window' | 'muted' | 'outage',
): Promise<void> {
  await run(
    db,
    `INSERT INTO finding_events (at, finding_id, type, suppressed, by_window, reason, finding)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [at, finding.id, type, origin === 'muted' ? 1 : 0, origin === 'outage' ? 0 : 1],
    [reason, JSON.stringify(finding)],
  );
}

/** Drops the events of windows after `time`. */
export async function dropEventsAfter(db: Db, time: TimeMs): Promise<void> {
  await run(db, 'DELETE FROM finding_events WHERE at > ? AND by_window = 1', time);
}

/** Events of a finding, or after a place in the order; oldest first. */
export async function selectEvents(
  db: Db,
  of: { readonly findingId?: string; readonly after?: number; readonly limit?: number },
): Promise<readonly StoredEvent[]> {
  const { findingId = null, after = 0, limit = EVERYTHING } = of;
  const where = findingId === null ? 'seq > ?' : 'finding_id = ?';
  const rows = await all<Omit<StoredEvent, 'suppressed' | 'finding'> & EventColumns>(
    db,
    `SELECT seq, at, type, suppressed, reason, finding FROM finding_events
     WHERE ${where} ORDER BY seq LIMIT ?`,
    [findingId ?? after, limit],
  );
  return rows.map((row) => ({
    ...row,
    suppressed: row.suppressed === 1,
    finding: JSON.parse(row.finding) as Finding,
  }));
}

interface EventColumns {
  readonly suppressed: number;
  readonly finding: string;
}
