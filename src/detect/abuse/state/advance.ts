import { HOUR_MS, MINUTE_MS, SECOND_MS, type TimeMs, type Window } from '../../../model/time.ts';
import { hourOf } from '../expectation/ring.ts';
import { hash } from '../../../model/hash.ts';
import { repositoryOf } from '../../../model/image.ts';
import { EPISODE, HOUR, none, type Track } from './state.ts';
import type { Subject } from '../subjects/subject.ts';
import type { Suspicion } from '../excess/excess.ts';
import { offWindows, type AbuseThresholds } from '../thresholds.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Dwell and the like count in units of five minutes, whatever the windows' length. */
const UNIT_MS = 5 * MINUTE_MS;
/** Units in an hour: of so many are the running averages, and the windows that are remembered one by one. */
export const HOUR_UNITS = HOUR_MS / UNIT_MS;
/** Sums of an episode forget with this memory, per unit of suspicious use (two hours of them). */
const MEMORY = 1 - 1 / (2 * HOUR_UNITS);

/** How many units of five minutes a window is. */
export function unitsOf(window: Window): number {
  return (window.end - window.start) / UNIT_MS;
}

/** The track after one more window: identity, dwell, and what the episode has burnt so far. */
export function advance(
  before: Track,
  subject: Subject,
  suspicion: Suspicion,
  window: Window,
  thresholds: AbuseThresholds,
): Track {
  const track: Mutable<Track> = { ...before };
  identify(track, subject, window.start);
  const units = unitsOf(window);
  const hasNormal = suspicion.threshold !== null;
  // What was suspicious for want of a normal began where the use left the first normal that there is.
  if (hasNormal && suspicion.isHot && track.hasNormal === 0 && track.alarm === 0) restart(track);
  if (track.since === 0) track.hasNormal = hasNormal ? 1 : 0;
  if (suspicion.isHot) accumulate(track, subject, suspicion, window, thresholds);
  track.dwell = suspicion.isHot
    ? Math.min(offWindows(thresholds), track.dwell + units)
    : Math.max(0, track.dwell - thresholds.dwell.leak * units);
  if (track.dwell === 0 && track.alarm === 0) endEpisode(track);
  if (track.since === 0) learnMemory(track, subject);
  else track.costNano += subject.costNano;
  return track;
}

function identify(track: Mutable<Track>, subject: Subject, at: TimeMs): void {
  track.lastSeen = at;
  const member = subject.members[0];
  const spec = member?.pod.spec?.containers.find(({ name }) => name === member.container.name);
  if (spec?.commandHash !== undefined) {
    const command = hash(spec.commandHash);
    if (command !== track.command) track.commandSince = track.command === 0 ? track.firstSeen : at;
    track.command = command;
  }
  if (subject.image === null) return;
  const image = hash(subject.image);
  const repo = hash(repositoryOf(subject.image));
  if (image !== track.image) {
    track.imageSince = track.image === 0 ? track.firstSeen : at;
    track.image = image;
  }
  if (repo !== track.repo) {
    track.repoSince = track.repo === 0 ? track.firstSeen : at;
    track.repo = repo;
  }
}

function accumulate(
  track: Mutable<Track>,
  subject: Subject,
  suspicion: Suspicion,
  window: Window,
  thresholds: AbuseThresholds,
): void {
  const seconds = (window.end - window.start) / SECOND_MS;
  const units = unitsOf(window);
  const memory = MEMORY ** units;
  if (track.since === 0) {
    track.since = window.start;
    track.ramStep = 0;
  }
  track.hotWindows += units;
  if (suspicion.extraBytes !== null) {
    track.extraBytes = track.extraBytes * memory + suspicion.extraBytes * seconds;
    track.ioCoreSeconds = track.ioCoreSeconds * memory + suspicion.extraCores * seconds;
  }
  track.levelDwell = suspicion.isLevel
    ? Math.min(offWindows(thresholds), track.levelDwell + units)
    : Math.max(0, track.levelDwell - units);
  track.throttled +=
    ((subject.throttled ?? 0) - track.throttled) / Math.min(HOUR_UNITS, track.recent.length + 1);
  if (subject.ram !== null && track.ram > 0)
    track.ramStep = Math.max(track.ramStep, subject.ram - track.ram);
  track.recent = [...track.recent.slice(1 - HOUR_UNITS), suspicion.cores];
}

function restart(track: Mutable<Track>): void {
  endEpisode(track);
  track.dwell = 0;
}

function endEpisode(track: Mutable<Track>): void {
  Object.assign(track, none(EPISODE), { dwell: track.dwell, recent: [] });
}

function learnMemory(track: Mutable<Track>, subject: Subject): void {
  if (subject.ram === null || subject.ram <= 0) return;
  track.ram = track.ram === 0 ? subject.ram : track.ram + (subject.ram - track.ram) / HOUR_UNITS;
}

/** Adds the window to the running averages and, where it counts, to the hour that is being summed up. */
export function addToHour(track: Track, subject: Subject, window: Window, counts: boolean): Track {
  const { cores, net, disk } = subject;
  const isSame = track.hour === hourOf(window.start);
  const was = isSame ? track : none(HOUR);
  const pace = Math.min(1, unitsOf(window) / HOUR_UNITS);
  const toward = (was: number, value: number | null): number =>
    value === null ? -1 : was < 0 ? value : was + (value - was) * pace;
  const isFirst = track.hour < 0;
  const next = {
    ...track,
    ...(!isSame && was),
    smoothCores: isFirst ? cores : toward(track.smoothCores, cores),
    smoothNet: isFirst ? (net ?? -1) : toward(track.smoothNet, net),
    smoothDisk: isFirst ? (disk ?? -1) : toward(track.smoothDisk, disk),
    hour: hourOf(window.start),
  };
  if (!counts) return next;
  return {
    ...next,
    windows: was.windows + 1,
    sumCores: was.sumCores + cores,
    peakCores: Math.max(was.peakCores, cores),
    sumNet: was.sumNet + (net ?? 0),
    netWindows: was.netWindows + (net === null ? 0 : 1),
    sumDisk: was.sumDisk + (disk ?? 0),
    diskWindows: was.diskWindows + (disk === null ? 0 : 1),
  };
}
