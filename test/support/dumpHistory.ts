import { openDatabase } from '../../src/engines/openHistory.ts';
import { raw, type Db } from '../../src/engines/sql/db.ts';
import { schemaTables } from '../../src/engines/sql/migrate.ts';
import { partsFrom } from '../../src/engines/sql/stateTables.ts';
import { readUsagePages } from '../../src/engines/sql/usagePages.ts';
import { DAY_MS, formatTime, HOUR_MS } from '../../src/model/time.ts';
import type { Page, PageCodec } from '../../src/store/pages/pageCodec.ts';
import { pageCodecs } from '../../src/store/pages/levels.ts';
import { isBack, type StatePart, type StateParts } from '../../src/store/stateParts.ts';

/** Lookup tables: their ids depend on the order of arrival, and what they say is in the rows. */
const DIMENSIONS = new Set([
  'containers',
  'cost_keys',
  'label_sets',
  'reasons',
  'nodes',
  'node_prices',
]);
/** Tables of packed rows of detectors. */
const PARTS = new Set(['state_parts', 'checkpoint_parts']);
const REASON = 'SELECT id, text FROM reasons';
const ID_COLUMNS: Readonly<Record<string, string>> = {
  terminatedReason: REASON,
  waitingReason: REASON,
  price:
    'SELECT id, cpu_core_hour, ram_gib_hour, gpu_hour, source, reason, coverage FROM node_prices',
};
const CONTAINER = `SELECT containers.id, namespace, pod, uid, container, kind, name, workload_known, node, image,
  labels, owner FROM containers JOIN label_sets ON label_sets.id = label_set`;
const KEY = `SELECT cost_keys.id, namespace, kind, name, container, node, labels, owner, image
  FROM cost_keys JOIN label_sets ON label_sets.id = label_set`;
const NODE = 'SELECT id, name, provider_id, labels FROM nodes';

/**
 * Everything that a history says, as sorted lines `table key time values`, without the tables of the
 * operation itself (`ops_…`) and without ids: two histories of the same data give the same lines,
 * however their windows came in, and on whichever engine.
 */
export async function dumpHistory(path: string): Promise<string[]> {
  const database = await openDatabase(path);
  try {
    return await database.read(async (db) => {
      const windowMs = Number(await db.value`SELECT value FROM meta WHERE key = 'window_ms'`);
      const codecs = pageCodecs(windowMs);
      const pages: Readonly<Record<string, readonly [string, PageCodec, number]>> = {
        usage_pages: [CONTAINER, codecs.usage, windowMs],
        cost_hours: [KEY, codecs.costHours, HOUR_MS],
        cost_days: [KEY, codecs.costDays, DAY_MS],
        node_windows: [NODE, codecs.nodes, windowMs],
        node_hours: [NODE, codecs.nodeHours, HOUR_MS],
        node_days: [NODE, codecs.nodeDays, DAY_MS],
      };
      const lines: string[] = [];
      for (const { name: table } of schemaTables()) {
        // Open windows are dumped with the pages that they become.
        if (table.startsWith('ops_') || table === 'open_windows' || DIMENSIONS.has(table)) continue;
        const form = pages[table];
        const found =
          form !== undefined
            ? dumpPages(db, table, ...form)
            : PARTS.has(table)
              ? dumpParts(db, table)
              : dumpTable(db, table);
        for (const line of await found) lines.push(line);
      }
      return lines.sort();
    });
  } finally {
    await database.close();
  }
}

async function dumpTable(db: Db, table: string): Promise<string[]> {
  const rows = await db.all<Record<string, unknown>>`SELECT * FROM ${raw(table)}`;
  // How often costs were changed depends on how windows came in; no cost does.
  const said = rows.filter(({ key }) => table !== 'meta' || key !== 'rewritten');
  return said.map((row) => {
    const cells = Object.entries(row).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? value.toString('base64') : value,
    ]);
    return `${table} ${JSON.stringify(Object.fromEntries(cells))}`;
  });
}

