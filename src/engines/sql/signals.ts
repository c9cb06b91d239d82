import { createHash } from 'node:crypto';
import type { Signal } from '../../model/signal.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import {
  SignalsFull,
  type SignalBatch,
  type SignalPage,
  type SignalQuery,
  type SignalsKept,
  type SignalStore,
} from '../../store/signals.ts';
import {
  sql,
  raw,
  putNew,
  inNamespaces,
  isGiven,
  isOfWorkload,
  inList,
  type Row,
  type Database,
  type Sql,
  type Db,
} from './db.ts';

/** Signals that wait for their window, at most: one window of five minutes takes them all. */
const MOST_PENDING = 20_000;
/** Of one user, pod or rule: beyond it they are counted together, so that a flood hides nothing of others. */
const MOST_OF_ONE = 2_000;
/** Different calls that are counted for themselves in a window, of one user and of all. */
const MOST_CALLS_OF_ONE = 200;
const MOST_CALLS = 2_000;
/** Signals that are kept at most, whatever their age. */
const MOST_KEPT = 200_000;
/** Counts of calls are only for the windows that a replay may judge again. */
const COUNTS_KEPT_MS = 2 * DAY_MS;
/** A sender repeats a request within minutes. */
const BATCH_KEPT_MS = 2 * HOUR_MS;

/** The events of other tools of a history. */
export function createSignalStore(database: Database): SignalStore {
  return {
    append: (batch) => database.write((db) => keep(db, batch)),
    close: () => database.close(),
  };
}

async function keep(db: Db, { signals, digest, at }: SignalBatch): Promise<SignalsKept> {
  await db.run`DELETE FROM ops_ingested WHERE at < ${at - BATCH_KEPT_MS}`;
  const isNew =
    await db.run`INSERT INTO ops_ingested (digest, at) VALUES (${digest}, ${at}) ON CONFLICT (digest) DO NOTHING`;
  return isNew === 1 ? appendSignals(db, signals) : { accepted: 0, duplicates: signals.length };
}

/** Keeps signals that are not there yet; counts are added up. @throws SignalsFull */
export async function appendSignals(db: Db, signals: readonly Signal[]): Promise<SignalsKept> {
  const pending = await count(db, raw('applied_at IS NULL'));
  if (pending + signals.length > MOST_PENDING)
    throw new SignalsFull(`${pending} signals wait for the next window already`);
  const room = await Room.read(db);
  const rows = await Rows.read(db, signals);
  let accepted = 0;
  for (const signal of signals) if (keepOne(rows, signal, room)) accepted += 1;
  await rows.write(db);
  return { accepted, duplicates: signals.length - accepted };
}

function keepOne(rows: Rows, signal: Signal, room: Room): boolean {
  const isCount = signal.class === 'api-calls';
  if (isCount && rows.addCount(signal.id, signal.count)) return true;
  if (room.isFor(signal)) {
    const isNew = rows.add(signal);
    if (isNew) room.take(signal);
    return isNew;
  }
  const more = room.isForCalls(signal) ? moreOf(signal) : callsOfOthers(signal);
  if (rows.addCount(more.id, signal.count)) return true;
  const isNew = rows.add(more);
  if (isNew) room.take(more);
  return isNew;
}

/** The rows that a batch of signals may touch, read and written at once: a flood is thousands of them. */
class Rows {
  /** True where it waits for its window. */
  readonly #stored: ReadonlyMap<string, boolean>;
  readonly #added = new Map<string, Signal>();
  readonly #counts = new Map<string, number>();

  private constructor(stored: ReadonlyMap<string, boolean>) {
    this.#stored = stored;
  }

  static async read(db: Db, signals: readonly Signal[]): Promise<Rows> {
    const ids = new Set<string>();
    for (const signal of signals) {
      ids.add(signal.id).add(moreOf(signal).id);
      if (signal.class === 'api-calls') ids.add(callsOfOthers(signal).id);
    }
    const rows = await db.all<{
      readonly id: string;
      readonly waits: number;
    }>`SELECT id, CASE WHEN applied_at IS NULL THEN 1 ELSE 0 END AS waits
      FROM signals
      WHERE id ${inList([...ids])}`;
    return new Rows(new Map(rows.map(({ id, waits }) => [id, waits === 1])));
  }

