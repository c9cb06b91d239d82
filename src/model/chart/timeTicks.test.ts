import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../time.ts';
import { timeTicks } from './scale.ts';

const texts = (from: number, to: number, zone: string) =>
  timeTicks(from, to, zone, 9).map(({ text }) => text);

describe('timeTicks', () => {
  it('stand at round times of the reader’s zone', () => {
    const from = Date.UTC(2026, 10, 24, 4, 10);
    expect(texts(from, from + 6 * HOUR_MS, 'UTC')).toEqual(
      '05:00 06:00 07:00 08:00 09:00 10:00'.split(' '),
    );
    expect(texts(from, from + 3 * HOUR_MS, 'Asia/Kolkata')[0]).toBe('10:00');
  });

  it('name the day at its start', () => {
    const from = Date.UTC(2026, 10, 23, 20);
    const ticks = timeTicks(from, from + 9 * HOUR_MS, 'UTC', 9);
    expect(ticks.find(({ isDay }) => isDay)?.text).toBe('24 Nov');
  });

  it('stay round over a change of the clock, which is an hour longer', () => {
    // On 25 October 2026 the clock of Berlin goes from 03:00 back to 02:00.
    const from = Date.UTC(2026, 9, 24, 22);
    const ticks = timeTicks(from, from + 25 * HOUR_MS, 'Europe/Berlin', 9);
    expect(ticks.map(({ text }) => text)).toEqual(
      '25 Oct|03:00|06:00|09:00|12:00|15:00|18:00|21:00|26 Oct'.split('|'),
    );
    expect((ticks[1]?.at ?? 0) - (ticks[0]?.at ?? 0)).toBe(4 * HOUR_MS);
  });

  it('are never more than asked for', () => {
    for (const hours of [0.5, 3, 24, 53, 24 * 14, 24 * 399]) {
      const ticks = timeTicks(0, hours * HOUR_MS, 'UTC', 9);
      expect(ticks.length).toBeLessThanOrEqual(10);
      expect(ticks.length).toBeGreaterThan(2);
    }
  });
});
