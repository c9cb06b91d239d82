import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { SECOND_MS } from '../../model/time.ts';
import { HistoryError } from '../../store/history.ts';
import type { PostgresLocation } from '../../store/historyLocation.ts';
import { replaced } from './epoch.ts';
import { PostgresDatabase } from './postgresDatabase.ts';
import { processId } from '../../model/processId.ts';

/** A leader that did not renew for so long, by the clock of the database, may be replaced. */
const LEASE_MS = 8 * SECOND_MS;
const RENEW_MS = 2 * SECOND_MS;
/** A free lead is asked for so often. */
const ASK_MS = SECOND_MS;

/** The process that leads a cluster, named to the next one that wants to. */
interface Leader {
  /** Of the process: its threads share it, and no other process has it, whatever its host and number. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly command: string;
  /** RFC 3339. */
  readonly since: string;
}

/**
 * The right to write a cluster’s history and to send its messages: one process has it at a time. It is a row that the
 * leader renews; every change of leaders raises the epoch, and every transaction of a leader first checks that the epoch
 * is still its own. A leader that was paused or cut off therefore writes nothing once it was replaced.
 */
export interface Leadership {
  readonly epoch: number;
  /** Resolves when another process took over, with the error to report; never when it was released. */
  readonly lost: Promise<HistoryError>;
  /** Gives it up, so that another process can take it at once. */
  release(): Promise<void>;
}

/**
 * Makes the schema of a cluster and what leadership needs, where they are missing. Processes that start at once come one
 * after the other.
 */
const PREPARE = (schema: string) => `
  CREATE SEQUENCE IF NOT EXISTS "${schema}".history_version;
  CREATE TABLE IF NOT EXISTS "${schema}".leader_epoch (
    one INTEGER PRIMARY KEY CHECK (one = 1), epoch BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS "${schema}".leader (
    one INTEGER PRIMARY KEY CHECK (one = 1), holder TEXT NOT NULL, renewed_at TIMESTAMPTZ NOT NULL);
  INSERT INTO "${schema}".leader_epoch VALUES (1, 0) ON CONFLICT DO NOTHING;
  INSERT INTO "${schema}".leader VALUES (1, '{}', '-infinity') ON CONFLICT DO NOTHING;`;

class LeaderDatabase extends PostgresDatabase {
  async prepare(): Promise<void> {
    const { schema } = this.location;
    await this.transaction('ISOLATION LEVEL READ COMMITTED', async (client) => {
      await client.query('SELECT pg_advisory_xact_lock(hashtext($1), 0)', [schema]);
      const sql =
        'SELECT to_regclass($1) IS NOT NULL AS made, to_regnamespace($2) IS NULL AS empty';
      const names = [`"${schema}".leader`, `"${schema}"`];
      const { rows } = await client.query<{ made: boolean; empty: boolean }>(sql, names);
      if (rows[0]!.made) return;
      if (rows[0]!.empty) await client.query(`CREATE SCHEMA "${schema}"`);
      await client.query(PREPARE(schema));
    });
  }

  /** Takes the lead where it is free; else says who has it, and when that process last renewed it. */
  take(me: Leader): Promise<{ readonly epoch: number } | Busy> {
    return this.transaction('ISOLATION LEVEL READ COMMITTED', async (client) => {
      const { leader, renewedAt, isFresh } = await readLeader(client, 'FOR UPDATE');
      if (isFresh && leader.id !== me.id) return { leader, renewedAt };
      const holder = JSON.stringify(me);
      await client.query('UPDATE leader SET holder = $1, renewed_at = clock_timestamp()', [holder]);
      const raise = 'UPDATE leader_epoch SET epoch = epoch + 1 RETURNING epoch';
      return (await client.query<{ epoch: number }>(raise)).rows[0]!;
    });
  }

  /** The epoch of the leader, where that is this process. */
  epochOf(id: string): Promise<number | null> {
    return this.transaction('READ ONLY', async (client) => {
      const { leader, isFresh, epoch } = await readLeader(client, '');
      return isFresh && leader.id === id ? epoch : null;
    });
  }

  /** False when another process leads. */
  renew(epoch: number, how: 'now' | 'give up'): Promise<boolean> {
    const time = how === 'now' ? 'clock_timestamp()' : "'-infinity'";
    return this.transaction('ISOLATION LEVEL READ COMMITTED', async (client) => {
      const sql = `UPDATE leader SET renewed_at = ${time} WHERE (SELECT epoch FROM leader_epoch) = $1`;
      return (await client.query(sql, [epoch])).rowCount === 1;
    });
  }
}

