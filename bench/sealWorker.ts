/** Seals one window of 10,000 containers after the other, with a pause between them or without. */
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { openHistoryWriter } from '../src/engines/openHistory.ts';
import { madeUpWindows, WINDOW_MS, type MadeUpCluster } from '../test/support/madeUpWindows.ts';

export const SEALED_CLUSTER: MadeUpCluster = {
  pods: 10_000,
  containersPerPod: 1,
  podsPerWorkload: 3,
  nodes: 400,
  namespaces: 100,
  seed: 1,
  rolloutEvery: 0,
};

if (!isMainThread) {
  const { path, watermark, pauseMs } = workerData as {
    readonly path: string;
    readonly watermark: number;
    readonly pauseMs: number;
  };
  const writer = await openHistoryWriter({
    path,
    cluster: 'bench',
    currency: 'USD',
    windowMs: WINDOW_MS,
    command: 'bench',
    clock: () => 0,
  });
  const state = { isStopped: false };
  parentPort?.once('message', () => {
    state.isStopped = true;
  });
  parentPort?.postMessage('sealing');
  let sealed = 0;
  for (let from = watermark; !state.isStopped; from += WINDOW_MS) {
    await writer.recordWindows(madeUpWindows(SEALED_CLUSTER, from, 1));
    sealed += 1;
    // Lets the message in that ends it.
    await pause(pauseMs);
  }
  await writer.close();
  parentPort?.postMessage({ sealed, watermark: watermark + sealed * WINDOW_MS });
}
