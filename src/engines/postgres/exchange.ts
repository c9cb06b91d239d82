import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { deflate, inflate, constants } from 'node:zlib';
import type { PoolClient } from 'pg';
import { SECOND_MS } from '../../model/time.ts';
import { ExchangeError, type Asked, type Exchange, type Talk } from '../../store/exchange.ts';
import type { PostgresLocation } from '../../store/historyLocation.ts';
import { PostgresDatabase } from './postgresDatabase.ts';
import { processId } from '../../model/processId.ts';

/** A process that did not say for so long that it stands by is gone, by the clock of the database. */
const GONE_MS = 15 * SECOND_MS;
const SAY_AGAIN_MS = 2 * SECOND_MS;
/** How often it is looked whether there is something new. */
const LOOK_MS = 100;
/** While nothing is asked. */
const IDLE_LOOK_MS = 400;

/**
 * Rows that no crash has to keep, since a question is asked anew: they are not logged, and a standby server has none.
 * There is one question at a time, and only the process that leads puts it.
 */
const PREPARE = `
  CREATE UNLOGGED TABLE IF NOT EXISTS helpers (
    id TEXT PRIMARY KEY, way TEXT NOT NULL, seen_at TIMESTAMPTZ NOT NULL);
  CREATE UNLOGGED TABLE IF NOT EXISTS shared_question (
    one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, asked TEXT[] NOT NULL, body BYTEA NOT NULL);
  CREATE UNLOGGED TABLE IF NOT EXISTS shared_answers (
    question TEXT NOT NULL, round TEXT NOT NULL, place INTEGER NOT NULL, body BYTEA, failure TEXT,
    PRIMARY KEY (question, round, place));`;

const pack = (value: unknown): Promise<Buffer> =>
  promisify(deflate)(serialize(value), { level: constants.Z_BEST_SPEED });
const unpack = async (body: Buffer): Promise<unknown> =>
  deserialize(await promisify(inflate)(body, {}));

/** The processes of a cluster talk by rows of its schema. */
export class PostgresExchange extends PostgresDatabase implements Exchange {
  readonly #me = processId();
  readonly #way: string;
  readonly #warn: (problem: string) => void;
  #isPrepared = false;
  #answered: string | null = null;
  #standingBy: NodeJS.Timeout | null = null;

  /**
   * @param way processes that observe in another way (another configuration or version) do not work together
   * @param warn is given what goes wrong while this process stands by
   */
  constructor(location: PostgresLocation, way: string, warn: (problem: string) => void) {
    super(location);
    this.#way = way;
    this.#warn = warn;
  }

