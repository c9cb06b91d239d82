import { expect, it } from 'vitest';
import { aTrack, strengthOf, UNKNOWN } from '../../../../test/support/abuse/abuse.ts';
import { cusumFast } from './cusumFast.ts';

it('fires from the alarm line on, weakly', () => {
  expect(strengthOf(cusumFast, { track: aTrack({ fast: 13.9 }) })).toBe(0);
  expect(strengthOf(cusumFast, { track: aTrack({ fast: 14 }) })).toBe(0.5);
  expect(strengthOf(cusumFast, { track: aTrack({ fast: 28 }) })).toBe(0.5);
});

it('is unknown without a baseline', () => {
  expect(strengthOf(cusumFast, { track: aTrack({ fast: 20 }), normal: UNKNOWN })).toBeNull();
});
