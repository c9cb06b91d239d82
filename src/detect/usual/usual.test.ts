import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../model/time.ts';
import { loadThresholds } from '../../daemon/config/loadThresholds.ts';
import { usualAt, type KnownHour } from './usual.ts';

const { baseline } = loadThresholds([]).abuse;

/** Hours from midnight on: `coresOf` says what is used in each; null is unknown. */
function hours(count: number, coresOf: (hour: number) => number | null): readonly KnownHour[] {
  return Array.from({ length: count }, (_, hour) => ({
    start: hour * HOUR_MS,
    value: coresOf(hour),
  }));
}

describe('usualAt', () => {
  it('is what the same hour of the day used before', () => {
    const day = (hour: number) => (hour % 24 >= 8 && hour % 24 < 20 ? 4 : 1);
    const { low, middle, high } = usualAt(
      [156.5 * HOUR_MS, 146.5 * HOUR_MS],
      hours(24 * 7, day),
      baseline,
    );
    // The least deviation that is believed is 5% of the middle; the band is two of them.
    expect([low[0], middle[0], high[0]]).toEqual([3.6, 4, 4.4]);
    expect([low[1], middle[1], high[1]]).toEqual([0.9, 1, 1.1]);
  });

  it('is unknown until twenty hours are known, and never made of what is not', () => {
    const at = (known: readonly KnownHour[]) => usualAt([5 * HOUR_MS], known, baseline).middle;
    expect(at(hours(19, () => 1))).toEqual([null]);
    expect(at(hours(24 * 9, () => null))).toEqual([null]);
    expect(at(hours(20, () => 1))).toEqual([1]);
  });
});
