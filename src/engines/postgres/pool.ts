import pg, { type Pool, type PoolClient } from 'pg';
import { SECOND_MS } from '../../model/time.ts';
import type { PostgresLocation } from '../../store/historyLocation.ts';
import { fromText } from './dialect.ts';
import { withPassword } from './passwordFile.ts';

const CONNECT_MS = 5 * SECOND_MS;

/**
 * The lead is renewed on a connection of its own, however busy the others are. A server that does not answer for
 * `silentMs` is gone: it cancels the statements of the history before.
 */
const PURPOSES = {
  history: { max: 8, silentMs: 70 * SECOND_MS },
  lead: { max: 1, silentMs: 5 * SECOND_MS },
} as const;
export type Purpose = keyof typeof PURPOSES;

/** Counts and sums as numbers; none of them passes 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    const { INT8, NUMERIC, TEXT } = pg.types.builtins;
    if (oid === INT8 || oid === NUMERIC) return Number;
    if (oid === TEXT) return (text: string) => fromText(text);
    return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
  },
};

interface Shared {
  readonly pool: Pool;
  users: number;
}

/** The pools of this thread: all that is open on one server shares its connections. */
const POOLS = new Map<string, Shared>();

export interface Connections {
  /** Lends a connection; it goes back, or is thrown away when `work` says that it broke. */
  lend<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The connections to a server; close them once. */
export function connectionsTo({ url }: PostgresLocation, purpose: Purpose): Connections {
  const key = `${purpose} ${url}`;
  let shared = POOLS.get(key);
  if (shared === undefined) {
    const { max, silentMs } = PURPOSES[purpose];
    const pool = new pg.Pool({
      connectionString: withPassword(url),
      types,
      max,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: silentMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10 * SECOND_MS,
      application_name: 'burnwatch',
    });
    // Of connections that wait in the pool; the query that uses one gets the error.
    pool.on('error', () => undefined);
    POOLS.set(key, (shared = { pool, users: 0 }));
  }
  shared.users += 1;
  let isOpen = true;
  return {
    lend: async (work) => {
      const client = await shared.pool.connect();
      // An error that comes between two statements: the next one says so.
      const ignore = () => undefined;
      client.on('error', ignore);
      let broken: Error | undefined;
      try {
        return await work(client);
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error));
        throw error;
      } finally {
        client.off('error', ignore);
        client.release(broken);
      }
    },
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      shared.users -= 1;
      if (shared.users > 0) return;
      POOLS.delete(key);
      await shared.pool.end();
    },
  };
}
