import { NO_WORK } from '../../../src/collect/collector.ts';
import { getEnvironmentData, parentPort, workerData } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import type { CycleSummary } from '../../../src/daemon/cycleSummary.ts';
import { wire, type CycleCalls, type CycleReports } from '../../../src/daemon/cycleThread.ts';

/** Stands in for the cycle thread: ends its next catch-up in the way that `CRASH` names. */
const way = getEnvironmentData('CRASH');

const calls: Partial<CycleCalls> = {
  catchUp: async ({ until }): Promise<CycleSummary> => {
    if (way === 'exits') process.exit(3);
    if (way === 'fills') fillHeap();
    if (way === 'throws') setTimeout(() => throwUncaught());
    if (way === 'exits' || way === 'throws' || way === 'hangs') await new Promise(() => undefined);
    const none = { sealed: 1, corrected: 0, lost: 0, events: [], open: [], openIn: [], last: null };
    return { ...none, watermark: until, outage: null, failures: [], work: NO_WORK };
  },
  keepHouse: async () => undefined,
  abort: () => undefined,
  close: async () => {
    setImmediate(() => parentPort?.close());
  },
};

/** Holds some 40 MB: more than a small heap, less than one of twice its size. */
function fillHeap(): void {
  const held: unknown[] = [];
  while (held.length < 1_000_000) held.push({ at: held.length });
}

function throwUncaught(): never {
  throw new Error('a fault of the thread');
}

if (parentPort !== null && workerData !== null) {
  if (way === 'broken') throw new Error('it does not start');
  await createBirpc<CycleReports, Partial<CycleCalls>>(calls, wire(parentPort)).opened.asEvent(0);
}
