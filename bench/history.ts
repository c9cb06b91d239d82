/**
 * How fast the history is written and read, and how large it grows. Run:
 * `npx node bench/history.ts [backfill|live|costs]` (all by default; minutes and some GB of disk).
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { effectiveCosts } from '../src/cost/bill/effectiveCosts.ts';
import type { HistoryReader } from '../src/store/history.ts';
import { openBillStore, openHistoryReader, openHistoryWriter } from '../src/engines/openHistory.ts';
import { DAY_MS, HOUR_MS } from '../src/model/time.ts';
import { madeUpWindows, WINDOW_MS, type MadeUpCluster } from '../test/support/madeUpWindows.ts';
import { buildHours, START } from './bigHistory.ts';

const BATCH = 72;

const THOUSAND: MadeUpCluster = {
  pods: 500,
  containersPerPod: 2,
  podsPerWorkload: 3,
  nodes: 40,
  namespaces: 25,
  seed: 1,
  rolloutEvery: 600,
};
const TEN_THOUSAND: MadeUpCluster = {
  ...THOUSAND,
  pods: 10_000,
  containersPerPod: 1,
  nodes: 400,
  namespaces: 100,
  rolloutEvery: 0,
};

const wanted = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'burnwatch-bench-'));
try {
  if (wanted === undefined || wanted === 'backfill') await backfill();
  if (wanted === undefined || wanted === 'live') await live();
  if (wanted === undefined || wanted === 'costs') await costs();
} finally {
  rmSync(folder, { recursive: true });
}

/** 14 days of 1,000 containers in batches of six hours. */
async function backfill(): Promise<void> {
  const path = join(folder, 'backfill.db');
  const writer = await open(path);
  const windows = 4_032;
  let cpu = 0;
  for (let at = 0; at < windows; at += BATCH) {
    const batch = madeUpWindows(THOUSAND, START + at * WINDOW_MS, BATCH);
    cpu += await cpuSeconds(() => writer.recordWindows(batch));
  }
  await writer.close();
  const rows = windows * 1_000;
  print('backfill 1,000 containers × 4,032 windows', `${cpu.toFixed(1)} s of CPU`);
  const size = statSync(path).size;
  print('  file', `${(size / 1e6).toFixed(0)} MB, ${(size / rows).toFixed(1)} bytes a window row`);
  await sizes(path, rows);
}

/** One window of 10,000 containers at a time, over an hour's and a day's end. */
async function live(): Promise<void> {
  const path = join(folder, 'live.db');
  const writer = await open(path);
  const from = START + DAY_MS - 2 * HOUR_MS;
  const times: number[] = [];
  for (let index = 0; index < 26; index += 1) {
    const [record] = madeUpWindows(TEN_THOUSAND, from + index * WINDOW_MS, 1);
    const began = performance.now();
    await writer.recordWindows([record!]);
    times.push(performance.now() - began);
  }
  await writer.close();
  const usual = times.toSorted((a, b) => a - b);
  print('live window of 10,000 containers, median', `${usual[13]!.toFixed(0)} ms`);
  print('  each', times.map((time) => time.toFixed(0)).join(' '));
}

/** Questions over 90 days of 10,000 containers on 400 nodes, in 3,334 workloads and 100 namespaces. */
async function costs(): Promise<void> {
  const path = join(folder, 'costs.db');
  const days = 90;
  const began = performance.now();
  await (await open(path)).close();
  await buildHours(path, days, 10_000);
  const built = (performance.now() - began) / 1e3;
  const size = (statSync(path).size / 1e6).toFixed(0);
  print('history of 90 days × 10,000 containers', `${size} MB, built in ${built.toFixed(0)} s`);
  const end = START + days * DAY_MS;
  const day = { from: START, to: end };
  const edges = { from: START + 7 * HOUR_MS, to: end - 5 * HOUR_MS };
  const all = ['namespace', 'workload', 'owner', 'node', 'container', 'label:team'] as const;
  for (const by of all) {
    await timed(path, `whole days by ${by}`, (reader) =>
      reader.costs({ ...day, by: [by], namespaces: null }),
    );
  }
  await timed(path, 'whole days by namespace, node', (reader) =>
    reader.costs({ ...day, by: ['namespace', 'node'], namespaces: null }),
  );
  await timed(path, 'hours at both edges, by namespace', (reader) =>
    reader.costs({ ...edges, by: ['namespace'], namespaces: null }),
  );
  await timed(path, 'one namespace of a hundred, by workload', (reader) =>
    reader.costs({ ...day, by: ['workload'], namespaces: ['ns-7'] }),
  );
  await billEveryDay(path, days);
  await timed(path, 'effective basis, a bill for every day and node, by namespace', (reader) =>
    effectiveCosts(reader, { ...day, by: ['namespace'], namespaces: null }),
  );
  const hours = Array.from({ length: days * 24 + 1 }, (_, hour) => START + hour * HOUR_MS);
  await timed(path, 'each of 2,160 hours, by namespace', (reader) =>
    reader.costSeries({ boundaries: hours, by: ['namespace'], namespaces: null }),
  );
  const localDays = Array.from({ length: days }, (_, day) => START + day * DAY_MS + 5 * HOUR_MS);
  await timed(path, 'each of 89 days that begin at 05:00, by workload', (reader) =>
    reader.costSeries({ boundaries: localDays, by: ['workload'], namespaces: null }),
  );
}

/** A bill that names every node on every day. */
async function billEveryDay(path: string, days: number): Promise<void> {
  const store = await openBillStore(path);
  const nodes = new Map(Array.from({ length: 400 }, (_, node) => [`node-${node}`, 5e9]));
  const bills = Array.from({ length: days }, (_, day) => ({
    day: START + day * DAY_MS,
    totalNano: 400 * 5e9,
    poolNano: 0,
    parts: { storageNano: 0, networkNano: 0, loadBalancerNano: 0 },
    reasons: new Map<string, number>(),
    nodes,
    namespaces: new Map<string, number>(),
  }));
  await store.importDays({ source: 'bench', days: bills, reopen: false, at: 0 });
  await store.close();
}

async function timed(
  path: string,
  what: string,
  work: (reader: HistoryReader) => Promise<unknown>,
): Promise<void> {
  const reader = await openHistoryReader(path);
  const began = performance.now();
  const cpu = await cpuSeconds(() => work(reader));
  const wall = performance.now() - began;
  print(`  ${what}`, `${wall.toFixed(0)} ms, of CPU ${(cpu * 1e3).toFixed(0)} ms`);
  await reader.close();
}

function open(path: string) {
  const identity = { cluster: 'bench', currency: 'USD', windowMs: WINDOW_MS };
  return openHistoryWriter({ path, ...identity, command: 'bench', clock: () => 0 });
}

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function sizes(path: string, rows: number): Promise<void> {
  const { default: Database } = await import('better-sqlite3');
  const db = new Database(path, { readonly: true });
  for (const table of ['usage_pages', 'cost_hours', 'cost_days', 'node_windows', 'node_hours']) {
    const { pages, bytes } = db
      .prepare(`SELECT count(*) AS pages, total(length(page)) AS bytes FROM ${table}`)
      .get() as { pages: number; bytes: number };
    const a = `${pages} pages, ${(bytes / 1e6).toFixed(1)} MB, ${(bytes / pages).toFixed(0)} bytes a page`;
    print(`  ${table}`, `${a}, ${(bytes / rows).toFixed(1)} a window row`);
  }
  db.close();
}

function print(what: string, figure: string): void {
  process.stdout.write(`${what}: ${figure}\n`);
}
