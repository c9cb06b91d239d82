import { CORES_OF, isLearnt, SLOTS } from '../ring.ts';
import { unknown, type Signal } from '../signal.ts';
import { formatCores } from '../../../model/text/units.ts';

const LIKE = 0.8;

/** A Job or CronJob whose past runs, which no alarm flagged, used as much: this is what it does. */
export const pastRuns: Signal = {
  name: 'past-runs',
  family: 'suppressor',
  unit: 'cores',
  measure({ ring, subject, suspicion, window, track, thresholds }) {
    if (!subject.runs && subject.kind !== 'group')
      return { value: null, threshold: null, strength: 0, text: 'Does not run in Jobs' };
    if (ring === null) return unknown('No past runs are known');
    const before = Math.floor((track.since || window.start) / 3_600_000) - 6;
    let highest = 0;
    for (
      let hour = Math.max(0, ring.newest - SLOTS + 1);
      hour <= Math.min(before, ring.newest);
      hour++
    )
      if (isLearnt(ring, hour, thresholds.baseline.flagDays * 24))
        highest = Math.max(highest, CORES_OF[ring.peak[hour % SLOTS] ?? 0] ?? 0);
    return {
      value: highest,
      threshold: LIKE * suspicion.cores,
      strength: highest >= LIKE * suspicion.cores ? 1.5 : 0,
      text: `Past runs used up to ${formatCores(highest)}`,
    };
  },
};
