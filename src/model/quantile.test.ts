import { expect, it } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import { medianOf, quantileOf } from './quantile.ts';

it('equals the quantile of the sorted list', () => {
  const list = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });
  fc.assert(
    fc.property(list, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const sorted = values.toSorted((a, b) => a - b);
      const at = (sorted.length - 1) * q;
      const low = Math.floor(at);
      const a = sorted[low] ?? 0;
      const b = sorted[Math.min(low + 1, sorted.length - 1)] ?? a;
      expect(quantileOf(values, q)).toBeCloseTo(a + (b - a) * (at - low), 6);
    }),
  );
});

it('is 0 of nothing, and knows infinities', () => {
  expect(quantileOf([], 0.5)).toBe(0);
  expect(quantileOf([-Infinity, -Infinity, 1], 0.25)).toBe(-Infinity);
});

it('has the middle, or what is between the two', () => {
  expect([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3])]).toEqual([2, 2.5]);
});
