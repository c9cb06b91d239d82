import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

/** A thread whose work has left 40 MB: it tells the bytes of its heap before it is idle, and once it has less. */
const WORK = `
  const { getHeapStatistics } = require('node:v8');
  const { parentPort } = require('node:worker_threads');
  const bytes = () => getHeapStatistics().total_physical_size;
  void import('${new URL('./spareMemory.ts', import.meta.url).href}').then(({ spareMemory }) => {
    const work = (count) => Array.from({ length: count }, (_, id) => ({ id, name: { id } }));
    const kept = work(100_000);
    work(500_000);
    const before = bytes();
    spareMemory();
    setInterval(() => {
      if (bytes() < before - 20e6) parentPort.postMessage({ before, after: bytes(), kept: kept.length });
    }, 50);
  });
`;

it('an idle thread gives back what its work has left, and keeps what is in use', async () => {
  const worker = new Worker(WORK, { eval: true });
  const [{ after }] = (await once(worker, 'message')) as [{ readonly after: number }];
  await worker.terminate();
  expect(after).toBeGreaterThan(8e6);
});
