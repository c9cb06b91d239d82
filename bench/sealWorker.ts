/** Seals one window after the other, with a pause between them or without. */
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { madeUpWindows, WINDOW_MS } from '../test/support/madeUpWindows.ts';
import { clusterOf, openWriter } from './engine.ts';

if (!isMainThread) {
  const { path, watermark, pauseMs, containers } = workerData as {
    readonly path: string;
    readonly watermark: number;
    readonly pauseMs: number;
    readonly containers: number;
  };
  const writer = await openWriter(path);
  const state = { isStopped: false };
  parentPort?.once('message', () => {
    state.isStopped = true;
  });
  parentPort?.postMessage('sealing');
  let sealed = 0;
  for (let from = watermark; !state.isStopped; from += WINDOW_MS) {
    await writer.recordWindows(madeUpWindows(clusterOf(containers), from, 1));
    sealed += 1;
    // Lets the message in that ends it.
    await pause(pauseMs);
  }
  await writer.close();
  parentPort?.postMessage({ sealed, watermark: watermark + sealed * WINDOW_MS });
}
