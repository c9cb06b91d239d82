import type { Snapshot } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import { observedIn, type SealedData } from '../../store/observed.ts';
import type { WindowCoverage } from '../../store/usage.ts';
import { put, type Db } from './db.ts';

/** Records a sealed window: how whole its data were, and under which configuration it was judged. */
export async function sealWindow(
  db: Db,
  snapshot: Snapshot,
  { muted, configHash, sealedAt }: { muted: boolean; configHash: string; sealedAt: TimeMs },
): Promise<void> {
  const { window, coverage, complete, problems } = snapshot;
  await db.run`INSERT INTO windows (start, coverage, complete, muted, problems, config_hash, observed)
     VALUES (${window.start}, ${coverage}, ${Number(complete)}, ${Number(muted)}, ${JSON.stringify(problems)},
       ${configHash}, ${JSON.stringify(observedIn(snapshot))})`;
  await put(db, 'ops_windows', ['start'], { start: window.start, sealed_at: sealedAt });
}

/** Puts better data in the place of what a sealed window had. */
export async function correctWindow(db: Db, snapshot: Snapshot): Promise<void> {
  const { window, coverage, complete, problems } = snapshot;
  const observed = JSON.stringify(observedIn(snapshot));
  await db.run`UPDATE windows SET coverage = ${coverage}, complete = ${Number(complete)},
       problems = ${JSON.stringify(problems)}, observed = ${observed}
     WHERE start = ${window.start}`;
}

/** Starts of incomplete windows in [from, to), oldest first. */
export async function incompleteWindows(
  db: Db,
  from: TimeMs,
  to: TimeMs,
): Promise<readonly TimeMs[]> {
  return await db.values`SELECT start FROM windows WHERE complete = 0 AND start >= ${from} AND start < ${to} ORDER BY start`;
}

/** Start of the oldest sealed window that is still known. */
export async function oldestWindow(db: Db): Promise<TimeMs | null> {
  return (await db.value<TimeMs | null>`SELECT min(start) FROM windows`) ?? null;
}

/** What a sealed window holds; null when it is not sealed. */
export async function sealedData(db: Db, start: TimeMs): Promise<SealedData | null> {
  const [row] = await db.parsed<Stored<SealedData>>(
    'observed',
  )`SELECT complete, observed FROM windows WHERE start = ${start}`;
  return row === undefined ? null : { ...row, complete: row.complete === 1 };
}

/** See `HistoryReader.windowCoverage`. */
export async function readWindowCoverage(
  db: Db,
  from: TimeMs,
  to: TimeMs,
): Promise<readonly WindowCoverage[]> {
  const rows = await db.parsed<Stored<WindowCoverage>>(
    'problems',
  )`SELECT start, coverage, complete, problems FROM windows
    WHERE start >= ${from} AND start < ${to} ORDER BY start`;
  return rows.map((row) => ({ ...row, complete: row.complete === 1 }));
}

type Stored<T> = Omit<T, 'complete'> & { readonly complete: number };
