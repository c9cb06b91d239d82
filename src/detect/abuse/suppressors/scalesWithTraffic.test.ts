import { expect, it } from 'vitest';
import { HOUR_MS } from '../../../model/time.ts';
import type { Facts } from '../signal.ts';
import {
  aFacts,
  aSuspicion,
  aTrack,
  reading,
  strengthOf,
} from '../../../../test/support/abuse/abuse.ts';
import { scalesWithTraffic } from './scalesWithTraffic.ts';

const { window } = aFacts();

/** A episode of so many hours, in which it uses `used` cores where its traffic accounts for one. */
function facts(hours: number, used: number, scaling: Facts['scaling']): Partial<Facts> {
  return {
    track: aTrack({ since: window.end - hours * HOUR_MS }),
    suspicion: aSuspicion({ traffic: { used, accounted: 1 } }),
    scaling,
  };
}

it('takes all that one excess counts for where it surely goes with the traffic', () => {
  const surely = { elasticity: 1, isSure: true };
  expect(strengthOf(scalesWithTraffic, facts(6, 1.5, surely))).toBe(3);
  expect(reading(scalesWithTraffic, facts(6, 1.5, surely)).text).toBe(
    'Uses 1.5 times what its traffic explains; the excess follows its traffic',
  );
});

it('takes nothing from a doubling on, nor where the excess stays the same', () => {
  expect(strengthOf(scalesWithTraffic, facts(6, 2.5, { elasticity: 1, isSure: true }))).toBe(0);
  expect(strengthOf(scalesWithTraffic, facts(6, 1.5, { elasticity: 0, isSure: false }))).toBe(0);
});

it('goes by the better guess after a day', () => {
  const guess = { elasticity: 0.8, isSure: null };
  expect(strengthOf(scalesWithTraffic, facts(6, 1.5, guess))).toBe(0);
  expect(strengthOf(scalesWithTraffic, facts(30, 1.5, guess))).toBe(3);
  expect(strengthOf(scalesWithTraffic, facts(30, 1.5, { ...guess, elasticity: 0.1 }))).toBe(0);
});

it('is not known where traffic says nothing of its use', () => {
  expect(strengthOf(scalesWithTraffic, facts(6, 1.5, null))).toBeNull();
  expect(strengthOf(scalesWithTraffic, { scaling: null })).toBeNull();
});
