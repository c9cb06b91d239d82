import { describe, expect, it } from 'vitest';
import { delayQuantile, designEffect, garwood, rateOf, shareOf, wilson } from './stats.ts';

describe('confidence intervals', () => {
  it('Wilson: published values', () => {
    // Newcombe 1998, table I: 81 of 263 → 0.2553 to 0.3662; 0 of 20 → 0 to 0.1611; 1 of 29 → 0.0061 to 0.1718.
    expect(wilson(81, 263).map((v) => v.toFixed(4))).toEqual(['0.2553', '0.3662']);
    expect(wilson(0, 20).map((v) => v.toFixed(4))).toEqual(['0.0000', '0.1611']);
    expect(wilson(1, 29).map((v) => v.toFixed(4))).toEqual(['0.0061', '0.1718']);
  });

  it('Garwood: published values, and the rule of three', () => {
    expect(garwood(0)[1]).toBeCloseTo(3.6889, 3);
    expect(garwood(1).map((v) => v.toFixed(4))).toEqual(['0.0253', '5.5716']);
    expect(garwood(10).map((v) => v.toFixed(3))).toEqual(['4.795', '18.390']);
  });

  it('clusters that are all alike inside widen the interval as if each counted once', () => {
    const trials = ['a', 'b', 'c', 'd'].flatMap((cluster, index) =>
      Array.from({ length: 10 }, () => ({ cluster, hit: index < 2 })),
    );
    expect(designEffect(trials)).toBeGreaterThan(9);
    const single = shareOf(trials);
    expect(single.value).toBe(0.5);
    expect(single.high - single.low).toBeGreaterThan(0.6);
  });

  it('alarms of one service count as one event for the bound', () => {
    const alone = rateOf([{ cluster: 'a', events: 5, podDays: 1000 }]);
    expect(alone.value).toBe(0.005);
    expect(alone.high).toBeCloseTo((5.5716 * 5) / 1000, 4);
    expect(rateOf([{ cluster: 'a', events: 0, podDays: 300 }]).high).toBeCloseTo(3.6889 / 300, 5);
  });

  it('a quantile of delays knows never', () => {
    expect(delayQuantile([5, Infinity, 10, 20], 0.5)).toBe(10);
    expect(delayQuantile([5, Infinity, 10, 20], 0.95)).toBe(Infinity);
  });
});
