import { expect, it } from 'vitest';
import { aSubject, aTrack, strengthOf } from '../../../../test/support/abuse/abuse.ts';
import { cusumSlow } from './cusumSlow.ts';

it('fires from the alarm line on', () => {
  expect(strengthOf(cusumSlow, { track: aTrack({ slowHours: 200, slow: 23.9 }) })).toBe(0);
  expect(strengthOf(cusumSlow, { track: aTrack({ slowHours: 200, slow: 24 }) })).toBe(1);
});

it('is unknown for the first three days', () => {
  expect(strengthOf(cusumSlow, { track: aTrack({ slowHours: 72, slow: 40 }) })).toBeNull();
});

it('is a hint only where its traffic is not known', () => {
  const subject = aSubject({ netIn: null, netOut: null });
  expect(strengthOf(cusumSlow, { track: aTrack({ slowHours: 200, slow: 40 }), subject })).toBe(0.5);
});
