import { describe, expect, it } from 'vitest';
import {
  ceilTo,
  floorTo,
  formatTime,
  HOUR_MS,
  monthStart,
  nextMonth,
  windowHours,
} from './time.ts';

describe('the window grid', () => {
  it('floors and ceils to lines anchored at the epoch', () => {
    expect(floorTo(1_000_123, 300_000)).toBe(900_000);
    expect(ceilTo(1_000_123, 300_000)).toBe(1_200_000);
    expect(ceilTo(900_000, 300_000)).toBe(900_000);
  });

  it('measures windows in hours', () => {
    expect(windowHours({ start: 0, end: HOUR_MS / 12 })).toBeCloseTo(1 / 12, 15);
  });

  it('knows where a UTC month begins and ends, at the turn of a year and in a leap year', () => {
    const last = Date.UTC(2026, 11, 31, 23, 59, 59, 999);
    expect([monthStart(last), nextMonth(last)]).toEqual([
      Date.UTC(2026, 11, 1),
      Date.UTC(2027, 0, 1),
    ]);
    const leapDay = Date.UTC(2028, 1, 29);
    expect([monthStart(leapDay), nextMonth(leapDay)]).toEqual([
      Date.UTC(2028, 1, 1),
      Date.UTC(2028, 2, 1),
    ]);
    expect(monthStart(Date.UTC(2027, 0, 1))).toBe(Date.UTC(2027, 0, 1));
  });

  it('prints RFC 3339 in UTC', () => {
    expect(formatTime(Date.UTC(2026, 10, 24, 7))).toBe('2026-11-24T07:00:00Z');
  });
});
