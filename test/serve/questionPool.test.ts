import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import type { Config } from '../../src/daemon/config/schema.ts';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { DAY_MS, HOUR_MS } from '../../src/model/time.ts';
import { answerFor } from '../../src/serve/questions/cancellation.ts';
import { QuestionPool } from '../../src/serve/questions/questionPool.ts';
import { startHoldingProxy } from '../support/holdingProxy.ts';
import { writeShopHistory } from '../support/shopHistory.ts';
import { TempHistory } from '../support/tempHistory.ts';
import { until } from '../support/waiting.ts';

/** A whole history, and Prometheus away: questions are answered from what is recorded. */
const history = new TempHistory();
let config: Config;

beforeAll(async () => {
  const written = await writeShopHistory(history.path('shop'), 2);
  const prometheus = { ...written.prometheus, url: 'http://127.0.0.1:9', attempts: 1 };
  config = { ...written, prometheus };
});

afterAll(() => history[Symbol.dispose]());

/** A question that asks Prometheus for a finer series. */
function waitingFor(watermark: number) {
  const workload = { kind: 'Deployment', name: 'checkout' };
  const of = { namespace: 'shop', workload, container: null, pod: null, maxPoints: 100 };
  return { ...of, from: watermark - HOUR_MS, to: watermark };
}

