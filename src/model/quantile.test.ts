import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import { leastSquares, medianOf, quantileOf } from './quantile.ts';

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

describe('a line by least squares', () => {
  const points = [
    { x: 1, y: 3, weight: 1 },
    { x: 2, y: 5, weight: 1 },
    { x: 4, y: 9, weight: 1 },
  ];

  it('goes through points that lie on one, and counts those without weight as none', () => {
    const line = leastSquares([...points, { x: 3, y: 100, weight: 0 }]);
    expect(line.offset).toBeCloseTo(1, 12);
    expect(line.slope).toBeCloseTo(2, 12);
  });

  it('goes through the origin where it has to', () => {
    expect(leastSquares(points, true)).toEqual({ offset: 0, slope: 49 / 21 });
  });

  it('is flat where x does not vary', () => {
    const line = leastSquares([
      { x: 2, y: 1, weight: 1 },
      { x: 2, y: 4, weight: 3 },
    ]);
    expect(line).toEqual({ offset: 3.25, slope: 0 });
  });
});
