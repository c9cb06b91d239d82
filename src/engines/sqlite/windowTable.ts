import type { DataProblem, Snapshot } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WindowCoverage } from '../../store/usage.ts';
import { all, run, value, values, type Db } from './database.ts';

/** Records a sealed window: how whole its data were, and under which configuration it was judged. */
export function sealWindow(
  db: Db,
  { window, coverage, complete, problems }: Snapshot,
  { muted, configHash, sealedAt }: { muted: boolean; configHash: string; sealedAt: TimeMs },
): void {
  const row = [window.start, coverage, Number(complete), Number(muted), JSON.stringify(problems)];
  run(db, 'INSERT INTO windows VALUES (?, ?, ?, ?, ?, ?)', ...row, configHash);
  run(db, 'INSERT OR REPLACE INTO ops_windows VALUES (?, ?)', window.start, sealedAt);
}

/** Puts better data in the place of what a sealed window had. */
export function correctWindow(db: Db, { window, coverage, complete, problems }: Snapshot): void {
  const sql = 'UPDATE windows SET coverage = ?, complete = ?, problems = ? WHERE start = ?';
  run(db, sql, coverage, Number(complete), JSON.stringify(problems), window.start);
}

/** Starts of incomplete windows in [from, to), oldest first. */
export function incompleteWindows(db: Db, from: TimeMs, to: TimeMs): readonly TimeMs[] {
  const sql =
    'SELECT start FROM windows WHERE complete = 0 AND start >= ? AND start < ? ORDER BY start';
  return values(db, sql, from, to);
}

/** Start of the oldest sealed window that is still known. */
export function oldestWindow(db: Db): TimeMs | null {
  return value<TimeMs | null>(db, 'SELECT min(start) FROM windows') ?? null;
}

/** Coverage of a sealed window; null when it is not sealed. */
export function windowCoverage(db: Db, start: TimeMs): number | null {
  return value<number>(db, 'SELECT coverage FROM windows WHERE start = ?', start) ?? null;
}

/** See `HistoryReader.windowCoverage`. */
export function readWindowCoverage(db: Db, from: TimeMs, to: TimeMs): readonly WindowCoverage[] {
  const rows = all<{ start: TimeMs; coverage: number; complete: number; problems: string }>(
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
