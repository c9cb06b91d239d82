import { medianOf } from '../../../../model/quantile.ts';
import { formatCores } from '../../../../model/text/units.ts';
import { formatTime } from '../../../../model/time.ts';
import { podsOf } from '../../subjects/subject.ts';
import { unknown, type Signal } from '../signal.ts';

/** From a doubling on novelty counts in full: honest releases move use by less. */
export const TWICE = 2;

/** Use far above what it is held against. Full strength from a doubling on; less is common after releases. */
export const novelUse: Signal = {
  name: 'novel-use',
  family: 'novelty',
  unit: 'cores',
  measure({ subject, track, normal, suspicion, thresholds }) {
    const { base, siblings, source } = normal;
    const { by, normal: usual, extraCores, threshold, cores, isHot } = suspicion;
    if (base === null || threshold === null)
      return unknown('Its normal is not known yet: too few hours that no alarm flagged');
    const isOfHour = by === 'traffic';
    const typical = isOfHour ? usual + extraCores : medianOf(track.recent);
    const isFiring =
      track.dwell >= thresholds.dwell.onWindows && (isHot || Math.max(typical, cores) >= threshold);
    // What the hour of day explains is not known yet: only what was never seen at all counts in full.
    const least = Math.max(TWICE * usual, base.isShort ? TWICE * base.highest : 0);
    const isStrong = typical >= least && typical >= usual + thresholds.minCores;
    const used = formatCores(isOfHour ? typical : cores) + podsOf(subject);
    const compared = isOfHour
      ? ' on average over an hour; its traffic accounts for'
      : `; usual ${base === siblings ? 'for its siblings' : source === 'peers' ? 'for this image' : 'at this hour'}:`;
    return {
      value: cores,
      threshold,
      strength: isFiring ? (isStrong ? 1 : thresholds.points.weak) : 0,
      text: `Uses ${used}${compared} ${formatCores(usual)}, above normal from ${formatCores(threshold)}`,
    };
  },
};

/** It did not exist before, in a history old enough to know: installing Burnwatch must not make everything new. */
export const newWorkload: Signal = {
  name: 'new-workload',
  family: 'novelty',
  unit: 'time',
  measure({ track, normal, historyStart, thresholds: { points } }) {
    const { isDeployed, isArrival, source } = normal;
    const isImage = isDeployed && track.repoSince > track.firstSeen;
    const since = formatTime(isImage ? track.repoSince : track.firstSeen);
    const history = formatTime(historyStart);
    if (!isDeployed && !isArrival)
      return source === 'unknown'
        ? unknown(
            `Whether it is new is not known: the history begins at ${history} and needs a day before`,
          )
        : { value: since, threshold: null, strength: 0, text: `Known since ${since}` };
    const [most, least] = isDeployed ? [1, points.weak] : [points.weak, 0];
    return {
      value: since,
      threshold: history,
      strength: source === 'own' ? least : most,
      text: isDeployed
        ? `${isImage ? 'New image since' : 'First seen'} ${since}; no history to compare with`
        : `First seen ${since}, within the first day of the history`,
    };
  },
};
