import { expect, it } from 'vitest';
import type { SideCar } from '../sideCars.ts';
import { reading, strengthOf } from '../../../../test/support/abuse/abuse.ts';
import { servesItsPod } from './servesItsPod.ts';

const PROXY: SideCar = {
  elasticity: 0.9,
  follows: true,
  isEvener: false,
  othersCores: 0.3,
  isLittle: true,
  workloads: 1,
  isRollout: false,
};

it('speaks for a little side-car that goes with the others', () => {
  expect(strengthOf(servesItsPod, { sideCar: PROXY })).toBe(3);
});

it('lets a rollout to several namespaces pass for as long as that cannot be told', () => {
  const undecided = { ...PROXY, follows: null, elasticity: null };
  expect(strengthOf(servesItsPod, { sideCar: undecided })).toBe(0);
  const rollout = { ...undecided, isRollout: true, workloads: 12 };
  expect(strengthOf(servesItsPod, { sideCar: rollout })).toBe(3);
  expect(reading(servesItsPod, { sideCar: rollout }).text).toContain(
    'its image was added to 12 known workloads',
  );
});

it('speaks for one that is busier than an idle application only where it is everywhere and goes with it', () => {
  const busy = { ...PROXY, isLittle: false, isRollout: true, workloads: 12 };
  expect(strengthOf(servesItsPod, { sideCar: busy })).toBe(3);
  expect(strengthOf(servesItsPod, { sideCar: { ...busy, follows: null } })).toBe(0);
});

it('says nothing for what does not go with them, or uses more than they do', () => {
  const miner = { ...PROXY, follows: false, isRollout: true };
  expect(strengthOf(servesItsPod, { sideCar: miner })).toBe(0);
  expect(strengthOf(servesItsPod, { sideCar: { ...PROXY, isLittle: false } })).toBe(0);
});

it('is not known for whatever is no new side-car', () => {
  expect(strengthOf(servesItsPod, { sideCar: null })).toBeNull();
});
