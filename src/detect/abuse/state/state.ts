import type { DetectorState, StateCodec } from '../../../store/stateCodec.ts';
import { RING_BYTES, ringOver, type HourRing } from '../expectation/ring.ts';

/** Numbers of a track, in the order in which they are stored. Times are ms, 0 where there is none. */
const NUMBERS = [
  'firstSeen',
  'lastSeen',
  /** Hashes of the image and of its repository, and since when they are so. */
  'image',
  'imageSince',
  'repo',
  'repoSince',
  /** The same of its command line, where specs tell it. */
  'command',
  'commandSince',
  /** The hour being added up. */
  'hour',
  'windows',
  'sumCores',
  'peakCores',
  'lowCores',
  'sumNet',
  'netWindows',
  'sumDisk',
  'diskWindows',
  /** Working set while all was quiet, bytes. */
  'ram',
  /** Averages over about an hour: cores, network and disk in bytes a second (−1: not known). */
  'smoothCores',
  'smoothNet',
  'smoothDisk',
  /** For how long (in units of five minutes) no window has rested, for how much of it in silence, and the lowest. */
  'liftedFor',
  'silentFor',
  'liftedCores',
  /** The episode: suspicious use, from its onset on. */
  'dwell',
  'since',
  /** 1 when the episode began against a normal, 0 when nothing was known. */
  'hasNormal',
  'hotWindows',
  'coreSeconds',
  'extraCoreSeconds',
  'extraBytes',
  'ioCoreSeconds',
  'levelDwell',
  'throttled',
  'ramStep',
  'costNano',
  /** The alarm: 0 none, 1 info, 2 warning, 3 critical. */
  'alarm',
  'alarmSince',
  'quietBelow',
  'lowFor',
  'lessFor',
  /** When the last alarm ended, and how often it came back within a week. */
  'lastAlarm',
  'returns',
  /** 1 when the alarm's hours are not to be learnt from. */
  'isFlagging',
  /** Of a group: the last hour in which one of its members was under an alarm. */
  'taintedHour',
] as const;

type TrackNumbers = { readonly [Name in (typeof NUMBERS)[number]]: number };

/** What changes in every window of a subject (a container of a workload, or a group of workloads). */
export interface Track extends TrackNumbers {
  readonly row: 'track';
  /** Cores of the last dozen suspicious windows. */
  readonly recent: readonly number[];
  /** Hashes of the workloads of a group, as far as they fit. */
  readonly members: readonly number[];
}

/** What changes once an hour. */
export interface Past {
  readonly row: 'past';
  readonly ring: HourRing;
}

/** What an image ordinarily does in one pod, over all workloads that run it: the peers of a new one. */
export interface Peers {
  readonly row: 'peers';
  readonly cores: number;
  readonly upper: number;
  readonly net: number;
  readonly disk: number;
  readonly hours: number;
  readonly lastSeen: number;
}

/** Sums over a new side-car's windows of what it and the known containers of its pod used, see follow.ts. */
export interface Beside {
  readonly row: 'beside';
  readonly sumUnits: number;
  readonly others: number;
  readonly own: number;
  readonly othersSquared: number;
  readonly ownSquared: number;
  readonly product: number;
  /** The last window, and sums of the steps from each window to the next. */
  readonly lastOthers: number;
  readonly lastOwn: number;
  readonly steps: number;
  readonly othersSteps: number;
  readonly ownSteps: number;
  readonly stepProduct: number;
  readonly lastSeen: number;
}

export type AbuseState = Track | Past | Peers | Beside;

export type Rows = DetectorState<AbuseState>;

/** A track that has seen nothing. */
export function emptyTrack(now: number): Track {
  const zero = Object.fromEntries(NUMBERS.map((name) => [name, 0])) as unknown as TrackNumbers;
  return {
    ...zero,
    row: 'track',
    firstSeen: now,
    lastSeen: now,
    hour: -1,
    recent: [],
    members: [],
  };
}

const TAGS = { track: 1, past: 2, peers: 3, beside: 4 } as const;
const PEER_NUMBERS = ['cores', 'upper', 'net', 'disk', 'hours', 'lastSeen'] as const;
const BESIDE_NUMBERS = [
  'sumUnits',
  'others',
  'own',
  'othersSquared',
  'ownSquared',
  'product',
  'lastSeen',
  'lastOthers',
  'lastOwn',
  'steps',
  'othersSteps',
  'ownSteps',
  'stepProduct',
] as const;

