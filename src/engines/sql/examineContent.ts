import { DAY_MS, floorTo, formatTime, monthStart, type TimeMs } from '../../model/time.ts';
import type { HistoryCheck } from '../../store/history.ts';
import type { PageColumn } from '../../store/pages/columns.ts';
import { isWholePage, type PageCodec } from '../../store/pages/pageCodec.ts';
import { pageCodecs } from '../../store/pages/levels.ts';
import { isWholePart, type StatePart } from '../../store/stateParts.ts';
import { raw, sql, type Db } from './db.ts';
import { MetaTable } from './metaTable.ts';
import { requireCurrentSchema } from './migrate.ts';

/** Looks over what a history says, without changing it; a running daemon does not matter. */
export async function examineContent(
  db: Db,
  history: string,
  now: TimeMs,
): Promise<readonly HistoryCheck[]> {
  await requireCurrentSchema(db, history);
  const meta = new MetaTable(db);
  const { watermark } = await meta.span();
  const windowMs = (await meta.identity())?.windowMs ?? 0;
  const isAhead = watermark > now;
  return [
    checked(
      'clock',
      isAhead
        ? `the last window ends at ${formatTime(watermark)}, in the future: a clock was wrong`
        : null,
    ),
    checked(
      'gaps',
      await gaps(db, windowMs),
      'every window up to the last one is sealed',
      BACKFILL,
    ),
    checked('incomplete', await incomplete(db), 'no window lacks data', BACKFILL),
    checked(
      'sums',
      await wrongDay(db, watermark, windowMs),
      'days are the sums of their hours',
      RESTORE,
    ),
  ];
}

export const RESTORE =
  'Run `burnwatch restore FILE` with a backup, or move the file away and run `burnwatch backfill`';
const BACKFILL =
  'Run `burnwatch backfill --from TIME --to TIME`; Prometheus may still have the data';

/** Tables whose pages carry a checksum, and what they are read by: a value of the first column of their keys at a time. */
const PAGES = [
  ['usage_pages', 'hour', -1],
  ['open_windows', 'hour', -1],
  ['cost_hours', 'day', -1],
  ['cost_days', 'month', -1],
  ['node_windows', 'hour', -1],
  ['node_hours', 'day', -1],
  ['node_days', 'month', -1],
  ['pinned_usage', 'namespace', ''],
] as const;

/** Tables of the detectors' states, and what they are read by. */
const PARTS = [
  ['state_parts', 'seq'],
  ['checkpoint_parts', 'at'],
] as const;

/** Reads all pages: which of them are not as they were written; null where all are. */
export async function brokenPages(db: Db): Promise<string | null> {
  for (const [name, by, before] of PAGES) {
    let broken = 0;
    for await (const where of valuesOf(db, name, by, before)) {
      const pages = await db.values<Uint8Array>`SELECT page FROM ${raw(name)} WHERE ${where}`;
      broken += pages.filter((page) => !isWholePage(page)).length;
    }
    if (broken > 0) return `${broken} pages of ${name} differ from what was written`;
  }
  for (const [name, by] of PARTS) {
    let broken = 0;
    for await (const where of valuesOf(db, name, by, -1)) {
      const parts = await db.all<StatePart>`SELECT key, part FROM ${raw(name)} WHERE ${where}`;
      broken += parts.filter((part) => !isWholePart(part)).length;
    }
    if (broken > 0) return `${broken} parts of ${name} differ from what was written`;
  }
  return null;
}

/** Conditions that select a table's rows, those of one value of a column at a time. */
async function* valuesOf(db: Db, name: string, by: string, before: number | string) {
  const [table, column] = [raw(name), raw(by)];
  const next = (after: number | string) =>
    db.value<
      number | string | null
    >`SELECT min(${column}) FROM ${table} WHERE ${column} > ${after}`;
  for (let at = await next(before); at !== null && at !== undefined; at = await next(at))
    yield sql`${column} = ${at}`;
}

/** The result of looking at one thing; `problem` is null where it is well. */
export function checked(
  name: string,
  problem: string | null,
  well = 'as it should be',
  advice: string | null = null,
): HistoryCheck {
  return problem === null
    ? { name, isOk: true, detail: well, advice: null }
    : { name, isOk: false, detail: problem, advice };
}

async function gaps(db: Db, windowMs: number): Promise<string | null> {
  const found = await db.all<{ start: TimeMs; before: TimeMs }>`SELECT start, before
    FROM (SELECT start, lag(start) OVER (ORDER BY start) AS before FROM windows) AS pairs
     WHERE start - before <> ${windowMs} LIMIT 5`;
  if (found.length === 0) return null;
  return found
    .map(({ start, before }) => `${formatTime(before + windowMs)} to ${formatTime(start)}`)
    .join(', ');
}

async function incomplete(db: Db): Promise<string | null> {
  const count = await db.value<number>`SELECT count(*) FROM windows WHERE complete = 0`;
  return (count ?? 0) === 0 ? null : `${count} windows lack data`;
}

/** Days that are looked at: those before the last, which is still growing. */
const DAYS = 7;

/** The first of the last days whose hours do not add up to it; null when all do. */
async function wrongDay(db: Db, watermark: TimeMs, windowMs: number): Promise<string | null> {
  if (windowMs === 0) return null;
  const codecs = pageCodecs(windowMs);
  const today = floorTo(watermark, DAY_MS);
  for (let day = today - DAYS * DAY_MS; day < today; day += DAY_MS) {
    for (const [kind, hourCodec, dayCodec] of [
      ['cost', codecs.costHours, codecs.costDays],
      ['node', codecs.nodeHours, codecs.nodeDays],
    ] as const) {
      const hours =
        await db.values<Uint8Array>`SELECT page FROM ${raw(kind)}_hours WHERE day = ${day}`;
      if (hours.length === 0) continue;
      const month = monthStart(day);
      const days =
        await db.values<Uint8Array>`SELECT page FROM ${raw(kind)}_days WHERE month = ${month}`;
      const expected = sums(hourCodec, hours, () => true);
      const found = sums(dayCodec, days, (slot) => slot === (day - month) / DAY_MS);
      const wrong = hourCodec.columns.find(
        ({ merge }, column) => merge === 'sum' && !isSame(expected[column]!, found[column]!),
      );
      if (wrong !== undefined)
        return `${kind} of ${formatTime(day).slice(0, 10)}: the hours of ${wrong.name} do not add up to the day`;
    }
  }
  return null;
}

/** Integers are added up exactly in any order, but for those that are too large: clusters have such sums of bytes. */
function isSame(a: number, b: number): boolean {
  return a === b || (!Number.isSafeInteger(a) && Math.abs(a - b) < Math.abs(a) * 1e-9);
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
