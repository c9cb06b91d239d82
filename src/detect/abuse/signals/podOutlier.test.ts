import { expect, it } from 'vitest';
import {
  aSubject,
  aSuspicion,
  aTrack,
  strengthOf,
  UNKNOWN,
} from '../../../../test/support/abuse/abuse.ts';
import { podOutlier } from './podOutlier.ts';

const track = aTrack({ dwell: 3 });
const subject = aSubject({ siblings: 0.2, podCount: 5 });

it('fires at twice the median of the other pods', () => {
  const at = (cores: number) =>
    strengthOf(podOutlier, { track, subject, suspicion: aSuspicion({ cores }) });
  expect([at(0.39), at(0.4), at(1)]).toEqual([0, 0.5, 0.5]);
});

it('waits until it has lasted', () => {
  expect(strengthOf(podOutlier, { track: aTrack({ dwell: 2 }), subject })).toBe(0);
});

it('is unknown with too few pods', () => {
  expect(strengthOf(podOutlier, { track })).toBeNull();
});

it('counts in full for four times its siblings while there is no history', () => {
  const suspicion = aSuspicion({ cores: 0.8 });
  expect(strengthOf(podOutlier, { track, subject, suspicion, normal: UNKNOWN })).toBe(1);
  expect(strengthOf(podOutlier, { track, subject, suspicion })).toBe(0.5);
});
