import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import { MINUTE_MS } from '../model/time.ts';
import { nanoInWindow, splitNano } from './exact.ts';

const FIVE_MINUTES = 5 * MINUTE_MS;
const FIRST = Date.UTC(2026, 10, 1);

function windowAt(index: number): { start: number; end: number } {
  const start = FIRST + index * FIVE_MINUTES;
  return { start, end: start + FIVE_MINUTES };
}

describe('splitNano', () => {
  it('ends and adds up for any weights', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.array(fc.double({ min: 0 }), { minLength: 1 }),
        (total, weights) => {
          const parts = splitNano(total, weights);
          expect(parts.every(Number.isSafeInteger)).toBe(true);
          expect(parts.reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(total));
        },
      ),
    );
  });

  it('ends for amounts that have no nano', () => {
    expect(splitNano(1e43, [1, 3])).toEqual([2.5e42, 7.5e42]);
  });
});

describe('nanoInWindow', () => {
  it('does not drift: any run of windows of a constant amount is off by less than a nano', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 2_000 }),
        (units, windows) => {
          let sum = 0;
          for (let index = 0; index < windows; index++) sum += nanoInWindow(units, windowAt(index));
          expect(Math.abs(sum - units * 1e9 * windows)).toBeLessThan(1.001);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is an integer, never negative, and within a nano of the amount in every window', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e4, noNaN: true }), fc.nat(9_000), (units, index) => {
        const nano = nanoInWindow(units, windowAt(index));
        expect(Number.isSafeInteger(nano)).toBe(true);
        expect(nano).toBeGreaterThanOrEqual(0);
        expect(Math.abs(nano - units * 1e9)).toBeLessThan(1.001);
      }),
    );
  });
});

describe('splitNano', () => {
  it('gives what remains to the largest remainders, earlier parts first', () => {
    expect(splitNano(10, [1, 1, 1])).toEqual([4, 3, 3]);
    expect(splitNano(10, [1, 2, 4])).toEqual([1, 3, 6]); // 1.43, 2.86, 5.71: the rests .86 and .71 win
    expect(splitNano(7, [0, 0])).toEqual([4, 3]);
    expect(splitNano(7, [])).toEqual([]);
  });

  it('adds up to the whole, whatever the weights and the sign', () => {
    const weights = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), weights, (total, parts) => {
        const split = splitNano(total, parts);
        expect(split.reduce((left, right) => left + right, 0)).toBe(total);
      }),
    );
  });
});