describe('the question threads', () => {
  it('answer beside the event loop, and go on with another configuration', async () => {
    const log = pino({ level: 'silent' });
    const reader = await openHistoryReader(config.history.path);
    const pool = new QuestionPool({ config, thresholds: loadThresholds([]) }, reader, log);
    const { questions } = pool;
    try {
      const { watermark } = await reader.status();
      const overview = await questions.overview({ namespaces: null });
      expect(overview.watermark).toBe(watermark);
      expect(overview.week?.rows.map(({ key }) => key)).toContain('shop');
      const own = await questions.overview({ namespaces: ['shop'] });
      expect(own.week?.rows.map(({ key }) => key)).toEqual(['shop']);
      expect(own.idleDays).toBeNull();
      const { asOf } = await questions.posture({ namespaces: null, namespace: null });
      expect(asOf).toBeGreaterThan((watermark ?? 0) - HOUR_MS);
      pool.configure({ config, thresholds: loadThresholds([]) });
      expect((await questions.overview({ namespaces: null })).watermark).toBe(watermark);
    } finally {
      await pool.close();
      await reader.close();
    }
  });

  it('read for one question while another waits for Prometheus', async () => {
    const log = pino({ level: 'silent' });
    const reader = await openHistoryReader(config.history.path);
    const watermark = (await reader.status()).watermark ?? 0;
    await using server = await startHoldingProxy('http://127.0.0.1:9');
    server.holdAfter(0);
    const prometheus = { ...config.prometheus, url: server.url };
    const waiting = { config: { ...config, prometheus }, thresholds: loadThresholds([]) };
    const pool = new QuestionPool(waiting, reader, log);
    try {
      const waits = pool.questions.series(waitingFor(watermark));
      const span = { from: watermark - DAY_MS, to: watermark, by: ['namespace'] } as const;
      const form = { idle: 'separate', format: 'json', namespaces: null } as const;
      const answer = pool.questions.costReport({ ...span, ...form });
      const first = await Promise.race([waits.then(() => 'series'), answer]);
      expect(first).toBeInstanceOf(Uint8Array);
    } finally {
      await pool.close();
      await reader.close();
    }
  });

  it('begin nothing for a client that left while its question waited for a thread', async () => {
    const log = pino({ level: 'silent' });
    const reader = await openHistoryReader(config.history.path);
    await using server = await startHoldingProxy('http://127.0.0.1:9');
    server.holdAfter(0);
    const prometheus = { ...config.prometheus, url: server.url };
    const waiting = { config: { ...config, prometheus }, thresholds: loadThresholds([]) };
    const pool = new QuestionPool(waiting, reader, log);
    try {
      const slow = pool.questions.series(waitingFor((await reader.status()).watermark ?? 0));
      const client = new AbortController();
      const { signal } = client;
      const quick = answerFor(new Request('http://127.0.0.1/', { signal }), () =>
        pool.questions.prices({ namespaces: null }),
      );
      const both = Promise.allSettled([slow, quick]);
      await until('both to be asked', () => pool.computed === 2);
      client.abort();
      await expect(quick).rejects.toThrow('The client has left');
      await pool.close();
      await both;
    } finally {
      await pool.close();
      await reader.close();
    }
  });

  it('refuse a question where a hundred wait', async () => {
    const log = pino({ level: 'silent' });
    const reader = await openHistoryReader(config.history.path);
    const pool = new QuestionPool({ config, thresholds: loadThresholds([]) }, reader, log);
    try {
      // Its thread is loaded then.
      await pool.questions.prices({ namespaces: null });
      const all = Array.from({ length: 110 }, (_, index) =>
        pool.questions.posture({ namespaces: null, namespace: `n-${index}` }),
      );
      const ends = await Promise.allSettled(all);
      // Beside them four are answered.
      expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(104);
      await expect(all.at(-1)).rejects.toThrow('Too many questions wait');
    } finally {
      await pool.close();
      await reader.close();
    }
  });

  it('answer an equal question about costs once, until costs change', async () => {
    const log = pino({ level: 'silent' });
    const reader = await openHistoryReader(config.history.path);
    const watermark = (await reader.status()).watermark ?? 0;
    const state = { version: 1, sealed: '', looks: 0, isAway: true };
    const versions = {
      version: () => Promise.resolve(state.version),
      costVersion: async () => {
        state.looks += 1;
        if (state.isAway) throw new Error('the database is away');
        return { sealed: state.sealed, recorded: '' };
      },
    };
    const pool = new QuestionPool({ config, thresholds: loadThresholds([]) }, versions, log);
    const ask = () =>
      pool.questions.costReport({
        from: watermark - DAY_MS,
        to: watermark,
        by: ['namespace'],
        idle: 'separate',
        format: 'json',
        namespaces: null,
      });
    try {
      await expect(Promise.all([ask(), ask()])).rejects.toThrow('away');
      state.isAway = false;
      const answers = await Promise.all(Array.from({ length: 50 }, ask));
      expect(state.looks).toBe(2);
      expect(new Set(answers).size).toBe(1);
      expect(pool.computed).toBe(1);
      // A message is sent, an operator decides: costs stay as they are, and are not computed again.
      state.version = 2;
      expect(await ask()).toBe(answers[0]);
      expect(pool.computed).toBe(1);
      state.version = 3;
      state.sealed = 'another window';
      expect(await ask()).toEqual(answers[0]);
      expect(pool.computed).toBe(2);
    } finally {
      await pool.close();
      await reader.close();
    }
  });

  it('give the last answer about a span that moves while the next one is made, never about one that stands still', async () => {
    const log = pino({ level: 'silent' });
    const reader = await openHistoryReader(config.history.path);
    const watermark = (await reader.status()).watermark ?? 0;
    let bills = 0;
    const versions = {
      version: () => Promise.resolve(bills),
      costVersion: async () => ({ sealed: '', recorded: `${bills} bills` }),
    };
    const pool = new QuestionPool({ config, thresholds: loadThresholds([]) }, versions, log);
    const ask = async (to: number, moving?: string) => {
      const form = { by: ['namespace'], idle: 'separate', format: 'json' } as const;
      const span = { from: to - DAY_MS, to, ...(moving === undefined ? {} : { moving }) };
      const text = await pool.questions.costReport({ ...span, ...form, namespaces: null });
      const { window } = JSON.parse(new TextDecoder().decode(text)) as { window: { end: string } };
      return Date.parse(window.end);
    };
    const [before, now] = [watermark - 300_000, watermark];
    try {
      expect(await ask(before, '24h')).toBe(before);
      expect(await ask(now, '24h')).toBe(before);
      expect(await ask(now)).toBe(now);
      // Questions about costs are answered by turns: the one that was begun before is there now.
      expect(await ask(now, '24h')).toBe(now);
      expect(pool.computed).toBe(3);
      // An answer from before a bill says nowhere that it is: no question gets it.
      bills = 1;
      expect(await ask(before, '24h')).toBe(before);
      expect(pool.computed).toBe(4);
      const span = { from: before - DAY_MS, to: before };
      for (const version of [1, 2]) {
        bills = version;
        await pool.questions.unitCosts({ ...span, namespaces: null });
      }
      expect(pool.computed).toBe(6);
      await pool.questions.unitCosts({ ...span, namespaces: null });
      expect(pool.computed).toBe(6);
    } finally {
      await pool.close();
      await reader.close();
    }
  });

  it('that takes too long is refused with how to ask for less, and the process lives', async () => {
    const limits = { memoryMb: 512, longestMs: 1 };
    const log = pino({ level: 'silent' });
    const reader = await openHistoryReader(config.history.path);
    const parts = { config, thresholds: loadThresholds([]) };
    const pool = new QuestionPool(parts, reader, log, limits);
    try {
      const asked = pool.questions.overview({ namespaces: null });
      await expect(asked).rejects.toThrow('takes too long: ask for a shorter window');
    } finally {
      await pool.close();
      await reader.close();
    }
  });

  it('say why, where the history cannot be read', async () => {
    const log = pino({ level: 'silent' });
    const missing = { ...config, history: { ...config.history, path: history.path('nowhere') } };
    const version = () => Promise.resolve(1);
    const costVersion = () => Promise.resolve({ sealed: '', recorded: '' });
    const thresholds = loadThresholds([]);
    const pool = new QuestionPool({ config: missing, thresholds }, { version, costVersion }, log);
    try {
      await expect(pool.questions.overview({ namespaces: null })).rejects.toThrow(/nowhere/);
    } finally {
      await pool.close();
    }
  });
});
