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
