import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { query, startPostgres } from '../demo/postgresServer.ts';
import { openLeaderWriter } from '../src/engines/postgres/writerDatabase.ts';
import type { WriterDatabase } from '../src/engines/sql/db.ts';
import { openWriterFile } from '../src/engines/sqlite/writerDatabase.ts';
import { openHistoryWriter } from '../src/engines/openHistory.ts';
import type { HistoryWriter } from '../src/store/history.ts';
import { parsePostgresLocation, postgresLocation } from '../src/store/historyLocation.ts';
import { WINDOW_MS, type MadeUpCluster } from '../test/support/madeUpWindows.ts';

export const ENGINES = ['SQLite', 'PostgreSQL'] as const;
export type EngineName = (typeof ENGINES)[number];

/** Where a bench keeps its histories: in files, or in a PostgreSQL of its own with Debian’s settings but for `fsync=off`. */
export interface BenchEngine extends AsyncDisposable {
  readonly name: EngineName;
  /** An empty folder that goes with it. */
  readonly folder: string;
  /** Where the history of this name is. */
  location(history: string): string;
}

/** The engines that a command line names (`sqlite`, `postgresql`), both by default. @throws Error for another name */
export function enginesOf(given: string | undefined): readonly EngineName[] {
  if (given === undefined) return ENGINES;
  const found = ENGINES.find((name) => name.toLowerCase() === given.toLowerCase());
  if (found === undefined) throw new Error(`${given} is no engine: ${ENGINES.join(', ')}`);
  return [found];
}

export async function startEngine(name: EngineName): Promise<BenchEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'burnwatch-bench-'));
  const server = name === 'SQLite' ? null : await startPostgres();
  const url = await server?.database();
  return {
    name,
    folder,
    location: (history) =>
      url === undefined ? join(folder, `${history}.db`) : postgresLocation(url, history),
    [Symbol.asyncDispose]: async () => {
      await server?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Opens a history for writing as the cluster `bench`. */
export function openWriter(path: string): Promise<HistoryWriter> {
  const identity = { cluster: 'bench', currency: 'USD', windowMs: WINDOW_MS };
  return openHistoryWriter({ path, ...identity, command: 'bench', clock: () => 0 });
}

/** Opens the tables of a history, which must exist. */
export async function openTables(path: string): Promise<WriterDatabase> {
  const holder = { command: 'bench', since: '' };
  const location = parsePostgresLocation(path);
  return location === null
    ? openWriterFile({ path, holder: { ...holder, pid: process.pid } })
    : openLeaderWriter({ location, ...holder });
}

/** Of a history, indexes included. */
export async function bytesOf(path: string): Promise<number> {
  const location = parsePostgresLocation(path);
  if (location === null) return statSync(path).size;
  const sql = `SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c
    WHERE relkind = 'r' AND relnamespace = '${location.schema}'::regnamespace`;
  return Number((await query<{ bytes: string }>(location.url, sql))[0]!.bytes);
}

/** A made-up cluster of pods with one container, 25 on a node. */
export function clusterOf(containers: number): MadeUpCluster {
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

export function print(what: string, figure: string): void {
  process.stdout.write(`${what}: ${figure}\n`);
}
