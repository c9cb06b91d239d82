import { expect, it } from 'vitest';
import { aTrack, strengthOf } from '../../../../../test/support/abuse/abuse.ts';
import { cpuHours } from './cpuHours.ts';

it('fires from one burnt core-hour on', () => {
  expect(strengthOf(cpuHours, { track: aTrack({ extraCoreSeconds: 3_599 }) })).toBe(0);
  expect(strengthOf(cpuHours, { track: aTrack({ extraCoreSeconds: 3_600 }) })).toBe(0.5);
  expect(strengthOf(cpuHours, { track: aTrack({ extraCoreSeconds: 1e6 }) })).toBe(0.5);
});
