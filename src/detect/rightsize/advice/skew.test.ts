import { expect, it } from 'vitest';
import { isSkewed } from './cpuRequest.ts';
import { daysOfUse } from '../../../../test/support/rightsize/advice.ts';

/** Noise that favours no pod. */
function noise(time: number, pod: number): number {
  const mixed = Math.imul((time / 300_000) ^ (pod * 7_919), 2_246_822_519) >>> 0;
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}

it.each([2, 3, 20])('of %i even pods none stands out, whatever the noise', (pods) => {
  const days = daysOfUse(5, (time, pod) => ({ cpuCores: 0.1 + noise(time, pod) }), pods);
  expect(isSkewed(days)).toBe(false);
});

it.each([2, 3, 20])('of %i pods a leader does', (pods) => {
  const days = daysOfUse(5, (_, pod) => ({ cpuCores: pod === pods - 1 ? 0.4 : 0.2 }), pods);
  expect(isSkewed(days)).toBe(true);
});

it('one pod is not the hottest of anything, and neither is none', () => {
  expect(isSkewed(daysOfUse(5, () => ({})))).toBe(false);
  expect(isSkewed([])).toBe(false);
});
