import { describe, expect, it } from 'vitest';
import type { SeriesPoint } from '../../store/usage.ts';
import { HOUR_MS } from '../../model/time.ts';
import { usualAt } from './usual.ts';

/** Hours from midnight on: `coresOf` says what is used in each; null is unknown. */
function hours(count: number, coresOf: (hour: number) => number | null): readonly SeriesPoint[] {
  return Array.from({ length: count }, (_, hour) => ({
    window: { start: hour * HOUR_MS, end: (hour + 1) * HOUR_MS },
    cpuUsageCores: coresOf(hour),
  })) as unknown as readonly SeriesPoint[];
}

describe('usualAt', () => {
  it('is what the same hour of the day used before', () => {
    const day = (hour: number) => (hour % 24 >= 8 && hour % 24 < 20 ? 4 : 1);
    const { low, middle, high } = usualAt([12.5 * HOUR_MS, 2.5 * HOUR_MS], hours(24 * 7, day));
    expect([low[0], middle[0], high[0]]).toEqual([4, 4, 4]);
    expect([low[1], middle[1], high[1]]).toEqual([1, 1, 1]);
  });

  it('is unknown until three days are known, and never made of what is not', () => {
    expect(
      usualAt(
        [HOUR_MS],
        hours(48, () => 1),
      ).middle,
    ).toEqual([null]);
    expect(
      usualAt(
        [HOUR_MS],
        hours(24 * 9, () => null),
      ).middle,
    ).toEqual([null]);
    expect(
      usualAt(
        [5 * HOUR_MS],
        hours(24 * 4, () => 1),
      ).middle,
    ).toEqual([1]);
  });
});
