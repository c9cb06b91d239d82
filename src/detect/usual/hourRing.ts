import { HOUR_MS, WEEK_HOURS, type TimeMs } from '../../model/time.ts';

/** Two weeks of hours. */
export const SLOTS = 2 * WEEK_HOURS;
/** What was learnt stays, and what is new is news, for so long. */
export const REMEMBERED_MS = SLOTS * HOUR_MS;

/**
 * The hours of a container, a byte a value on a logarithmic scale, one column after the other; behind them a bit an
 * hour, set where it belongs to an alarm and is not learnt from.
 */
export interface HourRing {
  /** Number of the newest hour since the epoch; slots older than `SLOTS` before it hold nothing. */
  readonly newest: number;
  readonly bytes: Uint8Array;
}

/** What an hour is remembered by: the hottest pod's mean and highest window in cores, its network and disk in bytes a second. */
export interface HourValues {
  readonly mean: number;
  readonly peak: number;
  readonly net: number | null;
  readonly disk: number | null;
}

export type RingColumn = keyof HourValues;

const BYTE_BITS = 8;
/** Codes of a byte: 0 is unknown, 1 is none, from `FIRST` on it is the logarithm. */
const CODES = 1 << BYTE_BITS;
const FIRST = 2;

interface Scale {
  readonly unit: number;
  readonly log: number;
  readonly valueOf: Float64Array;
}

function scaleOf(unit: number, step: number): Scale {
  const log = Math.log(step);
  const valueOf = Float64Array.from({ length: CODES }, (_, code) =>
    code < FIRST ? 0 : unit * Math.exp((code - FIRST) * log),
  );
  return { unit, log, valueOf };
}

/** Steps of 7 % for cores (from 0.1 mcore to 2,700 cores), of 9.5 % for bytes a second (1 B to 9 GB). */
const CORES = scaleOf(1e-4, 1.07);
const BYTES = scaleOf(1, 1.095);
/** In the order in which they lie in the bytes. */
const COLUMNS = [
  ['mean', CORES],
  ['peak', CORES],
  ['net', BYTES],
  ['disk', BYTES],
] as const satisfies readonly (readonly [RingColumn, Scale])[];

export const RING_BYTES = COLUMNS.length * SLOTS + SLOTS / BYTE_BITS;

export const EMPTY_RING: HourRing = { newest: -1, bytes: new Uint8Array(RING_BYTES) };

function encode(value: number | null, { unit, log }: Scale): number {
  if (value === null) return 0;
  if (value < unit) return 1;
  return Math.min(CODES - 1, FIRST + Math.round(Math.log(value / unit) / log));
}

/** Number of the hour that `time` lies in. */
export function hourOf(time: TimeMs): number {
  return Math.floor(time / HOUR_MS);
}

/** Reads one column at the hours that are asked for; null where it is not known. */
export function readerOf({ bytes }: HourRing, column: RingColumn): (hour: number) => number | null {
  const index = COLUMNS.findIndex(([name]) => name === column);
  const { valueOf } = column === 'mean' || column === 'peak' ? CORES : BYTES;
  return (hour) => {
    const code = bytes[index * SLOTS + (hour % SLOTS)] ?? 0;
    return code === 0 ? null : (valueOf[code] ?? 0);
  };
}

/** The known values of one column at these hours. */
export function valuesAt(ring: HourRing, column: RingColumn, hours: readonly number[]): number[] {
  const read = readerOf(ring, column);
  const values: number[] = [];
  for (const hour of hours) {
    const value = read(hour);
    if (value !== null) values.push(value);
  }
  return values;
}

/** The ring with one more hour; hours that were skipped hold nothing. */
export function addHour(
  ring: HourRing,
  hour: number,
  values: HourValues,
  isFlagged: boolean,
): HourRing {
  const bytes = ring.bytes.slice();
  const put = (at: number, given: HourValues | null, flag: boolean): void => {
    COLUMNS.forEach(([name, scale], index) => {
      bytes[index * SLOTS + (at % SLOTS)] = given === null ? 0 : encode(given[name], scale);
    });
    setFlag(bytes, at, flag);
  };
  const from = ring.newest < 0 ? hour : Math.max(ring.newest + 1, hour - SLOTS + 1);
  for (let skipped = from; skipped < hour; skipped++) put(skipped, null, false);
  put(hour, values, isFlagged);
  return { newest: hour, bytes };
}

/** The ring with the hours from `from` on flagged (an alarm's onset was found backwards). */
export function flagFrom({ newest, bytes: before }: HourRing, from: number): HourRing {
  const bytes = before.slice();
  for (let hour = Math.max(from, newest - SLOTS + 1); hour <= newest; hour++)
    setFlag(bytes, hour, true);
  return { newest, bytes };
}

/**
 * The hours up to `until` that are remembered and may be learnt from, ascending.
 *
 * @param lapsedBefore hour before which flags have expired, however young; any does after a week
 */
export function learntHours(ring: HourRing, until: number, lapsedBefore: number): number[] {
  const { newest, bytes } = ring;
  const meanAt = readerOf(ring, 'mean');
  const learnt: number[] = [];
  for (let hour = Math.max(0, newest - SLOTS + 1); hour <= until; hour++) {
    if (meanAt(hour) === null) continue;
    const [at, bit] = flagOf(hour);
    const isExpired = hour < lapsedBefore || newest - hour >= WEEK_HOURS;
    if (((bytes[at] ?? 0) & bit) === 0 || isExpired) learnt.push(hour);
  }
  return learnt;
}

function setFlag(bytes: Uint8Array, hour: number, on: boolean): void {
  const [at, bit] = flagOf(hour);
  const byte = bytes[at] ?? 0;
  bytes[at] = on ? byte | bit : byte & ~bit;
}

function flagOf(hour: number): readonly [at: number, bit: number] {
  const slot = hour % SLOTS;
  return [COLUMNS.length * SLOTS + Math.floor(slot / BYTE_BITS), 1 << (slot % BYTE_BITS)];
}
