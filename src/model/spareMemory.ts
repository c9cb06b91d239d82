import { setFlagsFromString, getHeapStatistics } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { HOUR_MS } from './time.ts';

/** What a larger heap gives back is not worth its time: it fills again with each window. */
const LARGEST_BYTES = 96 * 2 ** 20;
/** All threads together need 0.2 s of CPU for it, as much as a window of a small cluster. */
const SELDOM_MS = HOUR_MS;
/** Work that follows at once is not held up. */
const IDLE_MS = 200;

let collect: NodeJS.GCFunction | null = null;
let timer: NodeJS.Timeout | null = null;
let collectedAt = -Infinity;

/**
 * Gives back to the system what this thread's work has left behind, once the thread is idle, at most once an hour. V8 by
 * itself lets a heap of 20 MB grow to several times that before it collects the whole of it first, and each thread has one.
 */
export function spareMemory(): void {
  timer ??= setTimeout(giveBack, IDLE_MS).unref();
  timer.refresh();
}

function giveBack(): void {
  timer = null;
  if (performance.now() - collectedAt < SELDOM_MS) return;
  if (getHeapStatistics().total_physical_size > LARGEST_BYTES) return;
  collect ??= collector();
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  collectedAt = performance.now();
}

/** V8's collector: Node hands it out by a flag alone, of which each new context takes notice. */
function collector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as NodeJS.GCFunction;
}
