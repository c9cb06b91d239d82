import type { PoolClient } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { sharingNext } from '../../model/inTurn.ts';
import { SECOND_MS } from '../../model/time.ts';
import { HistoryError } from '../../store/history.ts';
import type { PostgresLocation } from '../../store/historyLocation.ts';
import type { Database, Db } from '../sql/db.ts';
import { readEpoch, requireEpoch } from './epoch.ts';
import { isPassing, toHistoryError } from './errors.ts';
import { connectionsTo, type Connections, type Purpose } from './pool.ts';
import { sessionOf } from './session.ts';

const STATEMENT_MS = 60 * SECOND_MS;
/** Of a process that was paused or cut off in a transaction: its locks are free after this. */
const IDLE_IN_TRANSACTION_MS = 10 * SECOND_MS;
const LOCK_MS = 15 * SECOND_MS;
/** Waits before the work is done again: a failover takes seconds. */
const AGAIN_AFTER_MS = [100, 500, 2_000, 5_000];

/** Names a lock of PostgreSQL for everything that one cluster’s short writes touch. */
const SHARED_WRITES = 'shared writes';
const ORDERED = 'SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))';

/** What a transaction of one kind begins with, in one round trip. */
function beginning(schema: string, mode: string): string {
  return `BEGIN ${mode}; SET LOCAL search_path = "${schema}"; SET LOCAL statement_timeout = ${STATEMENT_MS};
    SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}; SET LOCAL lock_timeout = ${LOCK_MS}`;
}

/** A cluster’s history on PostgreSQL, by a pool of connections. */
export class PostgresDatabase implements Database {
  readonly name: string;
  protected readonly location: PostgresLocation;
  readonly #connections: Connections;
  #epoch = -1;

  constructor(location: PostgresLocation, purpose: Purpose = 'history') {
    this.name = location.name;
    this.location = location;
    this.#connections = connectionsTo(location, purpose);
  }

  readonly read = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
    this.transaction('ISOLATION LEVEL REPEATABLE READ READ ONLY', (client) =>
      work(sessionOf(() => client)),
    );

  readonly write = <T>(work: (db: Db) => Promise<T>, undone?: () => void): Promise<T> =>
    this.writeAs((client) => this.#ordered(client, work), undone);

  readonly writeAsLeader = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
    this.writeAs(async (client) => {
      await requireEpoch(client, this.name, this.#epoch);
      return this.#ordered(client, work);
    });

  /** Keeps the epoch in which this process works, for `writeAsLeader`. */
  async rememberEpoch(): Promise<void> {
    this.#epoch = await this.transaction('READ ONLY', readEpoch);
  }

  /**
   * Pages ask for it with each question: those that come while it is read share the next reading. A copy that takes over
   * may count on from an earlier number: the time of the last seal tells its windows from those that were lost.
   */
  readonly version = sharingNext(() =>
    this.read(
      async (db) =>
        (await db.value<number>`SELECT last_value + coalesce(
          (SELECT sealed_at FROM ops_windows ORDER BY start DESC LIMIT 1), 0) FROM history_version`)!,
    ),
  );

  close(): Promise<void> {
    return this.#connections.close();
  }

  /** A transaction that writes; readers’ caches learn of it. `undone` is called before the work is done again. */
  protected async writeAs<T>(
    work: (client: PoolClient) => Promise<T>,
    undone: () => void = () => undefined,
  ): Promise<T> {
    const result = await this.transaction('ISOLATION LEVEL READ COMMITTED', work, undone);
    await this.#outside(`SELECT nextval('"${this.location.schema}".history_version')`);
    return result;
  }

  /** Runs `work` in a transaction, again where another one or a failover was in its way. */
  protected async transaction<T>(
    mode: string,
    work: (client: PoolClient) => Promise<T>,
    undone: () => void = () => undefined,
  ): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      let isCommitting = false;
      try {
        return await this.#connections.lend(async (client) => {
          await client.query(beginning(this.location.schema, mode));
          try {
            const result = await work(client);
            isCommitting = true;
            await client.query('COMMIT');
            return result;
          } catch (error) {
            await client.query('ROLLBACK').catch(() => undefined);
            throw error;
          }
        });
      } catch (error) {
        undone();
        const waitMs = AGAIN_AFTER_MS[attempt];
        // Whether a commit that was not answered came through is for the caller to find out.
        if (isCommitting || waitMs === undefined || !isPassing(error))
          throw toHistoryError(this.name, error);
        await pause(waitMs);
      }
    }
  }

  /** As with SQLite, one short write comes after the other: what it has read is still so when it commits. */
  async #ordered<T>(client: PoolClient, work: (db: Db) => Promise<T>): Promise<T> {
    await client.query(ORDERED, [this.location.schema, SHARED_WRITES]);
    return work(sessionOf(() => client));
  }

  async #outside(sql: string): Promise<void> {
    await this.#connections.lend((client) => client.query(sql)).catch(() => undefined);
  }
}

/** Refuses a database that holds nothing of the cluster yet, or that the role may not read. @throws HistoryError `missing`, `io` */
export async function requireHistory(
  database: PostgresDatabase,
  { schema }: PostgresLocation,
): Promise<PostgresDatabase> {
  // By its full name: a schema that the role may not use looks as if it were empty otherwise.
  const isThere = await database.read(
    (db) =>
      db.value<boolean>`SELECT to_regclass(quote_ident(${schema}) || '.migrations') IS NOT NULL`,
  );
  if (isThere === true) return database;
  throw new HistoryError(
    'missing',
    `there is no history in ${database.name} yet: start \`burnwatch run\` or \`burnwatch backfill\`, or correct history.url`,
  );
}
