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

/** 0 is unknown, 1 is none, 2… is the logarithm. */
function encode(value: number | null, { unit, log }: Scale): number {
  if (value === null) return 0;
  if (value < unit) return 1;
  return Math.min(255, 2 + Math.round(Math.log(value / unit) / log));
}

function tableOf({ unit, log }: Scale): Float64Array {
  return Float64Array.from({ length: 256 }, (_, code) =>
    code < 2 ? 0 : unit * Math.exp((code - 2) * log),
  );
}

export const CORES_OF = tableOf(CORES);
export const BYTES_OF = tableOf(BYTES);

/** Logarithms of what codes from 2 on stand for. */
export function logOfCores(code: number): number {
  return LOG_CORES + (code - 2) * CORES.log;
}

export function logOfBytes(code: number): number {
  return (code - 2) * BYTES.log;
}

const LOG_CORES = Math.log(CORES.unit);

/** Bytes of all columns. */
export const RING_BYTES = 4 * SLOTS + SLOTS / 8;

/** A ring whose columns are parts of `bytes`, which nobody else may change. */
export function ringOver(newest: number, bytes: Uint8Array): HourRing {
  const part = (index: number, length: number): Uint8Array =>
    new Uint8Array(bytes.buffer, bytes.byteOffset + index * SLOTS, length);
  return {
    newest,
    bytes,
    mean: part(0, SLOTS),
    peak: part(1, SLOTS),
    net: part(2, SLOTS),
    disk: part(3, SLOTS),
    flags: part(4, SLOTS / 8),
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
 * @param flagHours after which a flag expires
 * @param lapsedBefore hour before which flags have expired, however young
 */
export function learntHours(
  ring: HourRing,
  until: number,
  flagHours: number,
  lapsedBefore: number,
): number[] {
  const learnt: number[] = [];
  for (let hour = Math.max(0, ring.newest - SLOTS + 1); hour <= until; hour++) {
    const slot = hour % SLOTS;
    if (ring.mean[slot] === 0) continue;
    const isFlagged = (((ring.flags[slot >> 3] ?? 0) >> (slot & 7)) & 1) === 1;
    const isExpired = hour < lapsedBefore || ring.newest - hour >= flagHours;
    if (!isFlagged || isExpired) learnt.push(hour);
  }
  return learnt;
}

function copy(ring: HourRing, newest: number): HourRing {
  return ringOver(newest, ring.bytes.slice());
}

function clear(ring: HourRing, hour: number): void {
  const slot = hour % SLOTS;
  ring.mean[slot] = ring.peak[slot] = ring.net[slot] = ring.disk[slot] = 0;
  setFlag(ring, hour, false);
}

function setFlag(ring: HourRing, hour: number, on: boolean): void {
  const slot = hour % SLOTS;
  const bit = 1 << (slot & 7);
  const byte = ring.flags[slot >> 3] ?? 0;
  ring.flags[slot >> 3] = on ? byte | bit : byte & ~bit;
}
