import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import type { Config } from '../../src/config/schema.ts';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { QuestionThread } from '../../src/serve/questions/questionThread.ts';
import { writeShopHistory } from '../support/shopHistory.ts';
import { TempHistory } from '../support/tempHistory.ts';

/** A whole history, and Prometheus away: questions are answered from what is recorded. */
const history = new TempHistory();
let config: Config;

beforeAll(async () => {
  const written = await writeShopHistory(history.path('shop'), 2);
  const prometheus = { ...written.prometheus, url: 'http://127.0.0.1:9', attempts: 1 };
  config = { ...written, prometheus };
});

afterAll(() => history[Symbol.dispose]());

describe('the question thread', () => {
  it('answers beside the event loop, and again after it was ended', async () => {
    const log = pino({ level: 'silent' });
    const thread = new QuestionThread({ config, thresholds: loadThresholds([]) }, log);
    try {
      const reader = await openHistoryReader(config.history.path);
      const { watermark } = await reader.status();
      await reader.close();
      const overview = await thread.overview({ namespaces: null });
      expect(overview.watermark).toBe(watermark);
      expect(overview.week?.rows.map(({ key }) => key)).toContain('shop');
      const own = await thread.overview({ namespaces: ['shop'] });
      expect(own.week?.rows.map(({ key }) => key)).toEqual(['shop']);
      expect(own.idleDays).toBeNull();
      expect(await thread.posture({ namespaces: null, namespace: null })).toMatchObject({
        asOf: null,
      });
      await thread.close();
      expect((await thread.overview({ namespaces: null })).watermark).toBe(watermark);
    } finally {
      await thread.close();
    }
  });

  it('tells why, where the history cannot be read', async () => {
    const log = pino({ level: 'silent' });
    const missing = { ...config, history: { ...config.history, path: history.path('nowhere') } };
    const thread = new QuestionThread({ config: missing, thresholds: loadThresholds([]) }, log);
    try {
      await expect(thread.overview({ namespaces: null })).rejects.toThrow(/question thread ended/);
    } finally {
      await thread.close();
    }
  });
});
