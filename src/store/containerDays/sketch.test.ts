import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import {
  EMPTY_SKETCH,
  mergeSketches,
  quantile,
  shareAbove,
  SKETCH_ERROR,
  type Sketch,
} from './sketch.ts';
import { SketchBuilder } from './sketchBuilder.ts';

function sketchOf(values: readonly number[]): Sketch {
  const builder = new SketchBuilder();
  for (const value of values) builder.add(value);
  return builder.build();
}

/** The true quantile by nearest rank. */
function exact(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

const usage = fc.double({ min: 2e-5, max: 1e12, noNaN: true });

describe('the quantile sketch', () => {
  it('is within 1 % of the true value at any rank', () => {
    fc.assert(
      fc.property(
        fc.array(usage, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (values, q) => {
          const truth = exact(values, q);
          const estimate = quantile(sketchOf(values), q) ?? Number.NaN;
          expect(Math.abs(estimate - truth) / truth).toBeLessThanOrEqual(SKETCH_ERROR + 1e-9);
        },
      ),
    );
  });

  it('merges days into the sketch of all their values', () => {
    fc.assert(
      fc.property(fc.array(fc.array(usage, { maxLength: 50 }), { maxLength: 14 }), (days) => {
        const merged = mergeSketches(days.map((day) => ({ sketch: sketchOf(day) })));
        expect(merged).toEqual(sketchOf(days.flat()));
      }),
    );
  });

  it('counts zeros, and says nothing of nothing', () => {
    expect(quantile(EMPTY_SKETCH, 0.95)).toBeNull();
    const mostlyIdle = sketchOf([0, 0, 0, 1]);
    expect(quantile(mostlyIdle, 0.75)).toBe(0);
    expect(quantile(mostlyIdle, 1)).toBe(1);
  });

  it('lets old days fade by weight', () => {
    const old = sketchOf([4, 4, 4, 4]);
    const fresh = sketchOf([1, 1, 1, 1]);
    const even = mergeSketches([{ sketch: old }, { sketch: fresh }]);
    const faded = mergeSketches([{ sketch: old, weight: 0.02 }, { sketch: fresh }]);
    expect(quantile(even, 0.95)).toBeCloseTo(4, 1);
    expect(quantile(faded, 0.95)).toBeCloseTo(1, 1);
  });

  it('tells the share of values above a limit', () => {
    const sketch = sketchOf([0.1, 0.2, 0.4, 0.8]);
    expect(shareAbove(sketch, 0.3)).toBe(0.5);
    expect(shareAbove(sketch, 0)).toBe(1);
    expect(shareAbove(sketch, 1)).toBe(0);
  });
});
