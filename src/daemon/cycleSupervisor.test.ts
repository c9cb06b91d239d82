import { setImmediate as turn } from 'node:timers/promises';
import { setEnvironmentData, type Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../model/time.ts';
import { createMetrics } from '../serve/metrics.ts';
import { configSchema } from './config/schema.ts';
import { loadThresholds } from './config/loadThresholds.ts';
import { CycleSupervisor } from './cycleSupervisor.ts';
import { loadCycleThread } from './cycleThread.ts';
import type { NotifyPump } from './notifyPump.ts';

const NOW = Date.parse('2026-11-23T10:03:00Z');
const UNTIL = Date.parse('2026-11-23T10:00:00Z');
const THREAD = new URL('../../test/support/daemon/crashingThread.ts', import.meta.url);
const LOADED = {
  config: configSchema.parse({ cluster: 'test' }),
  thresholds: loadThresholds([]),
  configHash: 'test',
};

let supervisor: CycleSupervisor | null = null;
let worker: Worker;
let lines: { readonly msg: string; readonly err?: { message: string }; restartInMs?: number }[];
const keepWorker = (started: Worker) => {
  worker = started;
};

beforeEach(() => {
  // Pauses pass at once; the threads and their messages are real.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  process.on('worker', keepWorker);
  lines = [];
});
afterEach(async () => {
  vi.useRealTimers();
  process.off('worker', keepWorker);
  await supervisor?.stop();
  await supervisor?.close(5_000);
  supervisor = null;
});

async function start(
  crash: string,
  more: { readonly stuckMs?: number; readonly heapMb?: number } = {},
): Promise<CycleSupervisor> {
  setEnvironmentData('CRASH', crash);
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const metrics = createMetrics('0', 'test', {
    lagSeconds: () => null,
    questions: () => null,
    deliveryQueue: async () => null,
  });
  const loadThread = (heapMb?: number) => loadCycleThread(heapMb, THREAD);
  const world = { metrics, log, now: () => NOW, print: () => undefined, loadThread };
  const parts = { ...world, ...more };
  supervisor = await CycleSupervisor.start(() => LOADED, parts);
  const pump = { plan: async () => undefined } as unknown as NotifyPump;
  supervisor.goLive({ pump, announced: true, afterRun: () => undefined });
  supervisor.tick();
  return supervisor;
}

async function until(holds: () => boolean): Promise<void> {
  for (const patience = Date.now() + 20 * SECOND_MS; !holds() && Date.now() < patience;)
    await turn();
  expect(holds()).toBe(true);
}

const logged = (text: string) => lines.filter(({ msg }) => msg.includes(text));

describe('a cycle thread that', () => {
  it.each([
    ['throws', 'a fault of the thread'],
    ['exits', 'ended with code 3'],
    ['hangs', 'ended with code 1'],
  ])('%s is started again and seals what is missing', async (way, reason) => {
    const started = await start(way);
    // A thread that hangs is killed from outside.
    if (way === 'hangs') await worker.terminate();
    await until(() => logged('crashed, restarting').length === 1);
    expect(logged('crashed, restarting')[0]).toMatchObject({ restartInMs: SECOND_MS });
    expect(logged('crashed, restarting')[0]?.err?.message).toContain(reason);
    expect(started.unhealthyBecause).toBeNull();
    await expect(started.digest({} as never)).rejects.toThrow('restarting');
    setEnvironmentData('CRASH', 'none');
    vi.advanceTimersByTime(SECOND_MS);
    await until(() => started.watermark === UNTIL);
    expect(logged('runs again')).toHaveLength(1);
  });

  it('makes no progress is ended by the watchdog, named, and started again', async () => {
    const started = await start('hangs', { stuckMs: 50 });
    await until(() => logged('crashed, restarting').length === 1);
    expect(logged('Cycle hangs, ending its thread')).toHaveLength(1);
    expect(logged('crashed, restarting')[0]?.err?.message).toMatch(
      /^The cycle after .* made no progress for 0.05 s/,
    );
    setEnvironmentData('CRASH', 'none');
    vi.advanceTimersByTime(SECOND_MS);
    await until(() => started.watermark === UNTIL);
    expect(logged('Cycle hangs')).toHaveLength(1);
  });

  it('needs more heap gets twice as much', async () => {
    const started = await start('fills', { heapMb: 32 });
    await until(() => logged('crashed, restarting').length === 1);
    expect(logged('larger heap')).toMatchObject([{ heapMb: 64 }]);
    vi.advanceTimersByTime(SECOND_MS);
    await until(() => started.watermark === UNTIL);
  });

  it('crashes again and again is started after ever longer pauses, and reported as unhealthy', async () => {
    const started = await start('throws');
    for (let crashes = 1; crashes <= 8; crashes += 1) {
      await until(() => logged('crashed, restarting').length === crashes);
      expect(started.unhealthyBecause !== null).toBe(crashes >= 5);
      // The last ones do not even start.
      setEnvironmentData('CRASH', crashes === 8 ? 'none' : crashes < 6 ? 'throws' : 'broken');
      vi.advanceTimersByTime(MINUTE_MS);
    }
    const pauses = logged('crashed, restarting').map(({ restartInMs }) => restartInMs);
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * SECOND_MS));
    await until(() => started.watermark === UNTIL);
    expect(started.unhealthyBecause).toBeNull();
  });
});
