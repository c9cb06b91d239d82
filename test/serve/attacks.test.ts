import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { createMetrics } from '../../src/serve/metrics.ts';
import { listen, type Listener } from '../../src/serve/listen.ts';
import { createProbes } from '../../src/serve/probes.ts';
import { clientLeaves } from '../../src/serve/questions/cancellation.ts';
import { QuestionPool } from '../../src/serve/questions/questionPool.ts';
import type { HistoryReader } from '../../src/store/history.ts';
import { longestTurnMs, threadCpuMs } from '../support/cpuTime.ts';
import { madeUpWindows, SMALL_CLUSTER, WINDOW_MS } from '../support/madeUpWindows.ts';
import { serveShop, type ShopServer } from '../support/serveShop.ts';
import { SHOP_NOW } from '../support/shopHistory.ts';
import { TempHistory } from '../support/tempHistory.ts';
import { until } from '../support/waiting.ts';

const WINDOWS = 13;
const START = SHOP_NOW - WINDOWS * WINDOW_MS;
const TOKEN = 'tenant-token-0123456789';
/** Of CPU in one turn of the event loop, so that health answers in time. */
const LONGEST_TURN_MS = 100;

const history = new TempHistory();
let reader: HistoryReader;
let pool: QuestionPool;
let server: ShopServer;
let probes: Listener;
let left = 0;

beforeAll(async () => {
  const cluster = { ...SMALL_CLUSTER, pods: 150, containersPerPod: 1 };
  const path = await history.record('large', madeUpWindows(cluster, START, WINDOWS));
  const config = configSchema.parse({
    cluster: 'test',
    history: { path },
    prometheus: { url: 'http://127.0.0.1:9', attempts: 1 },
  });
  reader = await openHistoryReader(path);
  const log = pino({ level: 'silent' });
  pool = new QuestionPool({ config, thresholds: loadThresholds([]) }, reader, log);
  const source = { lagSeconds: () => 0, deliveryQueue: () => Promise.resolve(null) };
  const { registry } = createMetrics('0.0.0', 'test', source);
  const probeSource = { registry, unhealthy: () => null, notReady: () => null };
  probes = await listen(
    createProbes(probeSource).fetch,
    { host: '127.0.0.1', port: 0 },
    'serve.probes',
  );
  const token = { name: 'tenant', token: TOKEN, scopes: ['read' as const, 'silence' as const] };
  server = await serveShop(config, [token], {
    questions: { ...pool.questions, costReport: waitForLeaving },
  });
});

afterAll(async () => {
  await server?.close();
  await probes?.close();
  await pool?.close();
  await reader?.close();
  history[Symbol.dispose]();
});

/** A question that is answered once its client has left. */
function waitForLeaving(): Promise<never> {
  return new Promise((_, reject) => {
    clientLeaves()?.addEventListener('abort', () => {
      left += 1;
      reject(new Error('left'));
    });
  });
}

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  return fetch(server.url + path, { ...init, headers });
}

/** Runs `work`; returns the longest that this thread computed without a turn, and how often health answered meanwhile. */
async function watching(work: () => Promise<void>): Promise<{ turnMs: number; healthy: number }> {
  const done = new AbortController();
  let healthy = 0;
  const health = async (): Promise<void> => {
    while (!done.signal.aborted) {
      healthy += (await fetch(`${probes.url}/-/healthy`)).ok ? 1 : 0;
      await pause(20);
    }
  };
  const turnMs = await longestTurnMs(async () => {
    const asking = health();
    try {
      await work();
    } finally {
      done.abort();
      await asking;
    }
  });
  return { turnMs, healthy };
}

