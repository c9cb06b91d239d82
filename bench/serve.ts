/**
 * How fast the pages answer over a large history while windows are being sealed beside them. Run:
 * `npx node bench/serve.ts [--engine sqlite|postgresql] [--containers 10000] [--days 90] [--hours DAYS] [--seconds 30]` (both engines by
 * default; minutes and some GB of disk).
 *
 * The server runs as in the daemon: pages in this process, questions and the sealing of windows in threads of
 * their own, the load from another process. Requests are sent by the clock (50 a second, whatever the
 * answers do), and each is timed from when it was due, so that a stall counts for all that wait for it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import pino from 'pino';
import { configSchema } from '../src/daemon/config/schema.ts';
import { loadThresholds } from '../src/daemon/config/loadThresholds.ts';
import { responseParts } from '../src/daemon/responses.ts';
import { openStores } from '../src/daemon/openStores.ts';
import { openHistoryReader } from '../src/engines/openHistory.ts';
import { createApp } from '../src/serve/app.ts';
import { listen } from '../src/serve/listen.ts';
import { QuestionPool } from '../src/serve/questions/questionPool.ts';
import { aFinding, madeUpWindows, WINDOW_MS } from '../test/support/madeUpWindows.ts';
import { buildHistory } from './bigHistory.ts';
import { bytesOf, clusterOf, enginesOf, openWriter, print, startEngine } from './engine.ts';
import type { LoadResult } from './serveLoad.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string' },
    containers: { type: 'string', default: '10000' },
    days: { type: 'string', default: '90' },
    hours: { type: 'string' },
    seconds: { type: 'string', default: '30' },
  },
});
const containers = Number(values.containers);
const days = Number(values.days);
const hourDays = Number(values.hours ?? days);
const RATE = 50;
const seconds = Number(values.seconds);
/** Real windows at the end: what a finding's chart of the last hours is drawn from. */
const WINDOWS = 36;

for (const name of enginesOf(values.engine)) {
  await using engine = await startEngine(name);
  process.stdout.write(`${name}\n`);
  await main(engine.location('bench'));
}

async function main(path: string): Promise<void> {
  const began = performance.now();
  const watermark = await build(path);
  const size = ((await bytesOf(path)) / 1e6).toFixed(0);
  print(
    `history of ${days} days × ${containers} containers, hours of ${hourDays} days, ${WINDOWS} of its windows whole`,
    `${size} MB, built in ${((performance.now() - began) / 1e3).toFixed(0)} s`,
  );
  const log = pino({ level: 'error' });
  const config = configSchema.parse({
    cluster: 'bench',
    history: { path },
    prometheus: { url: 'http://127.0.0.1:9', attempts: 1 },
  });
  const reader = await openHistoryReader(path);
  const stores = await openStores(path, log);
  const thresholds = loadThresholds([]);
  const pool = new QuestionPool({ config, thresholds }, reader, log);
  const app = createApp(
    {
      config: () => config,
      reader,
      stores,
      responses: responseParts(() => config, stores, new AbortController().signal),
      questions: pool.questions,
      authenticators: [],
      now: Date.now,
      reload: () => Promise.resolve(),
    },
    log,
    '0.0.0',
  );
  const listener = await listen(app.fetch, { host: '127.0.0.1', port: 0 }, 'bench');
  try {
    const url = listener.url.replace('127.0.0.1', 'localhost');
    for (const target of ['/', '/findings/bench-1', '/findings']) {
      const first = await time(`${url}${target}`);
      print(`${target}, first time`, `${first.toFixed(0)} ms`);
    }
    for (const target of ['/', '/findings/bench-1', '/findings']) {
      report(target, 'nothing else runs', await load(url + target));
    }
    let end = watermark;
    for (const pauseMs of [5_000, 0]) end = await beside(path, end, pauseMs, url);
  } finally {
    await listener.close();
    await pool.close();
    await stores.close();
    await reader.close();
  }
}

/** The same while windows are sealed in a thread; returns the end of the last one. */
async function beside(
  path: string,
  watermark: number,
  pauseMs: number,
  url: string,
): Promise<number> {
  const worker = new Worker(new URL('./sealWorker.ts', import.meta.url), {
    workerData: { path, watermark, pauseMs, containers },
  });
  await once(worker, 'message');
  const how = pauseMs === 0 ? 'without a pause' : `every ${pauseMs / 1_000} s`;
  for (const target of ['/', '/findings/bench-1'])
    report(target, `windows are sealed ${how}`, await load(url + target));
  const ended = once(worker, 'message') as Promise<
    [{ readonly sealed: number; readonly watermark: number }]
  >;
  worker.postMessage('stop');
  const [{ sealed, watermark: end }] = await ended;
  print(`  windows of ${containers} containers sealed meanwhile`, String(sealed));
  await worker.terminate();
  return end;
}

async function build(path: string): Promise<number> {
  let from = await buildHistory(path, { days, containers, hourDays });
  const writer = await openWriter(path);
  for (let index = 0; index < WINDOWS; index += 1) {
    await writer.recordWindows(madeUpWindows(clusterOf(containers), from, 1));
    from += WINDOW_MS;
  }
  const findings = Array.from({ length: 1_000 }, (_, index) => {
    const finding = aFinding(`bench-${index}`, from - 12 * WINDOW_MS);
    const workload = { kind: 'Deployment', name: `app-${index}` };
    const scope = { ...finding.scope, namespace: `ns-${index % 100}`, workload };
    return { ...finding, cluster: 'bench', lastSeen: from, scope };
  });
  await writer.recordFindings(
    findings,
    findings.map((finding) => ({
      type: 'opened',
      at: finding.firstSeen,
      finding,
      reason: 'made up',
    })),
  );
  await writer.close();
  return from;
}

async function time(url: string): Promise<number> {
  const began = performance.now();
  const answer = await fetch(url);
  await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return performance.now() - began;
}

/** What a load came to, with the CPU that this thread, the server's, spent on it. */
interface Measured extends LoadResult {
  readonly cpuMs: number;
}

/** Lets another process ask. */
async function load(url: string): Promise<Measured> {
  const before = process.threadCpuUsage();
  const child = fork(new URL('./serveLoad.ts', import.meta.url), [
    url,
    String(RATE),
    String(seconds),
  ]);
  const [result] = (await once(child, 'message')) as [LoadResult];
  const { user, system } = process.threadCpuUsage(before);
  return { ...result, cpuMs: (user + system) / 1_000 };
}

function report(
  target: string,
  beside: string,
  { times, failures, reasons, cpuMs }: Measured,
): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  print(
    `${target} at ${RATE}/s, ${beside}`,
    `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms over ${times.length} requests, ${failures} failed; ${(cpuMs / (times.length + failures)).toFixed(1)} ms of CPU each`,
  );
  for (const reason of reasons) print('  failed with', reason);
}
