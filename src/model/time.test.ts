import { describe, expect, it } from 'vitest';
import { ceilTo, floorTo, formatTime, HOUR_MS, windowHours } from './time.ts';

describe('the window grid', () => {
  it('floors and ceils to lines anchored at the epoch', () => {
    expect(floorTo(1_000_123, 300_000)).toBe(900_000);
    expect(ceilTo(1_000_123, 300_000)).toBe(1_200_000);
    expect(ceilTo(900_000, 300_000)).toBe(900_000);
  });

  it('measures windows in hours', () => {
    expect(windowHours({ start: 0, end: HOUR_MS / 12 })).toBeCloseTo(1 / 12, 15);
  });

  it('prints RFC 3339 in UTC', () => {
    expect(formatTime(Date.UTC(2026, 10, 24, 7))).toBe('2026-11-24T07:00:00Z');
  });
});
