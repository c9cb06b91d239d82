import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { CycleRunner } from './cycleRunner.ts';
import {
  toPlainError,
  type CycleCalls,
  type CycleThreadData,
  type FromCycle,
  type ToCycle,
} from './protocol.ts';

/**
 * The cycle thread: owns the collector and the history's writer, so that neither a large batch nor a
 * long transaction ever holds up the pages, the probes or a signal.
 */
async function main(data: CycleThreadData): Promise<void> {
  const stop = new AbortController();
  let current = new AbortController();
  const runner = await CycleRunner.open(data.loaded, {
    command: data.command,
    now: Date.now,
    warn: (problem) => post({ type: 'warning', problem }),
    signal: stop.signal,
  });
  post({ type: 'opened', watermark: runner.watermark });

  const calls: {
    readonly [K in keyof CycleCalls]: (
      ask: CycleCalls[K]['ask'],
    ) => Promise<CycleCalls[K]['answer']>;
  } = {
    'catch-up': (ask) =>
      runner.catchUp({
        ...ask,
        recordsNoData: true,
        signal: current.signal,
        onProgress: (progress) => post({ type: 'progress', progress }),
      }),
    'first-look': ({ until }) => runner.firstLook(until, current.signal),
    'oldest-data': () => runner.oldestData(current.signal),
    digest: (ask) => runner.digest(ask, current.signal),
    'keep-house': async ({ now }) => {
      await runner.keepHouse(now);
      return null;
    },
    reconfigure: async (loaded) => {
      await runner.reconfigure(loaded);
      return null;
    },
    close: async () => {
      stop.abort();
      await runner.close();
      return null;
    },
  };

  const answer = async (message: ToCycle & { type: 'call' }): Promise<void> => {
    try {
      post({
        type: 'answer',
        id: message.id,
        answer: await calls[message.name](message.ask as never),
      });
    } catch (error) {
      post({ type: 'failure', id: message.id, error: toPlainError(error) });
    }
    if (message.name === 'close') parentPort?.close();
  };
  // One call at a time, in the order in which they came; a new configuration need not wait.
  let last = Promise.resolve();
  const queue = async (message: ToCycle & { type: 'call' }, before: Promise<void>) => {
    await before;
    current = new AbortController();
    await answer(message);
  };
  parentPort?.on('message', (message: ToCycle) => {
    if (message.type === 'abort') current.abort();
    else if (message.name === 'reconfigure') void answer(message);
    else last = queue(message, last);
  });
}

function post(message: FromCycle): void {
  parentPort?.postMessage(message);
}

if (!isMainThread) {
  try {
    await main(workerData as CycleThreadData);
  } catch (error) {
    post({ type: 'failure', id: null, error: toPlainError(error) });
    parentPort?.close();
  }
}
