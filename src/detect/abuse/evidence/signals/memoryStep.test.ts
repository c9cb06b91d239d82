import { expect, it } from 'vitest';
import { aSubject, aTrack, NEW, strengthOf } from '../../../../../test/support/abuse/abuse.ts';
import { memoryStep } from './memoryStep.ts';

const MIB = 2 ** 20;

it('fires when RandomX’s 256 MiB came with the use', () => {
  const at = (ramStep: number) => strengthOf(memoryStep, { track: aTrack({ dwell: 3, ramStep }) });
  expect([at(229e6), at(230e6), at(3e9)]).toEqual([0, 0.5, 0.5]);
});

it('of what is new, only the size of the fast mode’s data set says something', () => {
  const at = (ram: number) =>
    strengthOf(memoryStep, {
      normal: NEW,
      track: aTrack({ dwell: 3 }),
      subject: aSubject({ ram }),
    });
  expect([at(500 * MIB), at(2_340 * MIB), at(4_000 * MIB)]).toEqual([0, 0.5, 0]);
});

it('waits for the use to last, and is unknown where memory is', () => {
  expect(strengthOf(memoryStep, { track: aTrack({ dwell: 2, ramStep: 1e9 }) })).toBe(0);
  expect(strengthOf(memoryStep, { subject: aSubject({ ram: null }) })).toBeNull();
});
