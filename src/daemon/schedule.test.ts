import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';
import { configSchema } from './config/schema.ts';
import { cpuTimeMs } from '../../test/support/cpuTime.ts';
import { startSchedule } from './schedule.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('the schedule ticks on when the clock is set back, set ahead for a moment, or the machine sleeps', async () => {
  const faked = ['Date', 'performance', 'setTimeout', 'setInterval'] as const;
  vi.useFakeTimers({
    now: Date.parse('2026-11-23T10:03:00Z'),
    toFake: [...faked, 'clearTimeout', 'clearInterval'],
  });
  let ticks = 0;
  const nothing = { tick: () => undefined };
  const cycle = { tick: () => void (ticks += 1) };
  const { schedule, bills, exports, history } = configSchema.parse({ cluster: 'test' });
  const parties = { cycle, digest: nothing, backup: nothing };
  const others = { bills: nothing as never, exports: nothing as never };
  const running = startSchedule(
    { schedule, bills, exports, history },
    { ...parties, ...others },
    pino({ level: 'silent' }),
  );
  const ticksWithin = async (ms: number): Promise<number> => {
    const before = ticks;
    await vi.advanceTimersByTimeAsync(ms);
    return ticks - before;
  };
  expect(await ticksWithin(20 * MINUTE_MS)).toBe(4);
  vi.setSystemTime(Date.now() - HOUR_MS);
  // At once, and then every five minutes.
  expect(await ticksWithin(20 * MINUTE_MS)).toBe(5);
  vi.setSystemTime(Date.now() + DAY_MS);
  await ticksWithin(14 * SECOND_MS);
  vi.setSystemTime(Date.now() - DAY_MS);
  expect(await ticksWithin(20 * MINUTE_MS)).toBe(5);
  // A machine that sleeps: only the wall clock goes on.
  vi.setSystemTime(Date.now() + 9 * HOUR_MS);
  expect(await ticksWithin(5 * SECOND_MS)).toBeGreaterThan(0);
  // A machine whose clock was years behind until the network gave it the time: no tick that it missed is looked at.
  vi.setSystemTime(Date.now() + 40 * 365 * DAY_MS);
  const before = cpuTimeMs();
  expect(await ticksWithin(20 * MINUTE_MS)).toBe(5);
  expect(cpuTimeMs() - before).toBeLessThan(5_000);
  running.destroy();
  expect(await ticksWithin(HOUR_MS)).toBe(0);
});
