/**
 * What a cycle records, on both engines: `node bench/engines.ts [cycle [CONTAINERS]|fleet] [--engine sqlite|postgresql]`
 * (all by default; 100,000 containers need `--max-old-space-size=8000`). `bench/history.ts` asks about costs.
 */
import { parseArgs } from 'node:util';
import type { HistoryWriter } from '../src/store/history.ts';
import { madeUpWindows, WINDOW_MS } from '../test/support/madeUpWindows.ts';
import { START } from './bigHistory.ts';
import {
  bytesOf,
  clusterOf,
  enginesOf,
  openWriter,
  print,
  startEngine,
  type BenchEngine,
} from './engine.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: 'string' } },
});
const [wanted, size] = positionals;
const SIZES = size === undefined ? [1_000, 10_000, 100_000] : [Number(size)];

for (const name of enginesOf(values.engine)) {
  await using engine = await startEngine(name);
  if (wanted === undefined || wanted === 'cycle')
    for (const containers of SIZES) await cycle(engine, containers);
  if (wanted === undefined || wanted === 'fleet') await fleet(engine, 20, 5_000);
}

/** An hour and a window of one cluster, window by window, over the end of the hour. */
async function cycle(engine: BenchEngine, containers: number): Promise<void> {
  const path = engine.location(`cycle-${containers}`);
  const writer = await openWriter(path);
  const times: number[] = [];
  const windows = 13;
  for (let index = 0; index < windows; index += 1) {
    const records = madeUpWindows(clusterOf(containers), START + index * WINDOW_MS, 1);
    times.push(await timed(() => writer.recordWindows(records)));
  }
  await writer.close();
  const bytes = (await bytesOf(path)) / (windows * containers);
  print(
    `${containers} containers, ${engine.name}`,
    `median ${median(times)}, highest ${ms(Math.max(...times))} a window; ${bytes.toFixed(0)} bytes a window row; ${memory()}`,
  );
}

/** One window of each of many clusters, one after the other, as their daemons write them within five minutes. */
async function fleet(engine: BenchEngine, clusters: number, containers: number): Promise<void> {
  const writers: HistoryWriter[] = [];
  for (let index = 0; index < clusters; index += 1)
    writers.push(await openWriter(engine.location(`fleet-${index}`)));
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
    `${clusters} clusters of ${containers} containers, ${engine.name}`,
    `median ${median(rounds)}, highest ${ms(Math.max(...rounds))} for a window of all; ${memory()}`,
  );
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
