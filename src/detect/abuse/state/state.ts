import { SEVERITIES, type Severity } from '../../../model/finding.ts';
import { HOUR_MS, MINUTE_MS, type Window } from '../../../model/time.ts';
import type { DetectorState } from '../../../store/stateCodec.ts';
import type { HourRing } from '../../usual/hourRing.ts';

/** What it is, and since when; times are ms, 0 where there is none. */
const IDENTITY = [
  'firstSeen',
  'lastSeen',
  /** Hashes of the image and of its repository, and since when; an empty name is free. */
  'image',
  'imageSince',
  'repo',
  'repoSince',
  'olderCores',
  '',
  /** Working set while all was quiet, bytes. */
  'ram',
] as const;

export const HOUR = [
  'hour',
  'windows',
  'sumCores',
  'peakCores',
  'sumNet',
  'netWindows',
  'sumDisk',
  'diskWindows',
] as const;

/** Averages over about an hour: cores, network and disk in bytes a second (−1: not known). */
const SMOOTH = ['smoothCores', 'smoothNet', 'smoothDisk'] as const;

/** Suspicious use, from its onset on; windows are units of five minutes. */
export const EPISODE = [
  'dwell',
  'since',
  /** 1 when it began against a normal, 0 when nothing was known. */
  'hasNormal',
  'hotWindows',
  'extraBytes',
  'ioCoreSeconds',
  'levelDwell',
  '',
  'ramStep',
  'costNano',
] as const;

const ALARM = [
  'alarm',
  'quietBelow',
  'lowFor',
  /** Cores of the window before; and `olderCores` of the one before that. */
  'lastCores',
  /** When the last alarm ended, and how often it came back within a week. */
  'lastAlarm',
  'returns',
  /** The last hour that is not to be learnt from: it was one of the first, and in doubt. */
  'taintedHour',
] as const;

export const TRACK = [...IDENTITY, ...HOUR, ...SMOOTH, ...EPISODE, ...ALARM] as const;

/** Sums over windows of two uses that may go together, see `followOf`. */
export const BESIDE = [
  'sumUnits',
  'others',
  'own',
  'othersSquared',
  'ownSquared',
  'product',
  'lastSeen',
] as const;

type Numbers<Names extends readonly string[]> = {
  readonly [Name in Exclude<Names[number], ''>]: number;
};

/** What changes in every window of a subject (a container of a workload, or a group of workloads). */
export interface Track extends Numbers<typeof TRACK> {
  readonly row: 'track';
  /** Cores of the last dozen suspicious windows. */
  readonly recent: readonly number[];
  /** Hashes of the workloads of a group, as far as they fit. */
  readonly members: readonly number[];
  /** Hashes of the signatures that this alarm has seen: what was seen once stays. */
  readonly signs: readonly number[];
}

export interface Beside extends Numbers<typeof BESIDE> {
  readonly row: 'beside';
}

export type AbuseState =
  | Track
  | Beside
  | { readonly row: 'past'; readonly ring: HourRing }
  // What earlier releases kept, and nobody reads: it is forgotten like anything else.
  | { readonly row: 'gone'; readonly lastSeen: number };

export type Rows = DetectorState<AbuseState>;

/** What is kept under a key; null unless it is a row of this kind. */
export function rowOf<Kind extends AbuseState['row']>(rows: Rows, key: string, kind: Kind) {
  const row = rows.get(key);
  return row?.row === kind ? (row as Extract<AbuseState, { readonly row: Kind }>) : null;
}

export function ringOf(rows: Rows, key: string): HourRing | null {
  return rowOf(rows, `p/${key}`, 'past')?.ring ?? null;
}

export function none<Names extends readonly string[]>(names: Names): Numbers<Names> {
  const zeros = names.filter((name) => name !== '').map((name) => [name, 0] as const);
  return Object.fromEntries(zeros) as Numbers<Names>;
}

export function emptyTrack(now: number): Track {
  const fresh = { firstSeen: now, lastSeen: now, hour: -1, recent: [], members: [], signs: [] };
  return { ...none(TRACK), row: 'track', ...fresh };
}

/** True where its image changed so near the onset, ms. */
export function isReleased({ since, imageSince, firstSeen }: Track, within: number): boolean {
  return since > 0 && imageSince > firstSeen && Math.abs(imageSince - since) <= within;
}

/** An episode that is over. */
export const OVER = { dwell: 0, alarm: 0, quietBelow: 0, lowFor: 0, signs: [] } as const;

/** True while an alarm keeps what it sees from being learnt. */
export function isUnderAlarm({ alarm }: Track): boolean {
  return alarm >= rankOf('warning');
}

/** Dwell and the like count in units of five minutes, whatever the windows' length. */
const UNIT_MS = 5 * MINUTE_MS;
/** Units in an hour: of so many are the running averages, and the windows that are remembered one by one. */
export const HOUR_UNITS = HOUR_MS / UNIT_MS;

export function unitsOf(window: Window): number {
  return (window.end - window.start) / UNIT_MS;
}

/** 0 for null, 1 info, 2 warning, 3 critical: as the state keeps an alarm. */
export function rankOf(severity: Severity | null): number {
  return severity === null ? 0 : SEVERITIES.indexOf(severity) + 1;
}

export function severityOfRank(rank: number): Severity | null {
  return SEVERITIES[rank - 1] ?? null;
}
