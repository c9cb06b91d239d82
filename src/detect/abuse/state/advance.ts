import { hash } from '../../../model/hash.ts';
import { medianOf } from '../../../model/quantile.ts';
import { SECOND_MS, type Window } from '../../../model/time.ts';
import { isSteady } from '../evidence/signals/plateau.ts';
import type { Facts } from '../evidence/signal.ts';
import { addHour, EMPTY_RING, hourOf, type HourRing } from '../../usual/hourRing.ts';
import type { Subject } from '../subjects/subject.ts';
import { offWindows } from '../thresholds.ts';
import { EPISODE, HOUR, HOUR_UNITS, isUnderAlarm, none, unitsOf, type Track } from './state.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The track after one more window: identity, dwell, what the episode has burnt so far, and the hour. */
export function advance(facts: Facts): Track {
  const { subject, suspicion, window, thresholds, normal } = facts;
  const track: Mutable<Track> = { ...facts.track, lastSeen: window.start };
  identify(track, subject);
  const hasNormal = suspicion.threshold !== null;
  // What was suspicious for want of a normal began where the use left the first normal that there is.
  if (hasNormal && suspicion.isHot && track.hasNormal === 0 && track.alarm === 0) endEpisode(track);
  if (track.since === 0) track.hasNormal = hasNormal ? 1 : 0;
  if (suspicion.isHot) accumulate(track, facts);
  track.dwell = dwelt(track.dwell, suspicion.isHot, thresholds.dwell.leak, facts);
  if (track.dwell === 0 && track.alarm === 0) endEpisode(track);
  if (track.since > 0) track.costNano += subject.costNano;
  else if (subject.ram !== null && subject.ram > 0)
    track.ram += (subject.ram - track.ram) / (track.ram === 0 ? 1 : HOUR_UNITS);
  // A first hour must not be made normal by what came into it.
  if (suspicion.isHot && normal.base?.isProvisional === true && isSteady(track, thresholds))
    track.taintedHour = hourOf(window.start);
  addToHour(track, facts);
  return track;
}

function identify(track: Mutable<Track>, { image, repository }: Subject): void {
  const changes = [
    ['image', 'imageSince', image],
    ['repo', 'repoSince', repository],
  ] as const;
  for (const [what, since, text] of changes) {
    if (text === null) continue;
    const now = hash(text);
    if (now !== track[what]) track[since] = track[what] === 0 ? track.firstSeen : track.lastSeen;
    track[what] = now;
  }
}

/** What has lasted so long, after one more window; what rests takes back its share of that. */
function dwelt(was: number, goesOn: boolean, leak: number, { window, thresholds }: Facts): number {
  const units = unitsOf(window);
  return goesOn ? Math.min(offWindows(thresholds), was + units) : Math.max(0, was - leak * units);
}

function accumulate(track: Mutable<Track>, facts: Facts): void {
  const { subject, suspicion, window } = facts;
  const { cores, extraBytes, extraCores, isLevel } = suspicion;
  const seconds = (window.end - window.start) / SECOND_MS;
  if (track.since === 0) track.since = window.start;
  track.hotWindows += unitsOf(window);
  if (extraBytes !== null) {
    track.extraBytes += extraBytes * seconds;
    track.ioCoreSeconds += extraCores * seconds;
  }
  track.levelDwell = dwelt(track.levelDwell, isLevel, 1, facts);
  if (subject.ram !== null && track.ram > 0)
    track.ramStep = Math.max(track.ramStep, subject.ram - track.ram);
  track.recent = [...track.recent.slice(1 - HOUR_UNITS), cores];
}

function endEpisode(track: Mutable<Track>): void {
  Object.assign(track, none(EPISODE), { recent: [] });
}

/** Adds the window to the running averages and, unless people have planned it, to the hour that is being summed up. */
function addToHour(track: Mutable<Track>, { subject, window, planned }: Facts): void {
  const { cores, net, disk } = subject;
  const pace = track.hour < 0 ? 1 : Math.min(1, unitsOf(window) / HOUR_UNITS);
  const toward = (was: number, value: number | null): number =>
    value === null ? -1 : was < 0 ? value : was + (value - was) * pace;
  // A spike of one window does not last, in an hour's average as in its mean; longer windows are averages themselves.
  const { lastCores = cores, olderCores = cores } =
    track.hour < 0 || unitsOf(window) > 1 ? {} : track;
  track.smoothCores = toward(track.smoothCores, medianOf([cores, lastCores, olderCores]));
  Object.assign(track, { lastCores: cores, olderCores: lastCores });
  track.smoothNet = toward(track.smoothNet, net);
  track.smoothDisk = toward(track.smoothDisk, disk);
  const hour = hourOf(window.start);
  if (track.hour !== hour) Object.assign(track, none(HOUR), { hour });
  if (planned !== null) return;
  track.windows++;
  track.sumCores += cores;
  track.peakCores = Math.max(track.peakCores, cores);
  track.sumNet += net ?? 0;
  track.netWindows += net === null ? 0 : 1;
  track.sumDisk += disk ?? 0;
  track.diskWindows += disk === null ? 0 : 1;
}

/** The ring with the hour that windows like this one were summed up to; hours under an alarm are flagged and not learnt. */
export function closeHour(ring: HourRing | null, track: Track, window: Window): HourRing | null {
  const { hour, windows, netWindows, diskWindows } = track;
  if (windows === 0) return ring;
  // One window of a spike says nothing of what the rest of the hour does; one of six or fewer does.
  const left = windows > 1 && unitsOf(window) <= 1 ? 1 : 0;
  const values = {
    mean: (track.sumCores - left * track.peakCores) / (windows - left),
    peak: track.peakCores,
    net: netWindows === 0 ? null : track.sumNet / netWindows,
    disk: diskWindows === 0 ? null : track.sumDisk / diskWindows,
  };
  const isFlagged = isUnderAlarm(track) || (hour > 0 && track.taintedHour === hour);
  return addHour(ring ?? EMPTY_RING, hour, values, isFlagged);
}
