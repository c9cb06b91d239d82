import { expect, it } from 'vitest';
import { addWindow, followOf } from './follow.ts';
import type { Beside } from './state.ts';

const LEAST = 0.3;

/** So many windows in which the others use `others(n)` cores and it `own(n)`. */
function sums(count: number, others: (n: number) => number, own: (n: number) => number): Beside {
  let sum: Beside | null = null;
  for (let n = 0; n < count; n++) sum = addWindow(sum, others(n), own(n), 1, n);
  return sum as Beside;
}

const waves = (n: number): number => 0.2 + 0.05 * Math.sin(n / 3) + 0.01 * Math.sin(n * 2.3);

it('a proxy follows: its use changes with theirs', () => {
  const found = followOf(
    sums(40, waves, (n) => 0.01 + 0.2 * waves(n)),
    LEAST,
  );
  expect(found.follows).toBe(true);
  expect(found.elasticity).toBeGreaterThan(0.7);
});

it('a plateau beside them surely does not follow', () => {
  const found = followOf(
    sums(40, waves, (n) => 0.1 + 0.002 * Math.sin(n * 1.7)),
    LEAST,
  );
  expect(found.follows).toBe(false);
  expect(Math.abs(found.elasticity ?? 1)).toBeLessThan(0.1);
});

it('what uses more when they use less does not follow either', () => {
  expect(
    followOf(
      sums(40, waves, (n) => 0.5 - waves(n)),
      LEAST,
    ).follows,
  ).toBe(false);
});

it('cannot be told from few windows, nor where they do not vary', () => {
  expect(followOf(null, LEAST)).toEqual({ elasticity: null, follows: null });
  expect(followOf(sums(5, waves, waves), LEAST).follows).toBeNull();
  expect(
    followOf(
      sums(40, () => 0.2, waves),
      LEAST,
    ).follows,
  ).toBeNull();
  const noisy = sums(
    9,
    (n) => 0.2 + 0.001 * Math.sin(n * 5),
    (n) => 0.1 + 0.02 * Math.sin(n * 3),
  );
  expect(followOf(noisy, LEAST).follows).toBeNull();
});
