import { setFlagsFromString, getHeapStatistics } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8 collects such a heap in some 30 ms. What a larger one gives back is not worth its time: it fills again with each window. */
const LARGEST_BYTES = 96 * 2 ** 20;
/** A heap that has grown by less is left alone. */
const GROWN_BYTES = 6 * 2 ** 20;
/** Work that follows at once is not held up. */
const IDLE_MS = 200;

let collect: NodeJS.GCFunction | null = null;
let timer: NodeJS.Timeout | null = null;
/** What the heap had after the last collection. */
let keptBytes = 0;

/**
 * Gives back to the system what a piece of this thread's work has left behind, once the thread is idle. V8 by itself lets a
 * heap of 20 MB grow to several times that before it collects the whole of it first, and each thread has one.
 */
export function spareMemory(): void {
  timer ??= setTimeout(giveBack, IDLE_MS).unref();
  timer.refresh();
}

function giveBack(): void {
  timer = null;
  const bytes = getHeapStatistics().total_physical_size;
  if (bytes > LARGEST_BYTES || bytes < keptBytes + GROWN_BYTES) return;
  collect ??= collector();
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  keptBytes = getHeapStatistics().total_physical_size;
}

/** V8's collector: Node hands it out by a flag alone, of which each new context takes notice. */
function collector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as NodeJS.GCFunction;
}
