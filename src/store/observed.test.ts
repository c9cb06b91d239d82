import { expect, it } from 'vitest';
import { isBetter, type Observed, type SealedData } from './observed.ts';

const WHOLE: Observed = { cpu: 10, memory: 10, requests: 10, network: 8, disk: 8, pods: 10 };
const seen = (complete: boolean, more: Partial<Observed> = {}): SealedData => ({
  observed: { ...WHOLE, ...more },
  complete,
});

it('an answer that shows more of a family and less of none is better, whole or not', () => {
  expect(isBetter(seen(false), seen(false, { memory: 11 }))).toBe(true);
  expect(isBetter(seen(true), seen(true, { pods: 11 }))).toBe(true);
  expect(isBetter(seen(false), seen(false, { memory: 11, disk: 7.9 }))).toBe(false);
  expect(isBetter(seen(false), seen(false))).toBe(false);
});

it('one that is whole now is better, though a life is shorter than the partial one had it', () => {
  expect(isBetter(seen(false), seen(true))).toBe(true);
  expect(isBetter(seen(false), seen(true, { cpu: 9.7, pods: 9.6 }))).toBe(true);
  // A store that lost a pod meanwhile has nothing better to say.
  expect(isBetter(seen(false), seen(true, { pods: 8.9 }))).toBe(false);
  expect(isBetter(seen(true), seen(false, { cpu: 12 }))).toBe(true);
});
