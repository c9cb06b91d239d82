import { monthName, monthStart, nextMonth, type TimeMs } from '../../model/time.ts';
import { raw, type Db } from '../sql/db.ts';
import { MetaTable } from '../sql/metaTable.ts';
import { PARTITIONED } from './dialect.ts';

/** `usage_pages_2026_11`. */
function partitionOf(table: string, month: TimeMs): string {
  return `${table}_${monthName(month).replace('-', '_')}`;
}

/** Makes the partitions for a month. */
export async function createPartitions(db: Db, month: TimeMs): Promise<void> {
  for (const table of PARTITIONED.keys()) {
    await db.define(
      `CREATE TABLE IF NOT EXISTS ${partitionOf(table, month)} PARTITION OF ${table}
       FOR VALUES FROM (${month}) TO (${nextMonth(month)});`,
    );
  }
}

/** Drops the partitions of months that the retention has emptied. */
export async function dropPartitions(db: Db): Promise<void> {
  const { windowsFrom, hoursFrom } = await new MetaTable(db).span();
  const rows = await db.all<{
    parent: string;
    name: string;
  }>`SELECT parent.relname AS parent, part.relname AS name
     FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
       JOIN pg_class AS part ON part.oid = inhrelid
     WHERE parent.relnamespace = CAST(current_schema() AS regnamespace)`;
  for (const { parent, name } of rows) {
    const [, year, month] = /_(\d{4})_(\d{2})$/.exec(name) ?? [];
    if (year === undefined || !PARTITIONED.has(parent)) continue;
    const end = nextMonth(monthStart(Date.UTC(Number(year), Number(month) - 1)));
    const keptFrom = PARTITIONED.get(parent) === 'hour' ? windowsFrom : hoursFrom;
    if (end <= keptFrom) await db.run`DROP TABLE ${raw(name)}`;
  }
}
