import { CORES_OF, SLOTS } from '../ring.ts';
import { robustSpread } from './flatness.ts';
import { unknown, type Signal } from '../signal.ts';
import { formatShare } from '../../../model/text/units.ts';

/**
 * The same use at every hour of the day: people sleep, miners do not. Weak: so do pollers; it counts
 * as shape, beside flatness and never in addition to it.
 */
export const dayEqualsNight: Signal = {
  name: 'day-equals-night',
  family: 'shape',
  unit: 'share',
  measure({ ring, thresholds, subject, track }) {
    const values: number[] = [];
    if (ring === null) return unknown('Needs a day of history');
    for (let back = 0; back < thresholds.shape.dayNightHours; back++) {
      const hour = ring.newest - back;
      const code = hour < 0 ? 0 : (ring.mean[hour % SLOTS] ?? 0);
      if (code > 0) values.push(CORES_OF[code] ?? 0);
    }
    if (values.length < thresholds.shape.dayNightHours)
      return unknown(`Needs ${thresholds.shape.dayNightHours} hours without a gap`);
    const spread = robustSpread(values);
    const isHeld = subject.throttled !== null && track.throttled > thresholds.shape.throttled;
    return {
      value: spread,
      threshold: thresholds.shape.dayNightSpread,
      strength: spread <= thresholds.shape.dayNightSpread && !isHeld ? 0.5 : 0,
      text: `Hours of the day differ by ${formatShare(spread)}`,
    };
  },
};
