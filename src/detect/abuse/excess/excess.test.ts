import { expect, it } from 'vitest';
import { suspicionOf } from './excess.ts';
import { aFacts, aSubject, aTrack, own } from '../../../../test/support/abuse/abuse.ts';

const { thresholds } = aFacts();

/** A service of 100 kB a core-second and three days of history that uses a core more than its median. */
function suspicion(netIn: number, change: Parameters<typeof own>[0] = {}) {
  const normal = own({ isShort: true, upper: 0.3, highest: 0.3, sigma: 0.2, ...change });
  const subject = aSubject({ netIn, netOut: 0, limit: 2 });
  return suspicionOf(subject, 1.1, aTrack({ smoothNet: -1 }), normal, thresholds);
}

it('on a short history holds what its traffic does not account for against the lower line', () => {
  // A fifth of the added core is load: 0.3 cores are usually reached, a quarter of the way is margin.
  const busyHour = suspicion(30_000);
  expect(busyHour.explained).toBeCloseTo(0.2);
  expect(busyHour.threshold).toBeCloseTo(0.35 + 0.2);
  expect(busyHour.isHot).toBe(true);
});

it('never holds load against it', () => {
  const load = suspicion(110_000);
  expect(load.explained).toBe(1);
  expect(load.isHot).toBe(false);
});

it('knows no load without a ratio, or once the hours of the day are known', () => {
  const high = 0.1 + thresholds.novelty.sigmas * 0.2;
  expect(suspicion(30_000, { netPerCoreSecond: 0 }).threshold).toBeCloseTo(high);
  expect(suspicion(30_000, { isShort: false }).threshold).toBeCloseTo(high);
});
