import { constants, setPriority } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { threadEntry } from '../../model/shippedFiles.ts';
import { damageInside } from './examine.ts';

interface CheckData {
  readonly thread: 'check';
  readonly path: string;
}

/** Reads the whole file in a thread of its own; resolves with what is wrong with it, or null. */
export function findFileDamage(path: string, signal: AbortSignal): Promise<string | null> {
  const worker = new Worker(threadEntry('src/engines/sqlite/checkThread.ts'), {
    workerData: { thread: 'check', path } satisfies CheckData,
  });
  const stop = () => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<string | null>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The check of the history was ended')));
  }).finally(() => signal.removeEventListener('abort', stop));
}

const data = workerData as Partial<CheckData> | null;
if (!isMainThread && data?.thread === 'check') {
  try {
    // A large file takes minutes, right after the start too: all else goes first. On Linux this is about the thread alone.
    if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A sandbox may forbid it: then it is checked beside all else.
  }
  parentPort?.postMessage(await damageInside(data.path!));
}
