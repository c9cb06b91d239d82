import type { DataProblem, Snapshot } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import { observedIn, type Observed, type SealedData } from '../../store/observed.ts';
import type { WindowCoverage } from '../../store/usage.ts';
import { all, put, run, value, values, type Db } from './db.ts';

/** Records a sealed window: how whole its data were, and under which configuration it was judged. */
export async function sealWindow(
  db: Db,
  snapshot: Snapshot,
  { muted, configHash, sealedAt }: { muted: boolean; configHash: string; sealedAt: TimeMs },
): Promise<void> {
  const { window, coverage, complete, problems } = snapshot;
  await run(
    db,
    `INSERT INTO windows (start, coverage, complete, muted, problems, config_hash, observed)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [window.start, coverage, Number(complete), Number(muted), JSON.stringify(problems)],
    configHash,
    JSON.stringify(observedIn(snapshot)),
  );
  await put(db, 'ops_windows', ['start'], { start: window.start, sealed_at: sealedAt });
}

/** Puts better data in the place of what a sealed window had. */
export async function correctWindow(db: Db, snapshot: Snapshot): Promise<void> {
  const { window, coverage, complete, problems } = snapshot;
  const sql =
    'UPDATE windows SET coverage = ?, complete = ?, problems = ?, observed = ? WHERE start = ?';
  const observed = JSON.stringify(observedIn(snapshot));
  await run(db, sql, coverage, Number(complete), JSON.stringify(problems), observed, window.start);
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

/** What a sealed window holds; null when it is not sealed. */
export async function sealedData(db: Db, start: TimeMs): Promise<SealedData | null> {
  const sql = 'SELECT complete, observed FROM windows WHERE start = ?';
  const [row] = await all<{ complete: number; observed: string }>(db, sql, [start]);
  if (row === undefined) return null;
  return { complete: row.complete === 1, observed: JSON.parse(row.observed) as Observed };
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
