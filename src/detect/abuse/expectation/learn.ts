import { addHour, EMPTY_RING, type HourRing } from '../../usual/hourRing.ts';
import { rankOf, type Track } from '../state/state.ts';

/** True while an alarm keeps what it sees from being learnt. */
export function isUnderAlarm({ alarm }: Track): boolean {
  return alarm >= rankOf('warning');
}

/** The ring with the hour that `track` has summed up; hours under an alarm are flagged and not learnt. */
export function closeHour(ring: HourRing | null, track: Track): HourRing | null {
  const { hour, windows, sumCores, peakCores, sumNet, netWindows, sumDisk, diskWindows } = track;
  if (windows === 0) return ring;
  const values = {
    mean: sumCores / windows,
    peak: peakCores,
    net: netWindows === 0 ? null : sumNet / netWindows,
    disk: diskWindows === 0 ? null : sumDisk / diskWindows,
  };
  const isFlagged = isUnderAlarm(track) || (hour > 0 && track.taintedHour === hour);
  return addHour(ring ?? EMPTY_RING, hour, values, isFlagged);
}