describe('health answers within a tenth of a second of computing', () => {
  it('while 24 large questions of OpenCost’s form are asked in parallel', async () => {
    const seen = await watching(async () => {
      const asked = Array.from({ length: 24 }, async (_, index) => {
        const from = START / 1000 + (index % 12) * 300;
        const window = `window=${from},${SHOP_NOW / 1000}&step=${index < 12 ? '5m' : '10m'}`;
        const answer = await ask(`/allocation/compute?${window}&aggregate=pod,container`);
        // 503: not ready in half a minute, to be asked again.
        expect([200, 503]).toContain(answer.status);
        await answer.arrayBuffer();
      });
      await Promise.all(asked);
    });
    expect(seen.turnMs).toBeLessThan(LONGEST_TURN_MS);
    expect(seen.healthy).toBeGreaterThan(3);
  });

  it('while silences of 18 KB of expressions are posted, each of which is refused', async () => {
    const bomb = '.{0,1000}';
    const shapes = [
      Array.from({ length: 18 }, () => `workload=~"${bomb.repeat(110)}"`),
      [`workload=~"${bomb.repeat(2_000)}"`],
      // As many and as long as they may be.
      Array.from({ length: 10 }, () => `workload=~"${bomb.repeat(50)}"`),
    ];
    const bodies = shapes.map((matchers) =>
      JSON.stringify({ matchers, endsAt: '2026-11-25T00:00:00Z', reason: 'x' }),
    );
    const before = threadCpuMs();
    const seen = await watching(async () => {
      for (const body of [...bodies, ...bodies, ...bodies]) {
        const answer = await ask('/api/v1/silences', { method: 'POST', body });
        expect(answer.status).toBe(400);
        expect(await answer.text()).toMatch(/too large|matchers/);
      }
    });
    expect(seen.turnMs).toBeLessThan(LONGEST_TURN_MS);
    expect(threadCpuMs() - before).toBeLessThan(1_000);
  });
});

describe('a question whose client leaves', () => {
  it('is told so, once the connection is closed', async () => {
    const stop = new AbortController();
    const asked = ask('/api/v1/costs?window=1h', { signal: stop.signal });
    await pause(100);
    stop.abort();
    await expect(asked).rejects.toThrow('aborted');
    await until('the question to be told', () => left === 1);
  });

  it('ends at its next read of the history', async () => {
    let reads = 0;
    const counted = await openHistoryReader(history.path('large'), {}, async () => {
      reads += 1;
      if (reads > 20) throw new Error('given up');
    });
    try {
      const boundaries = Array.from({ length: WINDOWS + 1 }, (_, at) => START + at * WINDOW_MS);
      const query = { boundaries, by: ['pod' as const], namespaces: null };
      await expect(counted.costSeries(query)).rejects.toThrow('given up');
      expect(reads).toBe(21);
    } finally {
      await counted.close();
    }
  });
});

describe('a question that needs too much memory', () => {
  it('is refused, and not what its thread answers beside it', async () => {
    const cluster = { ...SMALL_CLUSTER, pods: 8_000, containersPerPod: 1 };
    const path = await history.record('larger', madeUpWindows(cluster, START, 2));
    let [asked, died] = [0, 0];
    // What asks is told nothing, until its thread dies and its connections with it.
    const away = createServer((_, response) => {
      asked += 1;
      response.once('close', () => (died += 1));
    });
    away.listen(0, '127.0.0.1');
    await once(away, 'listening');
    const { port } = away.address() as AddressInfo;
    const prometheus = { url: `http://127.0.0.1:${port}`, attempts: 1 };
    const config = configSchema.parse({ cluster: 'test', history: { path }, prometheus });
    const log = pino({ level: 'silent' });
    const limits = { memoryMb: 30, longestMs: 60_000 };
    const parts = { config, thresholds: loadThresholds([]) };
    const small = new QuestionPool(parts, reader, log, limits);
    const span = { from: START, to: START + 2 * WINDOW_MS, namespaces: null };
    try {
      const waiting: Promise<unknown>[] = [];
      const refused: Promise<unknown>[] = [];
      // The second one comes when the thread has died of the first.
      for (const by of [['pod', 'container'] as const, ['container', 'pod'] as const]) {
        const [before, asks] = [died, asked];
        const [workload, container] = [{ kind: 'Deployment', name: 'app-0' }, by[0]];
        const of = { namespace: 'ns-0', workload, container, pod: null, maxPoints: 100 };
        waiting.push(small.questions.series({ ...span, ...of }));
        await until('the waiting one to ask', () => asked > asks);
        const large = { ...span, by, idle: 'separate', format: 'json' } as const;
        refused.push(Promise.allSettled([small.questions.costReport(large)]));
        await until('its thread to die', () => died > before);
      }
      away.close();
      away.closeAllConnections();
      const reason = expect.objectContaining({
        message: expect.stringContaining('needs too much memory: ask for a shorter window'),
      });
      const ends = await Promise.all(refused);
      expect(ends).toEqual([[{ status: 'rejected', reason }], [{ status: 'rejected', reason }]]);
      expect(await Promise.all(waiting)).toHaveLength(2);
    } finally {
      away.closeAllConnections();
      await small.close();
    }
  });
});
