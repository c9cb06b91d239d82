import Database from 'better-sqlite3';
import { DAY_MS, formatTime, HOUR_MS } from '../../src/model/time.ts';
import type { PageCodec } from '../../src/store/pages/pageCodec.ts';
import { pageCodecs } from '../../src/store/pages/pageCodecs.ts';

/** Lookup tables: their ids depend on the order of arrival, and what they say is in the rows. */
const DIMENSIONS = new Set([
  'containers',
  'cost_keys',
  'label_sets',
  'reasons',
  'nodes',
  'node_prices',
]);
const ID_COLUMNS: Readonly<Record<string, string>> = {
  terminatedReason: 'SELECT text FROM reasons WHERE id = ?',
  waitingReason: 'SELECT text FROM reasons WHERE id = ?',
  price: `SELECT json_array(cpu_core_hour, ram_gib_hour, gpu_hour, source, reason, coverage)
          FROM node_prices WHERE id = ?`,
};

/**
 * Everything that a history says, as sorted lines `table key time values`, without the tables of the
 * operation itself (`ops_…`) and without ids: two histories of the same data give the same lines,
 * however their windows came in.
 */
export function dumpHistory(path: string): string[] {
  const db = new Database(path, { readonly: true });
  try {
    const windowMs = Number(
      db.prepare("SELECT value FROM meta WHERE key = 'window_ms'").pluck().get(),
    );
    const codecs = pageCodecs(windowMs);
    const container = `SELECT json_array(namespace, pod, uid, container, kind, name, workload_known,
      node, image, labels, owner) FROM containers JOIN label_sets ON label_sets.id = label_set
      WHERE containers.id = ?`;
    const key = `SELECT json_array(namespace, kind, name, container, node, labels, owner, image)
      FROM cost_keys JOIN label_sets ON label_sets.id = label_set WHERE cost_keys.id = ?`;
    const node = 'SELECT json_array(name, provider_id, labels) FROM nodes WHERE id = ?';
    const pages: Readonly<Record<string, () => string[]>> = {
      usage_pages: () => dumpPages(db, 'usage_pages', container, codecs.usage, windowMs),
      cost_hours: () => dumpPages(db, 'cost_hours', key, codecs.costHours, HOUR_MS),
      cost_days: () => dumpPages(db, 'cost_days', key, codecs.costDays, DAY_MS),
      node_windows: () => dumpPages(db, 'node_windows', node, codecs.nodes, windowMs),
      node_hours: () => dumpPages(db, 'node_hours', node, codecs.nodeHours, HOUR_MS),
      node_days: () => dumpPages(db, 'node_days', node, codecs.nodeDays, DAY_MS),
    };
    const tables = db
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'ops\\_%' ESCAPE '\\'",
      )
      .pluck()
      .all() as string[];
    return tables
      .filter((table) => !DIMENSIONS.has(table))
      .flatMap((table) => pages[table]?.() ?? dumpTable(db, table))
      .sort();
  } finally {
    db.close();
  }
}

function dumpTable(db: Database.Database, table: string): string[] {
  const rows = db.prepare(`SELECT * FROM "${table}"`).all() as Record<string, unknown>[];
  return rows.map((row) => {
    const values = Object.entries(row).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? value.toString('base64') : value,
    ]);
    return `${table} ${JSON.stringify(Object.fromEntries(values))}`;
  });
}

function dumpPages(
  db: Database.Database,
  table: string,
  identitySql: string,
  codec: PageCodec,
  slotMs: number,
): string[] {
  const identityOf = db.prepare(identitySql).pluck();
  const textOf = Object.fromEntries(
    Object.entries(ID_COLUMNS).map(([column, sql]) => [column, db.prepare(sql).pluck()]),
  );
  const rows = db.prepare(`SELECT * FROM ${table}`).raw().all() as [number, number, Buffer][];
  return rows.flatMap(([bucket, key, bytes]) => {
    const { present, values } = codec.decode(bytes);
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
        return `${table} ${String(identityOf.get(key))} ${time}${cells.join('')}`;
      });
  });
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
