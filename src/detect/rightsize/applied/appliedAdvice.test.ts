import { describe, expect, it } from 'vitest';
import {
  aHistory,
  anAdviceContext,
  daysOfUse,
  FIRST_DAY,
} from '../../../../test/support/rightsize/advice.ts';
import { DAY_MS, HOUR_MS } from '../../../model/time.ts';
import { appliedAdvice } from './appliedAdvice.ts';

const CHANGED = FIRST_DAY + 10 * DAY_MS + 9 * HOUR_MS;

/** Twenty days at a tenth of a core, with a request of one core that becomes `after` on the tenth. */
function applied(after: number, since = FIRST_DAY) {
  const days = daysOfUse(20, (time) => ({ cpuRequestCores: time < CHANGED ? 1 : after }), 2);
  const history = aHistory(days);
  return appliedAdvice(history, { at: CHANGED, since }, anAdviceContext(days));
}

describe('an advice that was applied', () => {
  it('is a request that became what the days before it asked for', () => {
    const found = applied(0.12);
    expect(found?.advice.proposed.cpuRequestCores).toBeCloseTo(0.12, 2);
    expect(found?.before.cpuRequestCores).toBe(1);
    expect(found?.after.cpuRequestCores).toBe(0.12);
    // Two pods × 0.88 cores × a cent × 730 h: what of memory was advised as well was not followed.
    expect(found?.promised).toBeCloseTo(2 * 0.88 * 0.01 * 730, 0);
  });

  it('may go half of the way', () => {
    expect(applied(0.5)).not.toBeNull();
  });

  it.each([
    ['hardly moved', 0.9],
    ['moved the other way', 1.5],
    ['went far below the advice', 0.05],
    ['did not move', 1],
  ])('is none where the request %s', (_, after) => {
    expect(applied(after)).toBeNull();
  });

  it('is none where nothing is known of the time before', () => {
    expect(applied(0.12, CHANGED)).toBeNull();
  });
});
