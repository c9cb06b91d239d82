import { unknown, type Signal } from '../signal.ts';
import { formatCores } from '../../../model/text/units.ts';

const FAR_TIMES = 4;

/**
 * One replica far above its siblings, which share its code and its traffic: peers need no history.
 * Weak, since leaders and skewed partitions look the same.
 */
export const podOutlier: Signal = {
  name: 'pod-outlier',
  family: 'novelty',
  unit: 'cores',
  measure({ subject, suspicion, track, normal, thresholds }) {
    const { siblings, podCount } = subject;
    if (siblings === null)
      return unknown(`It has ${podCount} pod(s): too few to hold one against the others`);
    const threshold = Math.max(siblings * thresholds.outlier.times, siblings + thresholds.minCores);
    const isFar = suspicion.cores >= FAR_TIMES * Math.max(siblings, thresholds.minCores);
    const isFiring = track.dwell >= thresholds.dwell.onWindows && suspicion.cores >= threshold;
    return {
      value: suspicion.cores,
      threshold,
      // Before there is any history, siblings are all there is to go by.
      strength: !isFiring ? 0 : isFar && normal.source === 'unknown' ? 1 : 0.5,
      text: `One pod uses ${formatCores(suspicion.cores)}, the median of the other ${podCount - 1} is ${formatCores(siblings)}`,
    };
  },
};
