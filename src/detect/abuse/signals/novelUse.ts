import { quantileOf } from '../quantile.ts';
import { cores, unknown, type Signal } from '../signal.ts';

/**
 * Use far above the workload's own robust baseline for this hour (median + 6 robust sigmas: on 66
 * honest pod-days nothing stayed above that for ten minutes, see facts). Full strength from a doubling
 * on; less is common after releases and counts half.
 */
export const novelUse: Signal = {
  name: 'novel-use',
  family: 'novelty',
  unit: 'cores',
  measure({ track, normal, suspicion, knobs }) {
    if (normal.base === null || suspicion.threshold === null)
      return unknown('Its normal is not known yet: too few hours that no alarm flagged');
    const typical = quantileOf(track.recent, 0.5);
    const isFiring =
      track.dwell >= knobs.dwell.onWindows &&
      (suspicion.isHot || Math.max(typical, suspicion.cores) >= suspicion.threshold);
    const isStrong =
      // What the hour of day explains is not known yet: only what was never seen at all counts in full.
      (!normal.base.isShort || typical >= 2 * normal.base.highest) &&
      typical >= suspicion.normal * (1 + knobs.novelty.strongShare) &&
      typical >= suspicion.normal + knobs.minCores;
    const whose = normal.source === 'peers' ? 'other pods of this image at' : 'at this hour';
    return {
      value: suspicion.cores,
      threshold: suspicion.threshold,
      strength: isFiring ? (isStrong ? 1 : 0.5) : 0,
      text: `Uses ${cores(suspicion.cores)} cores; normal ${whose} is ${cores(suspicion.normal)}, novel from ${cores(suspicion.threshold)}`,
    };
  },
};
