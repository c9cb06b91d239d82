import { medianOf } from '../../../../model/quantile.ts';
import type { Normal } from '../../expectation/normal.ts';
import { unknown, type Signal } from '../signal.ts';
import { podsOf } from '../../subjects/subject.ts';
import type { Suspicion } from '../../excess/excess.ts';
import { formatCores } from '../../../../model/text/units.ts';

/** From a doubling on novelty counts in full: honest releases move use by less. */
export const TWICE = 2;

/**
 * Use far above the workload's own robust baseline for this hour (median + 6 robust sigmas: on 66
 * honest pod-days nothing stayed above that for ten minutes, see facts). Full strength from a doubling
 * on; less is common after releases and counts half.
 */
export const novelUse: Signal = {
  name: 'novel-use',
  family: 'novelty',
  unit: 'cores',
  measure({ subject, track, normal, suspicion, thresholds }) {
    if (normal.base === null || suspicion.threshold === null)
      return unknown('Its normal is not known yet: too few hours that no alarm flagged');
    const { by, normal: usual, extraCores } = suspicion;
    const isOfHour = by === 'traffic';
    const typical = isOfHour ? usual + extraCores : medianOf(track.recent);
    const isFiring =
      track.dwell >= thresholds.dwell.onWindows &&
      (suspicion.isHot || Math.max(typical, suspicion.cores) >= suspicion.threshold);
    const isStrong =
      // What the hour of day explains is not known yet: only what was never seen at all counts in full.
      (!normal.base.isShort || typical >= TWICE * normal.base.highest) &&
      typical >= TWICE * suspicion.normal &&
      typical >= suspicion.normal + thresholds.minCores;
    return {
      value: suspicion.cores,
      threshold: suspicion.threshold,
      strength: isFiring ? (isStrong ? 1 : thresholds.points.weak) : 0,
      text: `${sentence(by, formatCores(isOfHour ? typical : suspicion.cores) + podsOf(subject), normal.source)} ${formatCores(usual)}, above normal from ${formatCores(suspicion.threshold)}`,
    };
  },
};

function sentence(by: Suspicion['by'], used: string, source: Normal['source']): string {
  switch (by) {
    case 'traffic':
      return `Uses ${used} on average over an hour; its traffic accounts for`;
    default:
      return `Uses ${used}; ${source === 'peers' ? 'usual for this image' : 'usual at this hour'}:`;
  }
}