  /** Adds to what waits already; false where nothing of this id does. */
  addCount(id: string, more: number): boolean {
    const added = this.#added.get(id);
    if (added !== undefined) this.#added.set(id, { ...added, count: added.count + more });
    else if (this.#stored.get(id) === true)
      this.#counts.set(id, more + (this.#counts.get(id) ?? 0));
    else return false;
    return true;
  }

  /** False where there is one of this id. */
  add(signal: Signal): boolean {
    if (this.#stored.has(signal.id) || this.#added.has(signal.id)) return false;
    this.#added.set(signal.id, signal);
    return true;
  }

  async write(db: Db): Promise<void> {
    await putNew(db, 'signals', ['id'], ...[...this.#added.values()].map(signalRow));
    if (this.#counts.size === 0) return;
    // One list is all that a statement takes: a number of fixed width, then the id.
    const counts = [...this.#counts].map(
      ([id, more]) => `${String(more).padStart(COUNT_WIDTH)}${id}`,
    );
    await db.run`UPDATE signals SET count = count + added.more FROM (
        SELECT CAST(substr(value, 1, ${raw(String(COUNT_WIDTH))}) AS BIGINT) AS more, substr(value, ${raw(String(COUNT_WIDTH + 1))}) AS id
        FROM json_each(${JSON.stringify(counts)})) AS added
      WHERE signals.id = added.id AND signals.applied_at IS NULL`;
  }
}

const COUNT_WIDTH = 16;

/** Who one flood of signals comes from, so that it takes no room from others: a user, else a pod or what else is named. */
function originOf({ source, class: what, actor, target, rule }: Signal): string {
  const { namespace, pod, podUid, workload } = target;
  const of = actor.user ?? [namespace, pod ?? podUid ?? workload?.name ?? rule].join('/');
  return `${what === 'api-calls' ? what : source} ${of}`;
}

/** How many signals wait already, by their origin. */
class Room {
  readonly #taken: Map<string, number>;
  #calls: number;

  private constructor(taken: Map<string, number>, calls: number) {
    this.#taken = taken;
    this.#calls = calls;
  }

  static async read(db: Db): Promise<Room> {
    const taken = await db.pairs<string, number>`SELECT origin, count(*) AS n FROM signals
      WHERE applied_at IS NULL GROUP BY origin`;
    const calls = await count(db, raw("applied_at IS NULL AND class = 'api-calls'"));
    return new Room(taken, calls);
  }

  isFor(signal: Signal): boolean {
    const most = signal.class === 'api-calls' ? MOST_CALLS_OF_ONE : MOST_OF_ONE;
    return (this.#taken.get(originOf(signal)) ?? 0) < most && this.isForCalls(signal);
  }

  /** Counts of calls are bounded together, too. */
  isForCalls(signal: Signal): boolean {
    return signal.class !== 'api-calls' || this.#calls < MOST_CALLS;
  }

  take(signal: Signal): void {
    const origin = originOf(signal);
    this.#taken.set(origin, (this.#taken.get(origin) ?? 0) + 1);
    if (signal.class === 'api-calls') this.#calls += 1;
  }
}

/** What is beyond the room of one origin, counted together: what it does still shows, and how often. */
function moreOf(signal: Signal): Signal {
  const { class: what, source, rule, at, actor, facts } = signal;
  if (what !== 'api-calls')
    return {
      ...signal,
      id: digestOf('more', source, originOf(signal), rule, floorTo(at, MINUTE_MS)),
    };
  const { code = '', unlimited } = facts;
  const verb = unlimited === undefined && rule !== 'watch' ? 'other' : rule;
  const isRefused = code.startsWith('4');
  return {
    ...signal,
    id: `${callsPrefix(signal)}:more:${digestOf(actor.user, verb, isRefused ? code : '')}`,
    rule: verb,
    actor: { ...actor, userAgent: 'several programs' },
    facts: { ...facts, resource: 'several', code: isRefused ? code : '' },
  };
}

function callsOfOthers(calls: Signal): Signal {
  return {
    ...calls,
    id: `${callsPrefix(calls)}:others`,
    actor: { user: 'other clients', userAgent: null, sourceIps: [] },
    facts: { resource: 'others' },
  };
}

/** `calls:WINDOW`. */
function callsPrefix({ id }: Signal): string {
  return id.split(':', 2).join(':');
}

function digestOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 24);
}

async function count(db: Db, where: Sql): Promise<number> {
  return (await db.value<number>`SELECT count(*) FROM signals WHERE ${where}`)!;
}

function signalRow(signal: Signal): Row {
  const { id, at, source, count: times, target } = signal;
  const { namespace, podUid, pod, workload, image } = target;
  return {
    id,
    at,
    source,
    class: signal.class,
    namespace,
    pod_uid: podUid,
    pod,
    kind: workload?.kind ?? null,
    name: workload?.name ?? null,
    image,
    origin: originOf(signal),
    count: times,
    signal: JSON.stringify(signal),
  };
}

interface SignalRow {
  readonly signal: string;
  readonly count: number;
}

function toSignal({ signal, count }: SignalRow): Signal {
  return { ...(JSON.parse(signal) as Signal), count };
}

/** Signals that no window has taken up yet and that lie before `until`, in a fixed order. */
export async function pendingSignals(db: Db, until: TimeMs): Promise<readonly Signal[]> {
  return readRows(db, sql`applied_at IS NULL AND at < ${until}`);
}

/** Signals that the window ending at `end` took up. */
export async function signalsAppliedAt(db: Db, end: TimeMs): Promise<readonly Signal[]> {
  return readRows(db, sql`applied_at = ${end}`);
}

async function readRows(db: Db, where: Sql): Promise<readonly Signal[]> {
  return (
    await db.all<SignalRow>`SELECT signal, count FROM signals WHERE ${where} ORDER BY at, id`
  ).map(toSignal);
}

/**
 * Marks signals as taken up by the window that ends at `end`. Calls that were counted while it was judged belong to
 * the next one: they go on in a row of their own.
 */
export async function markTakenUp(db: Db, signals: readonly Signal[], end: TimeMs): Promise<void> {
  if (signals.length === 0) return;
  const byId = new Map(signals.map((signal) => [signal.id, signal]));
  const isOfThem = sql`id ${inList([...byId.keys()])}`;
  const counted = await db.all<Pick<Signal, 'id' | 'count'>>`SELECT id, count
    FROM signals WHERE class = 'api-calls' AND ${isOfThem}`;
  await db.run`UPDATE signals SET applied_at = ${end} WHERE applied_at IS NULL AND ${isOfThem}`;
  const rest: Signal[] = [];
  for (const { id, count: now } of counted) {
    const signal = byId.get(id)!;
    if (now <= signal.count) continue;
    await db.run`UPDATE signals SET count = ${signal.count} WHERE id = ${id}`;
    rest.push({ ...signal, id: `${id}+${end}`, count: now - signal.count });
  }
  await putNew(db, 'signals', ['id'], ...rest.map(signalRow));
}

/** Events of other tools, newest first, a page at a time; counts of calls are none. */
export async function readSignals(db: Db, query: SignalQuery): Promise<SignalPage> {
  const { from, to, limit, offset = 0, namespace, workload, namespaces } = query;
  const of = workload ? ofWorkload(namespace, workload, from) : isGiven('namespace', namespace);
  const where = sql`class <> 'api-calls' AND at >= ${from} AND at < ${to} AND ${inNamespaces(namespaces)}
    AND ${isGiven('source', query.source)} AND ${isGiven('class', query.class)} AND ${of}`;
  const rows = await db.all<SignalRow>`SELECT signal, count FROM signals WHERE ${where}
     ORDER BY at DESC, id DESC LIMIT ${Math.floor(limit)} OFFSET ${Math.floor(offset)}`;
  return { signals: rows.map(toSignal), total: await count(db, where) };
}

/** What names a workload, one of its pods, or nothing but an image that it runs. */
function ofWorkload(namespace: string | null, workload: WorkloadRef, from: TimeMs): Sql {
  const own = (column: string) => sql`IN (SELECT ${raw(column)} FROM containers
    WHERE ${isOfWorkload(namespace, workload)} AND last_hour >= ${from - HOUR_MS})`;
  return sql`((${isOfWorkload(namespace, workload)})
    OR pod_uid ${own('uid')}
    OR (namespace = ${namespace} AND pod ${own('pod')})
    OR (namespace IS NULL AND pod_uid IS NULL AND image <> '' AND image ${own('image')}))`;
}

/** Drops signals that are older than the windows, old counts, and the oldest of too many; what waits stays. */
export async function pruneSignals(db: Db, before: TimeMs): Promise<void> {
  await db.run`DELETE FROM signals WHERE at < ${before} AND applied_at IS NOT NULL`;
  const newest = (await db.value<TimeMs | null>`SELECT max(applied_at) AS at FROM signals`) ?? 0;
  await db.run`DELETE FROM signals WHERE class = 'api-calls' AND applied_at < ${newest - COUNTS_KEPT_MS}`;
  const kept = await count(db, raw('TRUE'));
  if (kept <= MOST_KEPT) return;
  await db.run`DELETE FROM signals WHERE seq IN (
       SELECT seq FROM signals WHERE applied_at IS NOT NULL
       ORDER BY CASE WHEN class = 'api-calls' THEN 0 ELSE 1 END, at LIMIT ${kept - MOST_KEPT})`;
}