/** The rows that parts hold together: how they are cut depends on how windows came in. */
async function dumpParts(db: Db, table: string): Promise<string[]> {
  const stored = await db.all<
    StatePart & { readonly at?: number; readonly detector: string }
  >`SELECT * FROM ${raw(table)} ORDER BY seq`;
  const lines: string[] = [];
  for (const [detector, ofDetector] of Map.groupBy(stored, (part) => part.detector)) {
    let later: StateParts | null = null;
    const byTime = [...Map.groupBy(ofDetector, ({ at = 0 }) => at)].sort(([a], [b]) => b - a);
    for (const [at, parts] of byTime) {
      const state: StateParts = isBack(parts[0]!) ? later!.back(parts[0]!.part) : partsFrom(parts);
      for (const [key, row] of state.rows())
        lines.push(`${table} ${at} ${detector} ${key} ${Buffer.from(row).toString('base64')}`);
      later = state;
    }
  }
  return lines;
}

/** What the rows of a lookup table say, by their id. */
async function textsOf(db: Db, sql: string): Promise<ReadonlyMap<number, string>> {
  const rows = await db.all<Record<string, unknown>>`${raw(sql)}`;
  return new Map(
    rows.map((row) => {
      const [id, ...rest] = Object.values(row);
      return [id as number, JSON.stringify(rest)];
    }),
  );
}

async function dumpPages(
  db: Db,
  table: string,
  identities: string,
  codec: PageCodec,
  slotMs: number,
): Promise<string[]> {
  const identityOf = await textsOf(db, identities);
  const textOf: Record<string, ReadonlyMap<number, string>> = {};
  for (const [column, sql] of Object.entries(ID_COLUMNS)) textOf[column] = await textsOf(db, sql);
  const pages =
    table === 'usage_pages' ? await usagePages(db, codec) : await pagesOf(db, table, codec);
  return pages.flatMap(({ bucket, key, page: { present, values } }) => {
    const width = codec.columns.length;
    return [...present.keys()]
      .filter((slot) => present[slot] === 1)
      .map((slot) => {
        const cells = codec.columns.map(({ name, nullable }, index) => {
          const value = values[slot * width + index]!;
          if (Number.isNaN(value) || (value === 0 && !nullable)) return '';
          return ` ${name}=${JSON.stringify(textOf[name]?.get(value) ?? value)}`;
        });
        const time = formatTime(bucket + slot * slotMs);
        return `${table} ${identityOf.get(key)} ${time}${cells.join('')}`;
      });
  });
}

interface DumpedPage {
  readonly bucket: number;
  readonly key: number;
  readonly page: Page;
}

async function pagesOf(db: Db, table: string, codec: PageCodec): Promise<DumpedPage[]> {
  const rows = await db.all<Record<string, unknown>>`SELECT * FROM ${raw(table)}`;
  return rows.map((row) => {
    const [bucket, key, bytes] = Object.values(row) as [number, number, Buffer];
    return { bucket, key, page: codec.decode(bytes) };
  });
}

async function usagePages(db: Db, codec: PageCodec): Promise<DumpedPage[]> {
  const hours =
    await db.values<number>`SELECT hour FROM usage_pages UNION SELECT hour FROM open_windows`;
  const pages = await readUsagePages(db, codec, hours);
  return pages.map(({ hour, key, read }) => ({ bucket: hour, key, page: read() }));
}

/** What only one of two dumps says, shortened so that it can be read in a failed test. */
export function differences(actual: readonly string[], expected: readonly string[]): string[] {
  const [here, there] = [new Set(actual), new Set(expected)];
  const missing = expected.filter((line) => !here.has(line)).map((line) => `- ${line}`);
  const extra = actual.filter((line) => !there.has(line)).map((line) => `+ ${line}`);
  return [...missing, ...extra]
    .sort((a, b) => a.slice(2).localeCompare(b.slice(2)))
    .map((line) => line.slice(0, 400));
}
