import { expect, it } from 'vitest';
import { aSubject, aTrack, NEW, strengthOf } from '../../../../test/support/abuse/abuse.ts';
import { memoryLimit } from './memoryLimit.ts';

const at = (ram: number | null, ramStep = 0, change = {}) =>
  strengthOf(memoryLimit, {
    subject: aSubject({ ram, ramLimit: 1e9 }),
    track: aTrack({ ramStep }),
    ...change,
  });

it('speaks at 95 % of the limit, strongly where no memory came with the use', () => {
  expect([at(9.49e8), at(9.5e8), at(9.9e8)]).toEqual([0, 2.5, 2.5]);
});

it('a miner that filled the memory itself is worth one family at most', () => {
  expect(at(9.9e8, 5e7)).toBe(1);
  expect(at(9.9e8, 0, { normal: NEW })).toBe(1);
});

it('says nothing of a limit that does not hold', () => {
  expect([at(1.09e9), at(1.11e9)]).toEqual([2.5, 0]);
});

it('is unknown without a limit or without memory', () => {
  expect(at(null)).toBeNull();
  const subject = aSubject({ ram: 1e9, ramLimit: null });
  expect(strengthOf(memoryLimit, { subject })).toBeNull();
});
