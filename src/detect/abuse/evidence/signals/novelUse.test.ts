import { expect, it } from 'vitest';
import {
  aSuspicion,
  aTrack,
  own,
  reading,
  strengthOf,
  UNKNOWN,
} from '../../../../../test/support/abuse/abuse.ts';
import { novelUse } from './novelUse.ts';

const track = aTrack({ dwell: 3, hotWindows: 3, recent: [0.5, 0.5, 0.5] });

it('counts in full from a doubling on, half below', () => {
  expect(strengthOf(novelUse, { track })).toBe(1);
  const less = aTrack({ dwell: 3, hotWindows: 3, recent: [0.19, 0.19, 0.19] });
  const suspicion = aSuspicion({ cores: 0.19, threshold: 0.18 });
  expect(strengthOf(novelUse, { track: less, suspicion })).toBe(0.5);
});

it('is quiet below the threshold and before it has lasted', () => {
  const suspicion = aSuspicion({ cores: 0.5, threshold: 0.51, isHot: false });
  expect(strengthOf(novelUse, { track, suspicion })).toBe(0);
  expect(strengthOf(novelUse, { track: aTrack({ dwell: 2.75, recent: [0.5] }) })).toBe(0);
});

it('does not trust a history of less than three days with the time of day', () => {
  expect(strengthOf(novelUse, { track, normal: own({ isShort: true, highest: 0.3 }) })).toBe(0.5);
  expect(strengthOf(novelUse, { track, normal: own({ isShort: true, highest: 0.2 }) })).toBe(1);
});

it('is unknown without a normal, and says why', () => {
  const { strength, text } = reading(novelUse, {
    track,
    normal: UNKNOWN,
    suspicion: aSuspicion({ threshold: null }),
  });
  expect(strength).toBeNull();
  expect(text).toMatch(/normal is not known yet/);
});
