/**
 * How long a window of 10,000 containers on 400 nodes takes to price and allocate, price lists included.
 * Run: `npx node bench/allocate.ts`.
 */
import { tmpdir } from 'node:os';
import { configSchema } from '../src/daemon/config/schema.ts';
import { allocate } from '../src/cost/allocate.ts';
import { loadPriceLists } from '../src/cost/lists/loadPriceLists.ts';
import { priceNodes } from '../src/cost/priceNodes.ts';
import { madeUpWindow } from '../test/support/madeUpWindows.ts';

const CLUSTER = {
  pods: 5_000,
  containersPerPod: 2,
  podsPerWorkload: 3,
  nodes: 400,
  namespaces: 100,
  seed: 1,
  rolloutEvery: 0,
};

const { pricing } = configSchema.parse({});
let began = performance.now();
const { lists } = await loadPriceLists(pricing, {
  cacheDir: tmpdir(),
  now: Date.now(),
  signal: AbortSignal.timeout(10_000),
});
print('load the shipped price lists', performance.now() - began);
const { snapshot } = madeUpWindow(CLUSTER, Date.UTC(2026, 10, 1));
const priced: number[] = [];
const allocated: number[] = [];
for (let run = 0; run < 25; run++) {
  began = performance.now();
  const prices = priceNodes(snapshot, pricing, lists);
  priced.push(performance.now() - began);
  began = performance.now();
  allocate(snapshot, prices, pricing);
  allocated.push(performance.now() - began);
}
print('price 400 nodes, median of 25', median(priced));
print('allocate to 10,000 containers, median of 25', median(allocated));

function median(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? 0;
}

function print(what: string, milliseconds: number): void {
  process.stdout.write(`${what}: ${milliseconds.toFixed(1)} ms\n`);
}
