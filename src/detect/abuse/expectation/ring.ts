import { DAY_HOURS, DAY_MS, HOUR_MS, type TimeMs } from '../../../model/time.ts';

const DAYS = 14;
/** Two weeks of hours. */
export const SLOTS = DAYS * DAY_HOURS;
/** What was learnt stays, and what is new is news, for so long. */
export const REMEMBERED_MS = DAYS * DAY_MS;

/**
 * What an hour of a container is remembered by, a byte each on a logarithmic scale: the hottest pod's
 * mean and highest window in cores, and that pod's network and disk in bytes a second.
 */
export interface HourRing {
  /** Number of the newest hour since the epoch; slots older than `SLOTS` before it hold nothing. */
  readonly newest: number;
  /** All columns, one after the other: one piece of memory, since ten thousand rings are copied every hour. */
  readonly bytes: Uint8Array;
  readonly mean: Uint8Array;
  readonly peak: Uint8Array;
  readonly net: Uint8Array;
  readonly disk: Uint8Array;
  /** Bit per slot: the hour belongs to an alarm and is not learnt from. */
  readonly flags: Uint8Array;
}

export interface HourValues {
  readonly mean: number;
  readonly peak: number;
  readonly net: number | null;
  readonly disk: number | null;
}

/** Steps of 7 % for cores (from 0.1 mcore to 2,700 cores), of 9.5 % for bytes a second (1 B to 9 GB). */
const CORES = { unit: 1e-4, log: Math.log(1.07) } as const;
const BYTES = { unit: 1, log: Math.log(1.095) } as const;

type Scale = typeof CORES | typeof BYTES;

/** Codes of a byte: 0 is unknown, 1 is none, from `FIRST` on it is the logarithm. */
const CODES = 256;
const FIRST = 2;

function encode(value: number | null, { unit, log }: Scale): number {
  if (value === null) return 0;
  if (value < unit) return 1;
  return Math.min(CODES - 1, FIRST + Math.round(Math.log(value / unit) / log));
}

function tableOf({ unit, log }: Scale): Float64Array {
  return Float64Array.from({ length: CODES }, (_, code) =>
    code < FIRST ? 0 : unit * Math.exp((code - FIRST) * log),
  );
}

export const CORES_OF = tableOf(CORES);
export const BYTES_OF = tableOf(BYTES);

/** In the order in which they lie in `bytes`; the flags come after them. */
const COLUMNS = ['mean', 'peak', 'net', 'disk'] as const;
const BYTE_BITS = 8;
/** Bytes of all columns. */
export const RING_BYTES = COLUMNS.length * SLOTS + SLOTS / BYTE_BITS;

/** A ring whose columns are parts of `bytes`, which nobody else may change. */
export function ringOver(newest: number, bytes: Uint8Array): HourRing {
  const part = (index: number): Uint8Array => bytes.subarray(index * SLOTS, (index + 1) * SLOTS);
  const [mean, peak, net, disk] = COLUMNS.map((_, index) => part(index)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  return {
    newest,
    bytes,
    mean,
    peak,
    net,
    disk,
    flags: bytes.subarray(COLUMNS.length * SLOTS),
  };
}

export const EMPTY_RING: HourRing = ringOver(-1, new Uint8Array(RING_BYTES));

/** Number of the hour that `time` lies in. */
export function hourOf(time: TimeMs): number {
  return Math.floor(time / HOUR_MS);
}

/** The ring with one more hour; hours that were skipped hold nothing. */
export function addHour(
  ring: HourRing,
  hour: number,
  values: HourValues,
  isFlagged: boolean,
): HourRing {
  const next = copy(ring, hour);
  const from = ring.newest < 0 ? hour : Math.max(ring.newest + 1, hour - SLOTS + 1);
  for (let skipped = from; skipped < hour; skipped++) clear(next, skipped);
  const slot = hour % SLOTS;
  next.mean[slot] = encode(values.mean, CORES);
  next.peak[slot] = encode(values.peak, CORES);
  next.net[slot] = encode(values.net, BYTES);
  next.disk[slot] = encode(values.disk, BYTES);
  setFlag(next, hour, isFlagged);
  return next;
}

/** The ring with the hours from `from` on flagged (an alarm's onset was found backwards). */
export function flagFrom(ring: HourRing, from: number): HourRing {
  if (ring.newest < from) return ring;
  const next = copy(ring, ring.newest);
  for (let hour = Math.max(from, ring.newest - SLOTS + 1); hour <= ring.newest; hour++)
    setFlag(next, hour, true);
  return next;
}

/**
 * The hours up to `until` that are remembered and may be learnt from, ascending.
 *
 * @param lapsedBefore hour before which flags have expired, however young; any does after a week
 */
export function learntHours(ring: HourRing, until: number, lapsedBefore: number): number[] {
  const learnt: number[] = [];
  for (let hour = Math.max(0, ring.newest - SLOTS + 1); hour <= until; hour++) {
    const slot = hour % SLOTS;
    if (ring.mean[slot] === 0) continue;
    const [at, bit] = flagOf(slot);
    const isExpired = hour < lapsedBefore || ring.newest - hour >= SLOTS / 2;
    if (((ring.flags[at] ?? 0) & bit) === 0 || isExpired) learnt.push(hour);
  }
  return learnt;
}

function copy(ring: HourRing, newest: number): HourRing {
  return ringOver(newest, ring.bytes.slice());
}

function clear(ring: HourRing, hour: number): void {
  for (const column of COLUMNS) ring[column][hour % SLOTS] = 0;
  setFlag(ring, hour, false);
}

function setFlag(ring: HourRing, hour: number, on: boolean): void {
  const [at, bit] = flagOf(hour % SLOTS);
  const byte = ring.flags[at] ?? 0;
  ring.flags[at] = on ? byte | bit : byte & ~bit;
}

function flagOf(slot: number): readonly [at: number, bit: number] {
  return [Math.floor(slot / BYTE_BITS), 1 << (slot % BYTE_BITS)];
}
