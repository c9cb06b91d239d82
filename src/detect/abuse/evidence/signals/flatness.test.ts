import { expect, it } from 'vitest';
import { aSubject, aTrack, reading, strengthOf } from '../../../../../test/support/abuse/abuse.ts';
import { flatness, robustSpread } from './flatness.ts';

const flat = [1, 1.01, 0.99, 1, 1.02, 0.98];
const bumpy = [1, 1.4, 0.7, 1.2, 0.8, 1.5];

it('fires on a plateau and not on honest wobble', () => {
  expect(strengthOf(flatness, { track: aTrack({ recent: flat }) })).toBe(1);
  expect(strengthOf(flatness, { track: aTrack({ recent: bumpy }) })).toBe(0);
});

it('is nothing where the limit makes it flat', () => {
  const track = aTrack({ recent: flat, throttled: 0.26 });
  expect(strengthOf(flatness, { track })).toBe(0);
  expect(reading(flatness, { track }).text).toMatch(/its limit makes the use steady/);
  expect(strengthOf(flatness, { track: aTrack({ recent: flat, throttled: 0.25 }) })).toBe(1);
});

it('does not take throttling that is not known for none at all, nor for some', () => {
  const subject = aSubject({ throttled: null });
  expect(strengthOf(flatness, { track: aTrack({ recent: flat }), subject })).toBe(1);
});

it('is unknown before five windows', () => {
  expect(strengthOf(flatness, { track: aTrack({ recent: [1, 1, 1, 1] }) })).toBeNull();
});

it('one outlier does not hide a plateau', () => {
  expect(robustSpread([1, 1, 1, 1, 5])).toBe(0);
  expect(robustSpread([0, 0, 0])).toBe(Infinity);
});
