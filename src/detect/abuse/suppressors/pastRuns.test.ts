import { expect, it } from 'vitest';
import { addHour, EMPTY_RING, flagFrom, hourOf } from '../ring.ts';
import { aFacts, aSubject, aSuspicion, strengthOf } from '../../../../test/support/abuse/abuse.ts';
import { pastRuns } from './pastRuns.ts';

const hour = hourOf(aFacts().window.start);
const run = { mean: 0.5, peak: 1, low: 1, net: 0, disk: 0 };
const past = addHour(EMPTY_RING, hour - 24, run, false);
const subject = aSubject({ runs: true });
const at = (cores: number, ring = past) =>
  strengthOf(pastRuns, { subject, ring, suspicion: aSuspicion({ cores }) });

it('speaks when past runs went up to four fifths of this one', () => {
  expect([at(1), at(1.2), at(1.4)]).toEqual([1.5, 1.5, 0]);
});

it('a run under an alarm vouches for nothing, and neither does the present one', () => {
  expect(at(1, flagFrom(past, hour - 24))).toBe(0);
  expect(at(1, addHour(EMPTY_RING, hour, run, false))).toBe(0);
});

it('is for Jobs only, and unknown without any run', () => {
  expect(strengthOf(pastRuns, { ring: past })).toBe(0);
  expect(strengthOf(pastRuns, { subject, ring: null })).toBeNull();
});
