import { accessSync, constants, statSync } from 'node:fs';
import { DAY_MS, floorTo, formatTime, monthStart, type TimeMs } from '../../model/time.ts';
import type { HistoryCheck } from '../../store/history.ts';
import type { PageColumn } from '../../store/pages/columns.ts';
import { isWholePage, type PageCodec } from '../../store/pages/pageCodec.ts';
import { pageCodecs } from '../../store/pages/pageCodecs.ts';
import { damageOf } from './backup.ts';
import { all, each, openForReading, value, type Db } from './database.ts';
import { requireOneName } from './historyFile.ts';
import { MetaTable } from './metaTable.ts';
import { requireCurrentSchema } from './migrate.ts';

/** Tables whose pages carry a checksum. */
const PAGES = [
  'usage_pages',
  'cost_hours',
  'cost_days',
  'node_windows',
  'node_hours',
  'node_days',
  'pinned_usage',
] as const;

/** What is wrong with the content of a file: its structure, then the checksums of its pages; null when it is whole. */
export function damageInside(path: string): string | null {
  const damage = damageOf(path);
  if (damage !== null) return damage;
  const db = openForReading(path);
  try {
    for (const table of PAGES) {
      let broken = 0;
      for (const { page } of each<{ page: Uint8Array }>(db, `SELECT page FROM ${table}`))
        if (!isWholePage(page)) broken += 1;
      if (broken > 0) return `${broken} pages of ${table} differ from what was written`;
    }
    return null;
  } finally {
    db.close();
  }
}

/** Looks a history over without changing it; a running daemon does not matter. */
export async function examineHistory(path: string, now: TimeMs): Promise<readonly HistoryCheck[]> {
  const checks: HistoryCheck[] = [check('file', () => fileProblem(path), fileFacts(path))];
  const damage = damageInside(path);
  checks.push(
    check('integrity', () => damage, 'SQLite’s check and the checksums of all pages', RESTORE),
  );
  if (damage !== null) return checks;
  const db = openForReading(path);
  try {
    requireCurrentSchema(db, path);
    const meta = new MetaTable(db);
    const { watermark } = meta.span();
    const windowMs = meta.identity()?.windowMs ?? 0;
    checks.push(
      check('clock', () =>
        watermark > now
          ? `the last window ends at ${formatTime(watermark)}, in the future: a clock was wrong`
          : null,
      ),
      check(
        'gaps',
        () => gaps(db, windowMs),
        'every window up to the last one is sealed',
        BACKFILL,
      ),
      check('incomplete', () => incomplete(db), 'no window lacks data', BACKFILL),
      check(
        'sums',
        () => wrongDay(db, watermark, windowMs),
        'days are the sums of their hours',
        RESTORE,
      ),
      check(
        'space',
        () => freePages(db),
        'the file has little unused room',
        'Run `burnwatch compact` while the daemon is stopped',
      ),
    );
  } finally {
    db.close();
  }
  return checks;
}

const RESTORE =
  'Run `burnwatch restore FILE` with a backup, or move the file away and run `burnwatch backfill`';
const BACKFILL =
  'Run `burnwatch backfill --from TIME --to TIME`; Prometheus may still have the data';

function check(
  name: string,
  problem: () => string | null,
  well = 'as it should be',
  advice: string | null = null,
): HistoryCheck {
  const found = problem();
  return found === null
    ? { name, isOk: true, detail: well, advice: null }
    : { name, isOk: false, detail: found, advice };
}

function fileFacts(path: string): string {
  const { size, mode, ino } = statSync(path);
  return `${size} bytes, inode ${ino}, mode ${(mode & 0o777).toString(8)}`;
}

function fileProblem(path: string): string | null {
  try {
    requireOneName(path);
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return (statSync(path).mode & 0o007) === 0 ? null : `${path} can be read by everybody: chmod o=`;
}

function gaps(db: Db, windowMs: number): string | null {
  const found = all<{ start: TimeMs; before: TimeMs }>(
    db,
    `SELECT start, before FROM (SELECT start, lag(start) OVER (ORDER BY start) AS before FROM windows)
     WHERE start - before <> ? LIMIT 5`,
    windowMs,
  );
  if (found.length === 0) return null;
  return found
    .map(({ start, before }) => `${formatTime(before + windowMs)} to ${formatTime(start)}`)
    .join(', ');
}

function incomplete(db: Db): string | null {
  const count = value<number>(db, 'SELECT count(*) FROM windows WHERE complete = 0') ?? 0;
  return count === 0 ? null : `${count} windows lack data`;
}

const FREE_SHARE = 0.25;
const FREE_PAGES = 1_000;

function freePages(db: Db): string | null {
  const free = db.pragma('freelist_count', { simple: true }) as number;
  const total = db.pragma('page_count', { simple: true }) as number;
  if (free < FREE_PAGES || free < total * FREE_SHARE) return null;
  return `${free} of ${total} pages are unused`;
}

/** Days that are looked at: those before the last, which is still growing. */
const DAYS = 7;

/** The first of the last days whose hours do not add up to it; null when all do. */
function wrongDay(db: Db, watermark: TimeMs, windowMs: number): string | null {
  if (windowMs === 0) return null;
  const codecs = pageCodecs(windowMs);
  const today = floorTo(watermark, DAY_MS);
  for (let day = today - DAYS * DAY_MS; day < today; day += DAY_MS) {
    for (const [kind, hourCodec, dayCodec] of [
      ['cost', codecs.costHours, codecs.costDays],
      ['node', codecs.nodeHours, codecs.nodeDays],
    ] as const) {
      const hours = pagesOf(db, `SELECT page FROM ${kind}_hours WHERE day = ?`, day);
      if (hours.length === 0) continue;
      const month = monthStart(day);
      const days = pagesOf(db, `SELECT page FROM ${kind}_days WHERE month = ?`, month);
      const expected = sums(hourCodec, hours, () => true);
      const found = sums(dayCodec, days, (slot) => slot === (day - month) / DAY_MS);
      const wrong = hourCodec.columns.find(
        ({ merge }, column) => merge === 'sum' && expected[column] !== found[column],
      );
      if (wrong !== undefined)
        return `${kind} of ${formatTime(day).slice(0, 10)}: the hours of ${wrong.name} do not add up to the day`;
    }
  }
  return null;
}

function pagesOf(db: Db, sql: string, bucket: TimeMs): readonly Uint8Array[] {
  return all<{ page: Uint8Array }>(db, sql, bucket).map(({ page }) => page);
}

function sums(
  codec: PageCodec,
  pages: readonly Uint8Array[],
  isMeant: (slot: number) => boolean,
): readonly number[] {
  const columns: readonly PageColumn[] = codec.columns;
  const total = columns.map(() => 0);
  for (const bytes of pages) {
    const { present, values } = codec.decode(bytes);
    for (const [slot, isThere] of present.entries()) {
      if (isThere === 0 || !isMeant(slot)) continue;
      for (const column of columns.keys())
        total[column]! += values[slot * columns.length + column] ?? 0;
    }
  }
  return total;
}
