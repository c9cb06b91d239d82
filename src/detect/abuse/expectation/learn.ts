import { addHour, EMPTY_RING, SLOTS, type HourRing, type HourValues } from './ring.ts';
import type { Peers, Track } from '../state/state.ts';

/** The hour that `track` has summed up; null when it saw nothing. */
function hourValues(track: Track): HourValues | null {
  if (track.windows === 0) return null;
  return {
    mean: track.sumCores / track.windows,
    peak: track.peakCores,
    net: track.netWindows === 0 ? null : track.sumNet / track.netWindows,
    disk: track.diskWindows === 0 ? null : track.sumDisk / track.diskWindows,
  };
}

/** True while an alarm keeps what it sees from being learnt. */
export function isUnderAlarm({ alarm }: Track): boolean {
  return alarm >= 2;
}

/** The ring with the hour that has ended; hours under an alarm are flagged and not learnt. */
export function closeHour(ring: HourRing | null, track: Track): HourRing | null {
  const values = hourValues(track);
  if (values === null) return ring;
  const isFlagged = isUnderAlarm(track) || (track.hour > 0 && track.taintedHour === track.hour);
  return addHour(ring ?? EMPTY_RING, track.hour, values, isFlagged);
}

/** The image's peers after one unsuspicious hour of one workload that runs it. */
export function addToPeers(peers: Peers | null, track: Track): Peers | null {
  const values = hourValues(track);
  if (values === null || track.alarm > 0 || track.dwell > 0) return peers;
  const was = peers ?? { cores: 0, upper: 0, net: 0, disk: 0, hours: 0 };
  const hours = Math.min(was.hours + 1, SLOTS);
  const pace = 1 / hours;
  return {
    row: 'peers',
    cores: was.cores + (values.mean - was.cores) * pace,
    // The highest hour, fading by half in a week of hours.
    upper: Math.max(values.peak, was.upper * 0.996),
    net: was.net + ((values.net ?? was.net) - was.net) * pace,
    disk: was.disk + ((values.disk ?? was.disk) - was.disk) * pace,
    hours,
    lastSeen: track.lastSeen,
  };
}