interface Busy {
  readonly leader: Leader;
  readonly renewedAt: string;
}

/** A server that has just started gives the leader it knows the time to renew. */
async function readLeader(client: PoolClient, lock: 'FOR UPDATE' | '') {
  const sql = `SELECT holder, CAST(renewed_at AS text) AS renewed,
      renewed_at <> '-infinity' AND greatest(renewed_at, pg_postmaster_start_time())
        > clock_timestamp() - $1 * interval '1 millisecond' AS fresh,
      (SELECT epoch FROM leader_epoch) AS epoch FROM leader ${lock}`;
  const { rows } = await client.query<{
    holder: string;
    renewed: string;
    fresh: boolean;
    epoch: number;
  }>(sql, [LEASE_MS]);
  const { holder, renewed, fresh, epoch } = rows[0]!;
  return { leader: JSON.parse(holder) as Leader, renewedAt: renewed, isFresh: fresh, epoch };
}

export interface LeadOptions {
  readonly location: PostgresLocation;
  readonly command: string;
  readonly since: string;
}

/**
 * Takes the lead of a cluster, at the latest when a process that vanished has not renewed for too long.
 * @throws HistoryError `locked`, naming the process that has it
 */
export function takeLead(options: LeadOptions): Promise<Leadership> {
  let first: string | null = null;
  return askForLead(options, ({ leader, renewedAt }, name) => {
    first ??= renewedAt;
    if (renewedAt === first) return;
    throw new HistoryError('locked', `${name} is in use by ${describe(leader)}: stop it first`);
  });
}

/**
 * Waits until this process leads the cluster.
 *
 * @param onWait is called once with the process that leads, if another one does.
 */
export function waitForLead(
  options: LeadOptions,
  signal: AbortSignal,
  onWait: (leader: string) => void,
): Promise<Leadership> {
  let told = false;
  const tell = ({ leader }: Busy) => {
    if (!told) onWait(describe(leader));
    told = true;
  };
  return askForLead(options, tell, signal);
}

/** @param busy is called each time that another process leads; it throws to give up */
async function askForLead(
  { location, command, since }: LeadOptions,
  busy: (busy: Busy, name: string) => void,
  signal?: AbortSignal,
): Promise<Leadership> {
  const database = new LeaderDatabase(location, 'lead');
  const me = { id: processId(), host: hostname(), pid: process.pid, command, since };
  try {
    await database.prepare();
    for (let isFirst = true; ; isFirst = false) {
      signal?.throwIfAborted();
      // While the database is away no process leads; the same one goes on when it is back.
      const taken = await database.take(me).catch((error: unknown) => {
        if (isFirst) throw error;
        return null;
      });
      if (taken !== null && 'epoch' in taken) return new HeldLeadership(database, taken.epoch);
      if (taken !== null) busy(taken, database.name);
      await pause(ASK_MS, undefined, { signal });
    }
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The epoch in which this process leads; null where it does not. */
export async function ledEpoch(location: PostgresLocation): Promise<number | null> {
  const database = new LeaderDatabase(location, 'lead');
  try {
    await database.prepare();
    return await database.epochOf(processId());
  } finally {
    await database.close();
  }
}

function describe({ host, pid, command, since }: Leader): string {
  return `\`burnwatch ${command}\` (process ${pid} on ${host}, since ${since})`;
}

class HeldLeadership implements Leadership {
  readonly epoch: number;
  readonly lost: Promise<HistoryError>;
  readonly #database: LeaderDatabase;
  readonly #stop = new AbortController();

  constructor(database: LeaderDatabase, epoch: number) {
    this.#database = database;
    this.epoch = epoch;
    this.lost = new Promise((resolve) => void this.#renew(resolve));
  }

  async release(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    await this.#database.renew(this.epoch, 'give up').catch(() => undefined);
    await this.#database.close();
  }

  async #renew(lose: (error: HistoryError) => void): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await pause(RENEW_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      // A database that is away has no other leader either: retrying.
      const isOurs = await this.#database.renew(this.epoch, 'now').catch(() => true);
      if (!isOurs && !signal.aborted) {
        lose(replaced(this.#database.name));
        return;
      }
    }
  }
}