/** Binary, exact to the last bit: what was stored and read again judges as if it never had been. */
export const abuseCodec: StateCodec<AbuseState> = {
  encode(value) {
    if (value.row === 'past') return packRing(value.ring);
    if (value.row === 'peers')
      return packNumbers(
        TAGS.peers,
        PEER_NUMBERS.map((name) => value[name]),
      );
    if (value.row === 'beside')
      return packNumbers(
        TAGS.beside,
        BESIDE_NUMBERS.map((name) => value[name]),
      );
    return packSparse(TAGS.track, [
      ...NUMBERS.map((name) => value[name]),
      value.recent.length,
      ...value.recent,
      ...value.members,
    ]);
  },
  decode(bytes) {
    const tag = bytes[0];
    if (tag === TAGS.past) return { row: 'past', ring: unpackRing(bytes) };
    const numbers = tag === TAGS.track ? unpackSparse(bytes) : unpackNumbers(bytes);
    if (tag === TAGS.peers) {
      const [cores = 0, upper = 0, net = 0, disk = 0, hours = 0, lastSeen = 0] = numbers;
      return { row: 'peers', cores, upper, net, disk, hours, lastSeen };
    }
    if (tag === TAGS.beside) {
      const entries = BESIDE_NUMBERS.map((name, index) => [name, numbers[index] ?? 0]);
      return { row: 'beside', ...Object.fromEntries(entries) } as Beside;
    }
    const fields = Object.fromEntries(
      NUMBERS.map((name, index) => [name, numbers[index] ?? 0]),
    ) as unknown as TrackNumbers;
    const start = NUMBERS.length + 1;
    const recents = numbers[NUMBERS.length] ?? 0;
    return {
      ...fields,
      row: 'track',
      recent: numbers.slice(start, start + recents),
      members: numbers.slice(start + recents),
    };
  },
};

function packNumbers(tag: number, numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(1 + numbers.length * 8);
  const view = new DataView(bytes.buffer);
  bytes[0] = tag;
  numbers.forEach((value, index) => view.setFloat64(1 + index * 8, value, true));
  return bytes;
}

function unpackNumbers(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor((bytes.byteLength - 1) / 8) }, (_, index) =>
    view.getFloat64(1 + index * 8, true),
  );
}

/** Most numbers of a quiet track are 0: a bit for each tells which are not, and only those follow. */
function packSparse(tag: number, numbers: readonly number[]): Uint8Array {
  const mask = Math.ceil(numbers.length / 8);
  const present = numbers.filter((value) => !Object.is(value, 0));
  const bytes = new Uint8Array(3 + mask + present.length * 8);
  const view = new DataView(bytes.buffer);
  bytes[0] = tag;
  view.setUint16(1, numbers.length, true);
  numbers.forEach((value, index) => {
    if (!Object.is(value, 0))
      bytes[3 + (index >> 3)] = (bytes[3 + (index >> 3)] ?? 0) | (1 << (index & 7));
  });
  present.forEach((value, index) => view.setFloat64(3 + mask + index * 8, value, true));
  return bytes;
}

function unpackSparse(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint16(1, true);
  let at = 3 + Math.ceil(count / 8);
  return Array.from({ length: count }, (_, index) => {
    if (((bytes[3 + (index >> 3)] ?? 0) & (1 << (index & 7))) === 0) return 0;
    at += 8;
    return view.getFloat64(at - 8, true);
  });
}

const HEADER = 9;

function packRing(ring: HourRing): Uint8Array {
  const bytes = new Uint8Array(HEADER + RING_BYTES);
  bytes[0] = TAGS.past;
  new DataView(bytes.buffer).setFloat64(1, ring.newest, true);
  bytes.set(ring.bytes, HEADER);
  return bytes;
}

function unpackRing(stored: Uint8Array): HourRing {
  // A Buffer's slice() shares its memory: a ring made of such would change under who still holds it.
  const bytes = new Uint8Array(stored);
  const newest = new DataView(bytes.buffer).getFloat64(1, true);
  return ringOver(newest, bytes.subarray(HEADER));
}