  async present(): Promise<readonly string[]> {
    const rows = await this.run(async (client) => {
      const sql = `SELECT id FROM helpers WHERE way = $1 AND id <> $2
        AND seen_at > clock_timestamp() - $3 * interval '1 millisecond' ORDER BY id`;
      return (await client.query<{ id: string }>(sql, [this.#way, this.#me, GONE_MS])).rows;
    });
    return rows.map(({ id }) => id);
  }

  async ask(question: unknown, of: readonly string[]): Promise<Talk> {
    const id = randomUUID();
    const body = await pack(question);
    const isAsked = await this.run(async (client) => {
      await client.query('TRUNCATE shared_answers');
      await client.query(
        "DELETE FROM helpers WHERE seen_at < clock_timestamp() - interval '1 hour'",
      );
      const sql = `INSERT INTO shared_question (one, id, asked, body) SELECT 1, $1, $2, $3
        FROM leader WHERE CAST(holder AS json) ->> 'id' = $4
        ON CONFLICT (one) DO UPDATE SET id = excluded.id, asked = excluded.asked, body = excluded.body`;
      return (await client.query(sql, [id, of, body, this.#me])).rowCount === 1;
    });
    if (!isAsked) throw new ExchangeError('another process leads now', null);
    return new RowTalk(this, id, 0, of);
  }

  async next(signal: AbortSignal): Promise<Asked> {
    let lastProblem = '';
    for (;;) {
      signal.throwIfAborted();
      try {
        await this.#standBy();
        const asked = await this.#question();
        if (asked !== null) return asked;
      } catch (error) {
        // The database may be away, or hold nothing of this cluster yet.
        const problem = `Waiting for questions of the process that leads: ${String(error)}`;
        if (problem !== lastProblem) this.#warn(problem);
        lastProblem = problem;
        await pause(SAY_AGAIN_MS, undefined, { signal });
      }
      await pause(IDLE_LOOK_MS, undefined, { signal });
    }
  }

  /** Says from now on that this process is there, also while it works on an answer. */
  async #standBy(): Promise<void> {
    if (this.#standingBy !== null) return;
    const sql = `INSERT INTO helpers (id, way, seen_at) VALUES ($1, $2, clock_timestamp())
      ON CONFLICT (id) DO UPDATE SET way = excluded.way, seen_at = excluded.seen_at`;
    const say = () => this.run((client) => client.query(sql, [this.#me, this.#way]));
    await say();
    // One that is not heard is not asked.
    this.#standingBy = setInterval(() => void say().catch(() => undefined), SAY_AGAIN_MS);
  }

  override async close(): Promise<void> {
    const leave = 'DELETE FROM helpers WHERE id = $1';
    // Where the database is away the others find out by themselves.
    if (this.#standingBy !== null) {
      clearInterval(this.#standingBy);
      await this.run((client) => client.query(leave, [this.#me])).catch(() => undefined);
    }
    await super.close();
  }

  /** A short transaction of which readers’ caches need not learn. */
  async run<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    if (!this.#isPrepared) await this.#prepare();
    return this.transaction('ISOLATION LEVEL READ COMMITTED', work);
  }

  async #prepare(): Promise<void> {
    await this.transaction('ISOLATION LEVEL READ COMMITTED', async (client) => {
      const { rows } = await client.query<{ made: boolean }>(
        'SELECT to_regclass($1) IS NOT NULL AS made',
        [`"${this.location.schema}".shared_answers`],
      );
      if (rows[0]!.made) return;
      await client.query('SELECT pg_advisory_xact_lock(hashtext($1), 0)', [this.location.schema]);
      await client.query(PREPARE);
    });
    this.#isPrepared = true;
  }

  async #question(): Promise<Asked | null> {
    const rows = await this.run(async (client) => {
      const sql = `SELECT id, asked, body FROM shared_question
        WHERE $1 = ANY (asked) AND id IS DISTINCT FROM $2`;
      return (await client.query<Question>(sql, [this.#me, this.#answered])).rows;
    });
    const [question] = rows;
    if (question === undefined) return null;
    const { id, asked, body } = question;
    this.#answered = id;
    const place = 1 + asked.indexOf(this.#me);
    return { question: await unpack(body), place, talk: new RowTalk(this, id, place, asked) };
  }
}

interface Question {
  readonly id: string;
  readonly asked: readonly string[];
  readonly body: Buffer;
}

interface Answer {
  readonly place: number;
  readonly body: Buffer | null;
  readonly failure: string | null;
}

/** A round that everything ends with which one of them cannot go on. */
const FAILED = 'failed';

class RowTalk implements Talk {
  readonly #exchange: PostgresExchange;
  readonly #question: string;
  readonly #place: number;
  readonly #asked: readonly string[];

  constructor(
    exchange: PostgresExchange,
    question: string,
    place: number,
    asked: readonly string[],
  ) {
    this.#exchange = exchange;
    this.#question = question;
    this.#place = place;
    this.#asked = asked;
  }

  async share<T>(round: string, mine: T, signal: AbortSignal): Promise<readonly T[]> {
    await this.give(round, mine);
    const others = await this.#hear<T>(round, signal, this.#place);
    return others.toSpliced(this.#place, 0, mine);
  }

  async give(round: string, mine: unknown): Promise<void> {
    await this.#say(round, await pack(mine), null);
  }

  take<T>(round: string, signal: AbortSignal): Promise<readonly T[]> {
    return this.#hear<T>(round, signal, 0);
  }

  async fail(reason: string): Promise<void> {
    const over = 'DELETE FROM shared_question WHERE id = $1';
    const ended =
      this.#place === 0
        ? this.#exchange.run((client) => client.query(over, [this.#question]))
        : this.#say(FAILED, null, reason);
    // Where the database is away the others give up by themselves.
    await ended.catch(() => undefined);
  }

  async #say(round: string, body: Buffer | null, failure: string | null): Promise<void> {
    const sql = `INSERT INTO shared_answers (question, round, place, body, failure)
      VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`;
    const row = [this.#question, round, this.#place, body, failure];
    await this.#exchange.run((client) => client.query(sql, row));
  }

  /** What all places but one say in a round, in their order. */
  async #hear<T>(round: string, signal: AbortSignal, but: number): Promise<readonly T[]> {
    const wanted = this.#asked.length;
    for (let saidAt = -Infinity; ;) {
      signal.throwIfAborted();
      if (performance.now() - saidAt > SAY_AGAIN_MS) {
        await this.#requireAll();
        saidAt = performance.now();
      }
      const places = await this.#placesOf(round, but);
      if (places.length === wanted) break;
      await pause(LOOK_MS, undefined, { signal });
    }
    const answers = await this.#exchange.run(async (client) => {
      const sql = `SELECT place, body, failure FROM shared_answers
        WHERE question = $1 AND round = $2 AND place <> $3 ORDER BY place`;
      return (await client.query<Answer>(sql, [this.#question, round, but])).rows;
    });
    const values = await Promise.all(answers.map(({ body }) => unpack(body!)));
    return values as readonly T[];
  }

  async #placesOf(round: string, but: number): Promise<readonly number[]> {
    const rows = await this.#exchange.run(async (client) => {
      const sql = `SELECT round, place, failure FROM shared_answers
        WHERE question = $1 AND (round = $2 OR round = '${FAILED}') AND place <> $3`;
      const of = [this.#question, round, but];
      return (await client.query<Answer & { readonly round: string }>(sql, of)).rows;
    });
    const failed = rows.find((row) => row.round === FAILED);
    if (failed !== undefined)
      throw new ExchangeError(failed.failure ?? '', this.#asked[failed.place - 1] ?? null);
    return rows.map(({ place }) => place);
  }

  /** The question still stands, and all that were asked are there. */
  async #requireAll(): Promise<void> {
    const [isOpen, gone] = await this.#exchange.run(async (client) => {
      const sql = 'SELECT 1 FROM shared_question WHERE id = $1';
      const open = (await client.query(sql, [this.#question])).rowCount === 1;
      const late = `SELECT id FROM unnest(CAST($1 AS text[])) AS asked (id) WHERE NOT EXISTS (
        SELECT 1 FROM helpers WHERE helpers.id = asked.id
          AND seen_at > clock_timestamp() - $2 * interval '1 millisecond') ORDER BY id LIMIT 1`;
      const { rows } = await client.query<{ id: string }>(late, [this.#asked, GONE_MS]);
      return [open, rows[0]?.id ?? null] as const;
    });
    if (!isOpen) throw new ExchangeError('the process that asked has given up', null);
    if (gone !== null) throw new ExchangeError('a process that was asked is gone', gone);
  }
}
