import { unknown, type Signal } from '../signal.ts';
import { formatCores } from '../../../model/text/units.ts';

/**
 * A day's average creeping away from weeks of history, less what traffic accounts for: a ramp that
 * each day's baseline would swallow. It keeps a poisoned baseline from being believed.
 */
export const cusumSlow: Signal = {
  name: 'cusum-slow',
  family: 'novelty',
  unit: 'scales',
  measure({ track, subject, thresholds }) {
    if (track.slowHours <= 72) return unknown('Needs three days of history');
    return {
      value: track.slow,
      threshold: thresholds.slow.alarm,
      // Growth that its traffic may well account for is a hint only.
      strength: track.slow < thresholds.slow.alarm ? 0 : subject.netIn === null ? 0.5 : 1,
      text: `Averages ${formatCores(track.dayCores)} over a day, ${formatCores(track.referenceCores)} over weeks`,
    };
  },
};
