import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { freePort } from '../../demo/freePort.ts';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { MINUTE_MS, SECOND_MS } from '../../src/model/time.ts';
import { HistoryError } from '../../src/store/history.ts';
import { postgresLocation } from '../../src/store/historyLocation.ts';
import { TestClock } from '../../test/support/clock.ts';
import { startBurnwatch, type CliOptions, type CliProcess } from '../../test/support/cli.ts';
import { bytesOf } from '../engine.ts';
import type { LoadResult } from '../serveLoad.ts';
import { commandCpuSeconds } from './commands.ts';
import { figuresOf, type ProcessFigures } from './processFigures.ts';
import { FIRST_WINDOW, WINDOW_MS } from './store.ts';
import type { AskedQuery, StoreProxy, StoreTally } from './storeProxy.ts';

const CLOCK = resolve(import.meta.dirname, '../../test/support/shiftedClock.ts');
/** What the image sets. */
const IMAGE_OPTIONS = '--max-semi-space-size=4';
const IMAGE_ENV = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' };
const LOAD = resolve(import.meta.dirname, '../serveLoad.ts');
const COSTS_PER_SECOND = 50;
const COSTS_SECONDS = 20;
const SETTLE_MS = 120 * SECOND_MS;
/** Longer takes a window only where something is broken. */
const LONGEST_WINDOW_MS = 20 * MINUTE_MS;

/** What one live window took. */
export interface WindowFigures {
  readonly cpuMs: number;
  readonly storeCpuMs: number;
  readonly rssBytes: number;
  readonly writtenBytes: number;
  readonly store: StoreTally;
  readonly asked: readonly AskedQuery[];
}

export interface LiveRun {
  readonly windows: readonly WindowFigures[];
  /** The most that the daemon had at once in the windows, and with the cost questions after them. */
  readonly peakRssBytes: number;
  readonly peakRssWithCostsBytes: number;
  /** Questions about costs at a fixed rate, while a further window is sealed: milliseconds from when each was due. */
  readonly costs: LoadResult;
  /** Of the file or the schema, once the daemon has ended. */
  readonly historyBytes: number;
  /** From the start of the daemon on this history until it is ready, milliseconds on the wall. */
  readonly readyMs: number;
  /** From then until costs are answered, while the overview is asked four times and a window is sealed. */
  readonly firstAnswerMs: number;
  readonly helpCpuSeconds: number;
  readonly findingsCpuSeconds: number;
}

export interface LiveOptions {
  readonly folder: string;
  readonly proxy: StoreProxy;
  readonly storePid: number;
  readonly windows: number;
  /** An empty database of PostgreSQL, in place of a file. */
  readonly database?: string;
  /** The `burnwatch` that is measured. */
  readonly program: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs the real daemon over live windows, one after the other: its clock jumps a window each time the last one is
 * sealed. Pages and the API are asked beside it.
 */
export async function runDaemon(options: LiveOptions): Promise<LiveRun> {
  const { folder, proxy, storePid, database } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'burnwatch.db');
  const history = database === undefined ? path : postgresLocation(database, 'bench');
  const [pages, probes] = [await freePort(), await freePort()];
  const sealedAt = (end: number) => end + SETTLE_MS + SECOND_MS;
  const clock = new TestClock(join(folder, 'clock'), sealedAt(FIRST_WINDOW));
  const jumpTo = (end: number) => clock.set(sealedAt(end));
  const config = {
    cluster: 'bench',
    prometheus: { url: proxy.url },
    workloads: { source: 'prometheus' },
    history: database === undefined ? { path } : { url: database },
    schedule: { cycle: '* * * * * *', initialBackfill: '5m' },
    serve: { listen: `127.0.0.1:${pages}`, probes: `127.0.0.1:${probes}` },
  };
  await writeFile(join(folder, 'burnwatch.yaml'), stringify(config));
  // As JavaScript: reading one file of TypeScript takes 15 MB in each thread.
  const shiftedClock = join(folder, 'shiftedClock.mjs');
  await writeFile(shiftedClock, stripTypeScriptTypes(await readFile(CLOCK, 'utf8')));
  const cli: CliOptions = { cwd: folder, program: options.program };
  const atClock: CliOptions = {
    ...cli,
    env: {
      ...clock.env,
      ...IMAGE_ENV,
      NODE_OPTIONS: `--import ${shiftedClock} ${IMAGE_OPTIONS}`,
      ...options.env,
    },
  };
  const start = (): CliProcess => startBurnwatch(['run', '--log-format', 'json'], atClock);
  const daemon = start();
  let problem: string | null = null;
  void daemon.ended.then(({ stderr }) => (problem = `the daemon ended:\n${stderr.slice(-2_000)}`));
  const sealed = async (end: number): Promise<void> => {
    const giveUpAt = performance.now() + LONGEST_WINDOW_MS;
    for (
      let last: number | null = null;
      last === null || last < end;
      last = await lastSealed(history)
    ) {
      if (problem !== null) throw new Error(problem);
      if (performance.now() > giveUpAt) throw new Error(`no window sealed:\n${daemon.stderr}`);
      await sleep(100);
    }
  };
  try {
    await sealed(FIRST_WINDOW);
    const windows: WindowFigures[] = [];
    let before = await bothFigures(daemon.pid, storePid);
    proxy.take();
    for (let window = 1; window <= options.windows; window += 1) {
      const end = FIRST_WINDOW + window * WINDOW_MS;
      jumpTo(end);
      await sealed(end);
      await usePages(`http://127.0.0.1:${pages}`);
      const after = await bothFigures(daemon.pid, storePid);
      const { tally: store, asked } = proxy.take();
      windows.push({
        cpuMs: after.own.cpuMs - before.own.cpuMs,
        storeCpuMs: after.store.cpuMs - before.store.cpuMs,
        rssBytes: after.own.rssBytes,
        writtenBytes: after.own.writtenBytes - before.own.writtenBytes,
        store,
        asked,
      });
      before = after;
    }
    const { peakRssBytes } = await figuresOf(daemon.pid);
    jumpTo(FIRST_WINDOW + (options.windows + 1) * WINDOW_MS);
    const costs = await askCosts(`http://127.0.0.1:${pages}`);
    const { peakRssBytes: peakRssWithCostsBytes } = await figuresOf(daemon.pid);
    daemon.kill('SIGTERM');
    await daemon.ended;
    const historyBytes = await bytesOf(history);
    jumpTo(FIRST_WINDOW + (options.windows + 2) * WINDOW_MS);
    return {
      windows,
      peakRssBytes,
      peakRssWithCostsBytes,
      costs,
      historyBytes,
      ...(await timesOfStart(start, `http://127.0.0.1:${probes}`, `http://127.0.0.1:${pages}`)),
      helpCpuSeconds: await commandCpuSeconds(['--help'], cli),
      findingsCpuSeconds: await commandCpuSeconds(['findings'], cli),
    };
  } finally {
    await daemon[Symbol.asyncDispose]();
  }
}

