import { expect, it } from 'vitest';
import { suspicionOf } from './excess.ts';
import { aFacts, aSubject, aTrack, own } from '../../../../test/support/abuse/abuse.ts';

const { thresholds } = aFacts();

/** A service of 100 kB a core-second and three days of history that uses a core more than its median. */
function isHot(net: number): boolean {
  const normal = own({
    isShort: true,
    window: { upper: 0.3, wobble: 0 },
    highest: 0.3,
    sigma: 0.1,
  });
  const subject = aSubject({ net, cores: 1.1, limit: 2 });
  return suspicionOf(subject, aTrack({ smoothNet: -1 }), normal, thresholds).suspicion.isHot;
}

it('never holds load against it', () => {
  expect(isHot(110_000)).toBe(false);
  expect(isHot(11_000)).toBe(true);
});

/** A service that used a tenth of a core for weeks, in an hour of `smoothCores` on average and `net` bytes a second. */
function inAnHourOf(smoothCores: number, net: number, cores = smoothCores, last = smoothCores) {
  const subject = aSubject({ cores, net: 70_000, limit: 2 });
  const smooth = { smoothCores, smoothNet: net, lastCores: last, olderCores: last };
  // What bursts: single windows of 0.8 cores are ordinary.
  const normal = own({ window: { upper: 0.8, wobble: 0.3 }, highest: 0.8 });
  return suspicionOf(subject, aTrack(smooth), normal, thresholds).suspicion;
}

it('counts no bytes of an ordinary burst as those of what runs below it', () => {
  const { by, extraBytes, extraCores } = inAnHourOf(0.3, 10_100, 0.8, 0.3);
  expect({ by, extraBytes }).toEqual({ by: 'average', extraBytes: 100 });
  expect(extraCores).toBeCloseTo(0.2);
});

it('a level hour at twice the normal is silent with less than a quarter of its own bytes a core-second', () => {
  const isFound = (...hour: Parameters<typeof inAnHourOf>): boolean => inAnHourOf(...hour).isHot;
  expect(isFound(0.6, 20_000)).toBe(true);
  expect(isFound(0.6, 24_000)).toBe(false);
  // Uneven, or less than twice the normal.
  expect(isFound(0.6, 20_000, 0.6, 0.4)).toBe(false);
  expect(isFound(0.19, 11_000)).toBe(false);
});
