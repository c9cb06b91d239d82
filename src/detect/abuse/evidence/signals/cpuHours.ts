import { HOUR_MS, SECOND_MS } from '../../../../model/time.ts';
import { podsOf } from '../../subjects/subject.ts';
import type { Signal } from '../signal.ts';
import { formatNumber } from '../../../../model/text/units.ts';

/**
 * Core-hours burnt beyond the normal and beyond what traffic accounts for, added up over the whole
 * episode: duty cycles, chains of short-lived pods and swarms stay low in every window and add up.
 */
export const cpuHours: Signal = {
  name: 'cpu-hours',
  family: 'level',
  unit: 'core-hours',
  measure({ subject, track, thresholds }) {
    const burnt = (track.extraCoreSeconds * SECOND_MS) / HOUR_MS;
    return {
      value: burnt,
      threshold: thresholds.cpuHours.coreHours,
      strength: burnt >= thresholds.cpuHours.coreHours ? thresholds.points.weak : 0,
      text: `Used ${formatNumber(burnt)} core-hours above normal${podsOf(subject)} since the onset`,
    };
  },
};