async function bothFigures(
  own: number,
  store: number,
): Promise<{ readonly own: ProcessFigures; readonly store: ProcessFigures }> {
  return { own: await figuresOf(own), store: await figuresOf(store) };
}

/** End of the last sealed window; null while there is none. */
async function lastSealed(history: string): Promise<number | null> {
  try {
    const reader = await openHistoryReader(history);
    const { watermark } = await reader.status();
    await reader.close();
    return watermark;
  } catch (error) {
    // The daemon has not made it yet.
    if (error instanceof HistoryError) return null;
    throw error;
  }
}

/** What whoever has a browser open asks for, and a script each window. */
async function usePages(url: string): Promise<void> {
  for (const path of ['/', '/api/v1/costs?window=1h', '/api/v1/findings', '/costs'])
    await (await fetch(`${url}${path}`)).arrayBuffer();
}

/** What dashboards ask, by a process of its own. */
async function askCosts(url: string): Promise<LoadResult> {
  const asked = `${url}/api/v1/costs?window={n}h`;
  const load = fork(LOAD, [asked, String(COSTS_PER_SECOND), String(COSTS_SECONDS)]);
  const [result] = (await once(load, 'message')) as [LoadResult];
  return result;
}

async function timesOfStart(
  start: () => CliProcess,
  probes: string,
  pages: string,
): Promise<Pick<LiveRun, 'readyMs' | 'firstAnswerMs'>> {
  const began = performance.now();
  await using daemon = start();
  while (!(await isReady(probes))) {
    if (performance.now() - began > LONGEST_WINDOW_MS)
      throw new Error(`not ready: ${daemon.stderr}`);
    await sleep(5);
  }
  const readyMs = performance.now() - began;
  const beside = Promise.all(
    Array.from({ length: 4 }, async () => (await fetch(pages)).arrayBuffer()),
  );
  // A large cluster's may not be ready within the server's patience.
  for (;;) {
    const answer = await fetch(`${pages}/api/v1/costs?window=1h`);
    await answer.arrayBuffer();
    if (answer.ok) break;
    if (answer.status !== 503 || performance.now() - began > LONGEST_WINDOW_MS)
      throw new Error(`costs: ${answer.status}`);
  }
  const firstAnswerMs = performance.now() - began - readyMs;
  await beside;
  return { readyMs, firstAnswerMs };
}

async function isReady(probes: string): Promise<boolean> {
  try {
    return (await fetch(`${probes}/-/ready`)).ok;
  } catch {
    // It does not listen yet.
    return false;
  }
}
