import type { DataProblem, Snapshot } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WindowCoverage } from '../../store/usage.ts';
import { all, put, run, value, values, type Db } from './db.ts';

/** Records a sealed window: how whole its data were, and under which configuration it was judged. */
export async function sealWindow(
  db: Db,
  { window, coverage, complete, problems }: Snapshot,
  { muted, configHash, sealedAt }: { muted: boolean; configHash: string; sealedAt: TimeMs },
): Promise<void> {
  await run(
    db,
    `INSERT INTO windows (start, coverage, complete, muted, problems, config_hash)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [window.start, coverage, Number(complete), Number(muted), JSON.stringify(problems)],
    configHash,
  );
  await put(db, 'ops_windows', ['start'], { start: window.start, sealed_at: sealedAt });
}

/** Puts better data in the place of what a sealed window had. */
export async function correctWindow(
  db: Db,
  { window, coverage, complete, problems }: Snapshot,
): Promise<void> {
  const sql = 'UPDATE windows SET coverage = ?, complete = ?, problems = ? WHERE start = ?';
  await run(db, sql, coverage, Number(complete), JSON.stringify(problems), window.start);
}

/** Starts of incomplete windows in [from, to), oldest first. */
export async function incompleteWindows(
  db: Db,
  from: TimeMs,
  to: TimeMs,
): Promise<readonly TimeMs[]> {
  const sql =
    'SELECT start FROM windows WHERE complete = 0 AND start >= ? AND start < ? ORDER BY start';
  return await values(db, sql, from, to);
}

/** Start of the oldest sealed window that is still known. */
export async function oldestWindow(db: Db): Promise<TimeMs | null> {
  return (await value<TimeMs | null>(db, 'SELECT min(start) FROM windows')) ?? null;
}

/** Coverage of a sealed window; null when it is not sealed. */
export async function windowCoverage(db: Db, start: TimeMs): Promise<number | null> {
  return (await value<number>(db, 'SELECT coverage FROM windows WHERE start = ?', start)) ?? null;
}

/** See `HistoryReader.windowCoverage`. */
export async function readWindowCoverage(
  db: Db,
  from: TimeMs,
  to: TimeMs,
): Promise<readonly WindowCoverage[]> {
  const rows = await all<{ start: TimeMs; coverage: number; complete: number; problems: string }>(
    db,
    `SELECT start, coverage, complete, problems FROM windows
     WHERE start >= ? AND start < ? ORDER BY start`,
    [from, to],
  );
  return rows.map((row) => ({
    ...row,
    complete: row.complete === 1,
    problems: JSON.parse(row.problems) as readonly DataProblem[],
  }));
}
