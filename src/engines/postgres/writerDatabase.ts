import type { PoolClient } from 'pg';
import { inTurn } from '../../model/inTurn.ts';
import { monthName, monthStart, nextMonth, type TimeMs } from '../../model/time.ts';
import { HistoryError } from '../../store/history.ts';
import { raw, type WriterDatabase, type Db } from '../sql/db.ts';
import { requireEpoch } from './epoch.ts';
import { ledEpoch, takeLead, type LeadOptions } from './leadership.ts';
import { PostgresDatabase } from './postgresDatabase.ts';
import { sessionOf } from './session.ts';
import { MetaTable } from '../sql/metaTable.ts';
import { PARTITIONED } from './dialect.ts';

/** A cluster’s history as its leader writes it: every transaction checks that it still leads. */
class LeaderWriter extends PostgresDatabase implements WriterDatabase {
  readonly #options: LeadOptions;
  readonly #epoch: number;
  readonly #release: () => Promise<void>;
  readonly #months = new Set<TimeMs>();
  #client: PoolClient | null = null;
  readonly #inTurn = inTurn();

  constructor(options: LeadOptions, epoch: number, release: () => Promise<void>) {
    super(options.location);
    this.#options = options;
    this.#epoch = epoch;
    this.#release = release;
  }

  readonly db: Db = sessionOf(() => {
    if (this.#client === null) throw new RangeError('there is no transaction');
    return this.#client;
  });

  override readonly write = <T>(work: (db: Db) => Promise<T>, undone?: () => void): Promise<T> => {
    const leading = async (client: PoolClient): Promise<T> => {
      this.#client = client;
      try {
        await requireEpoch(client, this.name, this.#epoch);
        return await work(this.db);
      } finally {
        this.#client = null;
      }
    };
    return this.#inTurn(() => this.writeAs(leading, undone));
  };

  async backup(): Promise<void> {
    throw new HistoryError(
      'io',
      `${this.#options.location.name} is backed up by PostgreSQL’s own means: see docs/postgresql.md, "Backups"`,
    );
  }

  giveBack(): Promise<void> {
    return this.write(dropPartitions);
  }

  numberOn(table: string, column: string): Promise<void> {
    return this.write(async (db) => {
      const last = await db.value<number | null>`SELECT max(${raw(column)}) FROM ${raw(table)}`;
      if (last === null || last === undefined) return;
      await db.value`SELECT setval(pg_get_serial_sequence(${table}, ${column}), ${last})`;
    });
  }

  async reach(times: readonly TimeMs[]): Promise<void> {
    const missing = new Set(times.map(monthStart).filter((month) => !this.#months.has(month)));
    for (const month of missing) {
      await this.write((db) => createPartitions(db, month));
      this.#months.add(month);
    }
  }

  override async close(): Promise<void> {
    await this.#inTurn(() => super.close());
    await this.#release();
  }
}

/**
 * Opens a cluster’s history for writing, as the process that leads it already, or as one that takes the lead until it is
 * closed. @throws HistoryError `locked`
 */
export async function openLeaderWriter(options: LeadOptions): Promise<WriterDatabase> {
  const epoch = await ledEpoch(options.location);
  if (epoch !== null) return new LeaderWriter(options, epoch, async () => undefined);
  const leadership = await takeLead(options);
  return new LeaderWriter(options, leadership.epoch, () => leadership.release());
}

/** `usage_pages_2026_11`. */
function partitionOf(table: string, month: TimeMs): string {
  return `${table}_${monthName(month).replace('-', '_')}`;
}

/** Makes the partitions for a month. */
async function createPartitions(db: Db, month: TimeMs): Promise<void> {
  for (const table of PARTITIONED.keys()) {
    await db.define(
      `CREATE TABLE IF NOT EXISTS ${partitionOf(table, month)} PARTITION OF ${table}
       FOR VALUES FROM (${month}) TO (${nextMonth(month)});`,
    );
  }
}

/** Drops the partitions of months that the retention has emptied. */
async function dropPartitions(db: Db): Promise<void> {
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
