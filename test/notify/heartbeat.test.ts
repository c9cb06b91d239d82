import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { Heartbeat } from '../../src/daemon/heartbeat.ts';
import { createMetrics } from '../../src/serve/metrics.ts';
import { TestServer } from '../support/notify/httpServer.ts';
import { eventually, until } from '../support/waiting.ts';

const SECRET = 'canary-of-the-monitor';
let monitor: TestServer;
let now: number;
let logged: string[];
let metrics: ReturnType<typeof createMetrics>;
beforeEach(async () => {
  monitor = await TestServer.start();
  now = Date.UTC(2026, 10, 24, 7);
  logged = [];
  metrics = createMetrics('0', 'test', {
    lagSeconds: () => null,
    deliveryQueue: () => Promise.resolve(null),
  });
});
afterEach(() => monitor.stop());

function heartbeat(more: object = {}): Heartbeat {
  const url = `${monitor.url}/ping/${SECRET}`;
  const config = configSchema.parse({ heartbeat: { url, ...more } });
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  return new Heartbeat({ config: () => config, metrics, log, now: () => now, pausesMs: [1, 1] });
}

const counted = async () =>
  (await metrics.registry.metrics()).match(/^burnwatch_heartbeats_total\S* \d+$/gm) ?? [];

it('calls the monitor, at most twice a minute however fast windows are sealed', async () => {
  const beats = heartbeat({ headers: { authorization: 'GenieKey x' } });
  for (let window = 0; window < 50; window += 1) beats.beat();
  await until('the monitor to be called', () => monitor.requests.length === 1);
  now += 30_000;
  beats.beat();
  await until('the monitor to be called again', () => monitor.requests.length === 2);
  expect(monitor.requests[0]).toMatchObject({
    method: 'GET',
    path: `/ping/${SECRET}`,
    headers: { authorization: 'GenieKey x' },
  });
  // A clock that was set back by a day.
  now -= 86_400_000;
  beats.beat();
  await until('the monitor to be called a third time', () => monitor.requests.length === 3);
  await eventually(counted, ([line]) => line === 'burnwatch_heartbeats_total{result="ok"} 3');
  await beats.stop();
});

it('tries three times, says once that it fails, never where, and follows no redirect', async () => {
  monitor.answer = () => ({ status: 302, headers: { location: `${monitor.url}/elsewhere` } });
  const beats = heartbeat();
  for (let beat = 1; beat <= 2; beat += 1) {
    beats.beat();
    await until('three attempts', () => monitor.requests.length === 3 * beat);
    await eventually(counted, ([line]) => line?.endsWith(`{result="failed"} ${beat}`) === true);
    now += 60_000;
  }
  await beats.stop();
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain('http_302');
  expect(logged.join('')).not.toContain(SECRET);
  expect(monitor.requests.every(({ path }) => path !== '/elsewhere')).toBe(true);
});

it('that hangs keeps nobody from ending', async () => {
  monitor.answer = () => ({ status: 200, stall: true });
  const beats = heartbeat();
  beats.beat();
  await until('the call', () => monitor.requests.length === 1);
  await beats.stop();
  beats.beat();
  expect(monitor.requests).toHaveLength(1);
});
