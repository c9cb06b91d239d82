/**
 * Both engines side by side: `node bench/engines.ts [cycle [CONTAINERS]|fleet|costs]` (all by default; needs PostgreSQL, some GB of disk).
 * PostgreSQL runs with Debian’s settings but for `fsync=off`, on the same machine.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  migrateHistory,
  openHistoryReader,
  openHistoryWriter,
} from '../src/engines/openHistory.ts';
import { DAY_MS, HOUR_MS } from '../src/model/time.ts';
import type { HistoryReader, HistoryWriter } from '../src/store/history.ts';
import { parsePostgresLocation, postgresLocation } from '../src/store/historyLocation.ts';
import { madeUpWindows, WINDOW_MS, type MadeUpCluster } from '../test/support/madeUpWindows.ts';
import { query, startPostgres } from '../demo/postgresServer.ts';
import { buildHours, START } from './bigHistory.ts';

const ENGINES = ['SQLite', 'PostgreSQL'] as const;
const DAYS = 90;
const SIZES = process.argv[3] === undefined ? [1_000, 10_000, 100_000] : [Number(process.argv[3])];

const wanted = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'burnwatch-bench-'));
const server = await startPostgres();
const url = await server.database();
try {
  if (wanted === undefined || wanted === 'cycle')
    for (const containers of SIZES) await cycle(containers);
  if (wanted === undefined || wanted === 'fleet') await fleet(20, 5_000);
  if (wanted === undefined || wanted === 'costs') await costs(10_000);
} finally {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
}

function clusterOf(containers: number): MadeUpCluster {
  return {
    pods: containers,
    containersPerPod: 1,
    podsPerWorkload: 3,
    nodes: Math.ceil(containers / 25),
    namespaces: 100,
    seed: 1,
    rolloutEvery: 0,
  };
}

function locationOf(engine: (typeof ENGINES)[number], name: string): string {
  return engine === 'SQLite' ? join(folder, `${name}.db`) : postgresLocation(url, name);
}

function identity(path: string) {
  const made = { cluster: 'bench', currency: 'USD', windowMs: WINDOW_MS };
  return { path, ...made, command: 'bench', clock: () => 0 };
}

/** An hour and a window of one cluster, window by window, over the end of the hour. */
async function cycle(containers: number): Promise<void> {
  for (const engine of ENGINES) {
    const path = locationOf(engine, `cycle-${containers}`);
    const writer = await openHistoryWriter(identity(path));
    const times: number[] = [];
    const windows = containers < 100_000 ? 13 : 3;
    for (let index = 0; index < windows; index += 1) {
      const records = madeUpWindows(clusterOf(containers), START + index * WINDOW_MS, 1);
      times.push(await timed(() => writer.recordWindows(records)));
    }
    await writer.close();
    const bytes = (await sizeOf(path)) / (windows * containers);
    print(
      `${containers} containers, ${engine}`,
      `median ${median(times)}, highest ${ms(Math.max(...times))} a window; ${bytes.toFixed(0)} bytes a window row; ${memory()}`,
    );
  }
}

/** One window of each of many clusters, one after the other, as their daemons write them within five minutes. */
async function fleet(clusters: number, containers: number): Promise<void> {
  for (const engine of ENGINES) {
    const writers: HistoryWriter[] = [];
    for (let index = 0; index < clusters; index += 1)
      writers.push(await openHistoryWriter(identity(locationOf(engine, `fleet-${index}`))));
    const rounds: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const records = madeUpWindows(clusterOf(containers), START + round * WINDOW_MS, 1);
      rounds.push(
        await timed(async () => {
          for (const writer of writers) await writer.recordWindows(records);
        }),
      );
    }
    for (const writer of writers) await writer.close();
    print(
      `${clusters} clusters of ${containers} containers, ${engine}`,
      `median ${median(rounds)}, highest ${ms(Math.max(...rounds))} for a window of all; ${memory()}`,
    );
  }
}

/** Questions over 90 days, and the copy of their history. */
async function costs(containers: number): Promise<void> {
  const file = locationOf('SQLite', 'costs');
  await (await openHistoryWriter(identity(file))).close();
  await buildHours(file, DAYS, containers);
  const copy = locationOf('PostgreSQL', 'costs');
  const took = await timed(async () => {
    for await (const table of migrateHistory(identity(file), copy)) void table;
  });
  print(`migrate-history of ${DAYS} days × ${containers} containers`, ms(took));
  for (const path of [file, copy])
    print(`size of ${engineOf(path)}`, `${((await sizeOf(path)) / 1e6).toFixed(0)} MB`);
  const span = { from: START, to: START + DAYS * DAY_MS };
  const edges = { from: span.from + 7 * HOUR_MS, to: span.to - 5 * HOUR_MS };
  const questions: Readonly<Record<string, (reader: HistoryReader) => Promise<unknown>>> = {
    'by namespace': (reader) => reader.costs({ ...span, by: ['namespace'], namespaces: null }),
    'by workload': (reader) => reader.costs({ ...span, by: ['workload'], namespaces: null }),
    'by namespace, hours at both edges': (reader) =>
      reader.costs({ ...edges, by: ['namespace'], namespaces: null }),
    'one namespace of a hundred, by workload': (reader) =>
      reader.costs({ ...span, by: ['workload'], namespaces: ['ns-7'] }),
  };
  for (const [name, ask] of Object.entries(questions)) {
    for (const path of [file, copy]) {
      const reader = await openHistoryReader(path);
      const times: number[] = [];
      for (let again = 0; again < 12; again += 1) times.push(await timed(() => ask(reader)));
      await reader.close();
      print(
        `costs ${name}, ${engineOf(path)}`,
        `median ${median(times)}, highest ${ms(Math.max(...times))}`,
      );
    }
  }
}

function engineOf(path: string): string {
  return parsePostgresLocation(path) === null ? 'SQLite' : 'PostgreSQL';
}

async function sizeOf(path: string): Promise<number> {
  const location = parsePostgresLocation(path);
  if (location === null) return statSync(path).size;
  const sql = `SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c
    WHERE relkind = 'r' AND relnamespace = '${location.schema}'::regnamespace`;
  return Number((await query<{ bytes: string }>(url, sql))[0]!.bytes);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function median(times: readonly number[]): string {
  return ms(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!);
}

function ms(time: number): string {
  return time < 10_000 ? `${time.toFixed(0)} ms` : `${(time / 1e3).toFixed(0)} s`;
}

function memory(): string {
  return `${(process.memoryUsage().rss / 1e6).toFixed(0)} MB of memory`;
}

function print(what: string, figure: string): void {
  process.stdout.write(`${what}: ${figure}\n`);
}
