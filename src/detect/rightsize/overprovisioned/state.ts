import { VarintReader, VarintWriter } from '../../../model/varint.ts';
import type { Reading } from '../../../model/reading.ts';
import type { TimeMs } from '../../../model/time.ts';
import type { ContainerDay } from '../../../store/containerDays/containerDay.ts';
import {
  decodeContainerDay,
  encodeContainerDay,
} from '../../../store/containerDays/containerDayCodec.ts';
import type { PodWindow } from '../../../store/containerDays/hourOfUse.ts';

/**
 * What is remembered of a container, in three rows, so that the one that is written every window stays small, and
 * the largest is written once a day.
 */
export type RightsizeState = HourRow | DayRow | PastRow;

/** The windows of the hour that goes on, by pod UID. */
export interface HourRow {
  readonly row: 'hour';
  readonly hour: TimeMs;
  readonly pods: ReadonlyMap<string, readonly PodWindow[]>;
}

/** The hours of the day that goes on. */
export interface DayRow {
  readonly row: 'day';
  readonly day: ContainerDay;
}

/** The days before, ascending; and since when the request has been too large without a break. */
export interface PastRow {
  readonly row: 'past';
  readonly days: readonly PackedDay[];
  readonly overSince: TimeMs | null;
}

/** A day as bytes: it is looked at once an hour, and unpacked it would be twenty times as large. */
export interface PackedDay {
  readonly day: TimeMs;
  readonly page: Uint8Array;
}

export function packDay(day: ContainerDay): PackedDay {
  return { day: day.day, page: encodeContainerDay(day) };
}

export function unpackDay({ day, page }: PackedDay): ContainerDay {
  return decodeContainerDay(day, page);
}

const HOUR = 1;
const DAY = 2;
const PAST = 3;
const NANOS = 1e9;
const SHARE = 1e4;

/** Of all rows, one after the other: a new one leaves 1 KB beside the heap. */
const WRITER = new VarintWriter();

/** A row of the detector’s state in few bytes; `decodeState` reads it. */
export function encodeState(state: RightsizeState): Uint8Array {
  const out = WRITER.reset();
  if (state.row === 'hour') {
    out.byte(HOUR);
    out.unsigned(state.hour);
    out.unsigned(state.pods.size);
    for (const [uid, windows] of state.pods) {
      out.bytes(Buffer.from(uid));
      out.unsigned(windows.length);
      for (const window of windows) putWindow(out, window);
    }
  } else if (state.row === 'day') {
    out.byte(DAY);
    putDay(out, packDay(state.day));
  } else {
    out.byte(PAST);
    out.unsigned(state.overSince === null ? 0 : state.overSince);
    out.unsigned(state.days.length);
    for (const day of state.days) putDay(out, day);
  }
  return out.take();
}

/** The reverse. @throws RangeError for damaged bytes. */
export function decodeState(bytes: Uint8Array): RightsizeState {
  const input = new VarintReader();
  input.open(bytes);
  const row = input.byte();
  if (row === DAY) return { row: 'day', day: unpackDay(takeDay(input)) };
  const time = input.unsigned();
  const count = input.unsigned();
  if (row === PAST) {
    const days = Array.from({ length: count }, () => takeDay(input));
    return { row: 'past', overSince: time === 0 ? null : time, days };
  }
  const pods = new Map<string, readonly PodWindow[]>();
  for (let pod = 0; pod < count; pod += 1) {
    const uid = Buffer.from(input.bytes()).toString();
    const windows = Array.from({ length: input.unsigned() }, () => takeWindow(input));
    pods.set(uid, windows);
  }
  return { row: 'hour', hour: time, pods };
}

function putDay(out: VarintWriter, { day, page }: PackedDay): void {
  out.unsigned(day);
  out.bytes(page);
}

function takeDay(input: VarintReader): PackedDay {
  return { day: input.unsigned(), page: new Uint8Array(input.bytes()) };
}

/** In which units each reading of a window is kept; zero is unknown, anything else is one more than the value. */
const READINGS = [
  ['cpuCores', NANOS],
  ['ramPeakBytes', 1],
  ['throttledShare', SHARE],
  ['cpuRequestCores', NANOS],
  ['cpuLimitCores', NANOS],
  ['ramRequestBytes', 1],
  ['ramLimitBytes', 1],
] as const;

function putWindow(out: VarintWriter, window: PodWindow): void {
  out.unsigned(window.slot * 2 + (window.oomKilled ? 1 : 0));
  for (const [name, unit] of READINGS) {
    const value = window[name];
    out.unsigned(value === null ? 0 : Math.round(value * unit) + 1);
  }
}

function takeWindow(input: VarintReader): PodWindow {
  const head = input.unsigned();
  const readings = READINGS.map(([name, unit]) => {
    const value = input.unsigned();
    return [name, value === 0 ? null : (value - 1) / unit] as const;
  });
  const known = Object.fromEntries(readings) as Record<(typeof READINGS)[number][0], Reading>;
  return { slot: Math.floor(head / 2), oomKilled: head % 2 === 1, ...known };
}
