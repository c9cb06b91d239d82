import { expect, it } from 'vitest';
import { MINUTE_MS } from '../../../model/time.ts';
import { addWindow, followOf } from './sideCars.ts';
import type { Beside } from '../state/state.ts';

const LEAST = 0.3;

const windowOf = (n: number) => ({ start: n * 5 * MINUTE_MS, end: (n + 1) * 5 * MINUTE_MS });

/** So many windows in which the others use `others(n)` cores and it `own(n)`. */
function sums(
  count: number,
  others: (n: number) => number,
  own: (n: number) => number,
): readonly Beside[] {
  let sum: Beside | null = null;
  for (let n = 0; n < count; n++) sum = addWindow(sum, others(n), own(n), windowOf(n));
  return [sum!];
}

const waves = (n: number): number => 0.2 + 0.05 * Math.sin(n / 3) + 0.01 * Math.sin(n * 2.3);

it('a proxy follows: its use changes with theirs', () => {
  const found = followOf(
    sums(40, waves, (n) => 0.01 + 0.2 * waves(n)),
    LEAST,
  );
  expect(found.follows).toBe(true);
});

it('a plateau beside them surely does not follow', () => {
  const found = followOf(
    sums(40, waves, (n) => 0.1 + 0.002 * Math.sin(n * 1.7)),
    LEAST,
  );
  expect(found.follows).toBe(false);
});

it('what uses more when they use less does not follow either', () => {
  expect(
    followOf(
      sums(40, waves, (n) => 0.9 - waves(n)),
      LEAST,
    ).follows,
  ).toBe(false);
});

it('cannot be told from few windows, nor where they do not vary', () => {
  expect(followOf([], LEAST)).toEqual({ follows: null, isEvener: false });
  expect(followOf(sums(5, waves, waves), LEAST).follows).toBeNull();
  expect(
    followOf(
      sums(40, () => 0.2, waves),
      LEAST,
    ).follows,
  ).toBeNull();
  const noisy = sums(
    12,
    (n) => 0.2 + 0.001 * Math.sin(n * 5),
    (n) => 0.1 + 0.02 * Math.sin(n * 3),
  );
  expect(followOf(noisy, LEAST).follows).toBeNull();
});

it('needs two hours to say that it does not follow, and less to say that it is evener', () => {
  const plateau = (n: number): number => 0.1 + 0.002 * Math.sin(n * 1.7);
  const early = followOf(sums(12, waves, plateau), LEAST);
  expect(early).toMatchObject({ follows: null, isEvener: true });
  expect(followOf(sums(24, waves, plateau), LEAST).follows).toBe(false);
});

it('what is as uneven as they are is not said to be independent of them', () => {
  const found = followOf(
    sums(
      200,
      (n) => 0.2 + 0.01 * Math.sin(n * 2.3),
      (n) => 0.1 + 0.01 * Math.sin(n * 5.9),
    ),
    LEAST,
  );
  expect(found).toMatchObject({ follows: null, isEvener: false });
});

it('adds up what was seen of one image beside several workloads', () => {
  const proxy = (n: number): number => 0.01 + 0.2 * waves(n) + 0.006 * Math.sin(n * 4.7);
  const one = sums(9, waves, proxy);
  const three = [...one, ...one, ...one];
  expect(followOf(one, LEAST).follows).toBeNull();
  expect(followOf(three, LEAST).follows).toBe(true);
});
