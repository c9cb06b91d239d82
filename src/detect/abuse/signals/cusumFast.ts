import { unknown, type Signal } from '../signal.ts';
import { formatNumber } from '../../../model/text/units.ts';

/**
 * One-sided CUSUM (Page, Biometrika 1954) on the robust z-score of use that traffic does not account
 * for: throttled miners below the novelty line add up. Drift and alarm are above the textbook's
 * (k = 0.5, h = 8) because five-minute windows are autocorrelated.
 */
export const cusumFast: Signal = {
  name: 'cusum-fast',
  family: 'novelty',
  unit: 'sigma',
  measure({ track, normal, thresholds }) {
    if (normal.base === null) return unknown('Needs a baseline of its own');
    return {
      value: track.fast,
      threshold: thresholds.cusum.alarm,
      strength: track.fast >= thresholds.cusum.alarm ? 0.5 : 0,
      text: `A small lasting excess adds up to ${formatNumber(track.fast)} sigma`,
    };
  },
};
