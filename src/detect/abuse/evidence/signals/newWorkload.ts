import { formatTime } from '../../../../model/time.ts';
import { unknown, type Signal } from '../signal.ts';

/**
 * The workload, its container or its image repository did not exist before, in a history old enough
 * to know. Attackers deploy (DaemonSets, bare pods); installing Burnwatch must not make everything new.
 */
export const newWorkload: Signal = {
  name: 'new-workload',
  family: 'novelty',
  unit: 'time',
  measure({ track, normal, historyStart, thresholds }) {
    const { repoSince, firstSeen } = track;
    if (normal.isDeployed) {
      const since = repoSince > firstSeen ? repoSince : firstSeen;
      const what = repoSince > firstSeen ? 'New image since' : 'First seen';
      return {
        value: formatTime(since),
        threshold: formatTime(historyStart),
        strength: normal.source === 'own' ? thresholds.points.weak : 1,
        text: `${what} ${formatTime(since)}; no history to compare with`,
      };
    }
    if (normal.isArrival)
      return {
        value: formatTime(firstSeen),
        threshold: formatTime(historyStart),
        strength: normal.source === 'own' ? 0 : thresholds.points.weak,
        text: `First seen ${formatTime(firstSeen)}, within the first day of the history`,
      };
    if (normal.source === 'unknown')
      return unknown(
        `Whether it is new is not known: the history begins at ${formatTime(historyStart)} and needs a day before`,
      );
    return {
      value: formatTime(firstSeen),
      threshold: null,
      strength: 0,
      text: `Known since ${formatTime(firstSeen)}`,
    };
  },
};
