/**
 * How fast the history is written and read, and how large it grows. Run:
 * `npx node bench/history.ts [backfill|live|costs] [--engine sqlite|postgresql] [--containers 10000] [--days 90]
 * [--hours DAYS]` (all and both by default; minutes and some GB of disk).
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { openBillStore } from '../src/engines/openHistory.ts';
import { DAY_MS, HOUR_MS, type TimeMs } from '../src/model/time.ts';
import { madeUpWindows, WINDOW_MS, type MadeUpCluster } from '../test/support/madeUpWindows.ts';
import { QUESTIONS, type CostTimes } from './askCosts.ts';
import { buildHistory, START } from './bigHistory.ts';
import {
  bytesOf,
  clusterOf,
  enginesOf,
  openWriter,
  print,
  startEngine,
  type BenchEngine,
} from './engine.ts';

const BATCH = 72;

const THOUSAND: MadeUpCluster = {
  ...clusterOf(1_000),
  pods: 500,
  containersPerPod: 2,
  namespaces: 25,
  rolloutEvery: 600,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string' },
    containers: { type: 'string', default: '10000' },
    days: { type: 'string', default: '90' },
    hours: { type: 'string' },
  },
});
const [wanted] = positionals;
const containers = Number(values.containers);
for (const name of enginesOf(values.engine)) {
  await using engine = await startEngine(name);
  process.stdout.write(`${name}\n`);
  if (wanted === undefined || wanted === 'backfill') await backfill(engine);
  if (wanted === undefined || wanted === 'live') await live(engine);
  if (wanted === undefined || wanted === 'costs') await costs(engine);
}

/** 14 days of 1,000 containers in batches of six hours. */
async function backfill(engine: BenchEngine): Promise<void> {
  const path = engine.location('backfill');
  const writer = await openWriter(path);
  const windows = 4_032;
  let cpu = 0;
  for (let at = 0; at < windows; at += BATCH) {
    const batch = madeUpWindows(THOUSAND, START + at * WINDOW_MS, BATCH);
    cpu += await cpuSeconds(() => writer.recordWindows(batch));
  }
  await writer.close();
  const rows = windows * 1_000;
  print('backfill 1,000 containers × 4,032 windows', `${cpu.toFixed(1)} s of CPU`);
  const size = await bytesOf(path);
  print(
    '  history',
    `${(size / 1e6).toFixed(0)} MB, ${(size / rows).toFixed(1)} bytes a window row`,
  );
}

/** One window at a time, over an hour's and a day's end. */
async function live(engine: BenchEngine): Promise<void> {
  const writer = await openWriter(engine.location('live'));
  const from = START + DAY_MS - 2 * HOUR_MS;
  const times: number[] = [];
  for (let index = 0; index < 26; index += 1) {
    const [record] = madeUpWindows(clusterOf(containers), from + index * WINDOW_MS, 1);
    const began = performance.now();
    await writer.recordWindows([record!]);
    times.push(performance.now() - began);
  }
  await writer.close();
  const usual = times.toSorted((a, b) => a - b);
  print(`live window of ${containers} containers, median`, `${usual[13]!.toFixed(0)} ms`);
  print('  each', times.map((time) => time.toFixed(0)).join(' '));
}

/** Questions over all days, in a third as many workloads and 100 namespaces; each is asked in a process of its own. */
async function costs(engine: BenchEngine): Promise<void> {
  const path = engine.location('costs');
  const days = Number(values.days);
  const hourDays = Number(values.hours ?? days);
  const began = performance.now();
  const end = await buildHistory(path, { days, containers, hourDays });
  const built = (performance.now() - began) / 1e3;
  const size = ((await bytesOf(path)) / 1e6).toFixed(0);
  print(
    `history of ${days} days × ${containers} containers, hours of ${hourDays} days`,
    `${size} MB, built in ${built.toFixed(0)} s`,
  );
  // Hours that are not kept cannot be asked about.
  const asked = Object.keys(QUESTIONS).filter(
    (question) => hourDays === days || !/hour|05:00|bill/.test(question),
  );
  if (asked.some((question) => question.includes('bill'))) await billEveryDay(path, days);
  for (const question of asked) {
    const { ms, cpuMs, rssBytes } = await ask(path, question, end);
    const [first, ...again] = ms.map((each) => each.toFixed(0));
    const rss = `${(rssBytes / 1e6).toFixed(0)} MB`;
    print(
      `  ${question}`,
      `${first} ms, then ${again.join(', ')}; CPU ${cpuMs.toFixed(0)} ms, ${rss}`,
    );
  }
}

async function ask(path: string, question: string, end: TimeMs): Promise<CostTimes> {
  const child = fork(new URL('askCosts.ts', import.meta.url), [path, question, String(end)]);
  const [times] = (await once(child, 'message')) as [CostTimes];
  await once(child, 'exit');
  return times;
}

/** A bill that names every node on every day. */
async function billEveryDay(path: string, days: number): Promise<void> {
  const store = await openBillStore(path);
  const count = Math.ceil(containers / 25);
  const nodes = new Map(Array.from({ length: count }, (_, node) => [`node-${node}`, 5e9]));
  const bills = Array.from({ length: days }, (_, day) => ({
    day: START + day * DAY_MS,
    totalNano: count * 5e9,
    poolNano: 0,
    parts: { storageNano: 0, networkNano: 0, loadBalancerNano: 0 },
    reasons: new Map<string, number>(),
    nodes,
    namespaces: new Map<string, number>(),
  }));
  await store.importDays({ source: 'bench', days: bills, reopen: false, at: 0 });
  await store.close();
}

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
