import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import { ALL_PODS, halfParts, partMatchers, partsOf, type PodPart } from './podParts.ts';

/** Label matchers are anchored. */
function selects(part: PodPart, pod: string): boolean {
  return partMatchers(part, 'pod').every(
    ({ op, value }) => new RegExp(`^(?:${value})$`, 's').test(pod) === (op === '=~'),
  );
}

describe('parts of all pods', () => {
  it('hold every pod exactly once', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 4, 8, 16), fc.string(), (count, pod) => {
        expect(partsOf(count).filter((part) => selects(part, pod))).toHaveLength(1);
      }),
    );
  });

  it('are split into halves that hold just what the part held', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 4, 8), fc.string(), (count, pod) => {
        for (const part of partsOf(count)) {
          const halves = halfParts(part) ?? [];
          expect(halves.filter((half) => selects(half, pod))).toHaveLength(
            selects(part, pod) ? 1 : 0,
          );
        }
      }),
    );
    expect(halfParts({ index: 0, of: 16 })).toBeNull();
  });

  it('are even for generated names', () => {
    const generated = Array.from(
      'bcdfghjklmnpqrstvwxz2456789',
      (last) => `web-7d9c6b5f4d-x7k2${last}`,
    );
    const counts = partsOf(4).map((part) => generated.filter((pod) => selects(part, pod)).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(partMatchers(ALL_PODS, 'pod')).toEqual([]);
  });
});
