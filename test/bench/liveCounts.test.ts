import { writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildStore, FIRST_WINDOW, WINDOW_MS } from '../../bench/live/store.ts';
import { startStoreProxy, type StoreTally } from '../../bench/live/storeProxy.ts';
import { startPrometheus } from '../../demo/prometheusServer.ts';
import { CycleRunner } from '../../src/daemon/cycleRunner.ts';
import { loadConfigs } from '../../src/daemon/config/load.ts';
import { openDatabase } from '../../src/engines/openHistory.ts';
import { MINUTE_MS, SECOND_MS } from '../../src/model/time.ts';

/**
 * What a live window of 1,000 containers may cost, in counts that no other work on the machine changes: those of
 * `npm run bench` are of the same cluster. Who makes a window dearer raises a figure here, and says why.
 */
const MOST = {
  queries: 27,
  /** Loaded by the store, as it says itself. */
  samples: 152_000,
  answerBytes: 7_000_000,
  /** One of each detector with state, and one of the cluster as it is kept. */
  stateParts: 12,
  writtenBytes: 220_000,
} as const;

const WINDOWS = 3;
let folder = '';
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burnwatch-counts-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
});

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

it('a live window of 1,000 containers costs no more queries, samples, bytes and rows than it did', async () => {
  const dataDir = join(folder, 'prometheus');
  const size = { containers: 1_000, windows: WINDOWS, scrapeMs: MINUTE_MS };
  await buildStore({ ...size, beforeMs: 15 * MINUTE_MS }, dataDir);
  const prometheus = await startPrometheus({ dataDir });
  closers.push(() => prometheus.stop());
  const proxy = await startStoreProxy(prometheus.url);
  closers.push(() => proxy.close());
  const file = join(folder, 'burnwatch.yaml');
  const history = join(folder, 'burnwatch.db');
  writeFileSync(
    file,
    `cluster: counts\nprometheus: { url: '${proxy.url}' }\nworkloads: { source: prometheus }\nhistory: { path: ${history} }\n`,
  );
  const clock = { now: FIRST_WINDOW };
  const { signal } = new AbortController();
  const runner = await CycleRunner.open(loadConfigs(file)[0]!, {
    command: 'run',
    now: () => clock.now,
    warn: () => undefined,
    signal,
  });
  closers.push(() => runner.close());
  let tally: StoreTally | null = null;
  let written = 0;
  for (let window = 0; window < WINDOWS; window += 1) {
    const until = FIRST_WINDOW + window * WINDOW_MS;
    clock.now = until + 121 * SECOND_MS;
    const before = await walBytes(history);
    proxy.take();
    const from = until - WINDOW_MS;
    const { sealed, work } = await runner.catchUp({ from, until, muted: false, signal });
    expect(sealed).toBe(1);
    tally = proxy.take().tally;
    expect(work).toMatchObject({ queries: tally.queries, refusals: 0, splitMetrics: 0 });
    written = (await walBytes(history)) - before;
  }
  const database = await openDatabase(history);
  const stateParts = await database.read(
    (db) => db.value<number>`SELECT count(*) FROM state_parts`,
  );
  await database.close();
  const cost = {
    queries: tally?.queries ?? 0,
    samples: tally?.samples ?? 0,
    answerBytes: tally?.bytes ?? 0,
    stateParts: stateParts ?? 0,
    writtenBytes: written,
  };
  const tooMuch = Object.entries(cost).filter(([what, of]) => of > MOST[what as keyof typeof MOST]);
  expect(Object.fromEntries(tooMuch)).toEqual({});
  expect(cost.queries).toBeGreaterThan(0);
});

/** Of the write-ahead log, which grows by what a transaction writes. */
async function walBytes(history: string): Promise<number> {
  return (await stat(`${history}-wal`)).size;
}
