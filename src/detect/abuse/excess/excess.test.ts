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

it('never holds load against it', () => {
  const load = suspicion(110_000);
  expect(load.explained).toBe(1);
  expect(load.isHot).toBe(false);
});
