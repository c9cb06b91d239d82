import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { stringify } from 'yaml';
import { freePort } from '../../demo/freePort.ts';
import { MINUTE_MS, SECOND_MS } from '../../src/model/time.ts';
import { startBurnwatch } from '../../test/support/cli.ts';
import { figuresOf, type ProcessFigures } from './processFigures.ts';
import { FIRST_WINDOW, WINDOW_MS } from './store.ts';
import type { AskedQuery, StoreProxy, StoreTally } from './storeProxy.ts';

const CLOCK = resolve(import.meta.dirname, '../../test/support/shiftedClock.ts');
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
  /** The most that the daemon had at once. */
  readonly peakRssBytes: number;
  /** Of the file and what is beside it, after the last window. */
  readonly historyBytes: number;
}

export interface LiveOptions {
  readonly folder: string;
  readonly proxy: StoreProxy;
  readonly storePid: number;
  readonly windows: number;
  /** Another `burnwatch` than the checkout's own. */
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs the real daemon over live windows, one after the other: its clock jumps a window each time the last one is
 * sealed. Pages and the API are asked beside it.
 */
export async function runDaemon(options: LiveOptions): Promise<LiveRun> {
  const { folder, proxy, storePid } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const history = join(folder, 'burnwatch.db');
  const clock = join(folder, 'clock');
  const [pages, probes] = [await freePort(), await freePort()];
  const jumpTo = (time: number): Promise<void> =>
    writeFile(clock, String(Math.round(time + SETTLE_MS + SECOND_MS - Date.now())));
  const config = {
    cluster: 'bench',
    prometheus: { url: proxy.url },
    workloads: { source: 'prometheus' },
    history: { path: history },
    schedule: { cycle: '* * * * * *', initialBackfill: '5m' },
    serve: { listen: `127.0.0.1:${pages}`, probes: `127.0.0.1:${probes}` },
  };
  await writeFile(join(folder, 'burnwatch.yaml'), stringify(config));
  await jumpTo(FIRST_WINDOW);
  const daemon = startBurnwatch(['run', '--log-format', 'json'], {
    cwd: folder,
    ...(options.program === undefined ? {} : { program: options.program }),
    env: {
      NODE_OPTIONS: `--import ${CLOCK}`,
      BURNWATCH_TEST_CLOCK: clock,
      ...options.env,
    },
  });
  let problem: string | null = null;
  void daemon.ended.then(({ stderr }) => (problem = `the daemon ended:\n${stderr.slice(-2_000)}`));
  const sealed = async (end: number): Promise<void> => {
    const giveUpAt = performance.now() + LONGEST_WINDOW_MS;
    for (let last: number | null = null; last === null || last < end; last = lastSealed(history)) {
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
      await jumpTo(end);
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
    const sizes = await Promise.all(
      ['', '-wal'].map(async (end) => (await stat(`${history}${end}`)).size),
    );
    daemon.kill('SIGTERM');
    await daemon.ended;
    return { windows, peakRssBytes, historyBytes: sizes.reduce((a, b) => a + b, 0) };
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
function lastSealed(history: string): number | null {
  try {
    const db = new Sqlite(history, { readonly: true });
    try {
      const row = db.prepare('SELECT max(start) AS start FROM windows').get() as {
        readonly start: number | null;
      };
      return row.start === null ? null : row.start + WINDOW_MS;
    } finally {
      db.close();
    }
  } catch {
    // The daemon has not made it yet.
    return null;
  }
}

/** What whoever has a browser open asks for, and a script each window. */
async function usePages(url: string): Promise<void> {
  for (const path of ['/', '/api/v1/costs?window=1h', '/api/v1/findings', '/costs'])
    await (await fetch(`${url}${path}`)).arrayBuffer();
}
