import { addHour, EMPTY_RING, type HourRing, type HourValues } from './ring.ts';
import type { Peers, Track } from './state.ts';
import type { Subject } from './subject.ts';
import type { AbuseThresholds } from './thresholds.ts';

const DAY_HOURS = 24;
/** The slow reference starts once three days were seen. */
const WARM_UP_HOURS = 72;

/** The hour that `track` has summed up; null when it saw nothing. */
function hourValues(track: Track): HourValues | null {
  if (track.windows === 0) return null;
  return {
    mean: track.sumCores / track.windows,
    peak: track.peakCores,
    low: track.lowCores,
    net: track.netWindows === 0 ? null : track.sumNet / track.netWindows,
    disk: track.diskWindows === 0 ? null : track.sumDisk / track.diskWindows,
  };
}

/** True while an alarm keeps what it sees from being learnt. */
export function isUnderAlarm({ alarm, isFlagging }: Track): boolean {
  return alarm >= 2 && isFlagging > 0;
}

/** The ring with the hour that has ended; hours under an alarm are flagged and not learnt. */
export function closeHour(ring: HourRing | null, track: Track): HourRing | null {
  const values = hourValues(track);
  if (values === null) return ring;
  const isFlagged = isUnderAlarm(track) || (track.hour > 0 && track.taintedHour === track.hour);
  return addHour(ring ?? EMPTY_RING, track.hour, values, isFlagged);
}

/**
 * The slow CUSUM: a day's average against one of weeks, less what the traffic accounts for. It sees a
 * ramp that each day's baseline would swallow (a poisoned baseline).
 */
export function advanceSlow(track: Track, subject: Subject, thresholds: AbuseThresholds): Track {
  // Jobs run when they run: an average over their days says nothing.
  if (subject.runs || subject.kind === 'group') return track;
  const values = hourValues(track);
  if (values === null) return track;
  const bytes = (values.net ?? 0) + (values.disk ?? 0);
  const hours = track.slowHours + 1;
  const day = { weight: 1 / Math.min(hours, DAY_HOURS) };
  const dayCores = track.dayCores + (values.mean - track.dayCores) * day.weight;
  const dayBytes = track.dayBytes + (bytes - track.dayBytes) * day.weight;
  if (hours <= WARM_UP_HOURS)
    return {
      ...track,
      slowHours: hours,
      dayCores,
      dayBytes,
      referenceCores: track.referenceCores + (values.mean - track.referenceCores) / hours,
      referenceBytes: track.referenceBytes + (bytes - track.referenceBytes) / hours,
    };
  const growth = track.referenceBytes > 0 ? Math.max(1, dayBytes / track.referenceBytes) : 1;
  const excess = dayCores - track.referenceCores * growth;
  const scale = Math.max(0.25 * track.referenceCores, thresholds.minCores);
  const slow = Math.max(
    0,
    Math.min(2 * thresholds.slow.alarm, track.slow + excess / scale - thresholds.slow.drift),
  );
  const pace = 1 / (thresholds.slow.referenceDays * DAY_HOURS);
  return {
    ...track,
    slowHours: hours,
    dayCores,
    dayBytes,
    referenceCores: track.referenceCores + (dayCores - track.referenceCores) * pace,
    referenceBytes: track.referenceBytes + (dayBytes - track.referenceBytes) * pace,
    slow,
    slowSince: slow === 0 ? 0 : track.slowSince === 0 ? track.hour * 3_600_000 : track.slowSince,
  };
}

/** The image's peers after one unsuspicious hour of one workload that runs it. */
export function addToPeers(peers: Peers | null, track: Track): Peers | null {
  const values = hourValues(track);
  if (values === null || track.alarm > 0 || track.dwell > 0) return peers;
  const was = peers ?? { cores: 0, upper: 0, net: 0, disk: 0, hours: 0 };
  const hours = Math.min(was.hours + 1, 14 * DAY_HOURS);
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
