import { fromNano, type Nano } from '../../../model/money.ts';
import { floorTo, HOUR_MS, type TimeMs, type Window } from '../../../model/time.ts';
import { addCosts, type WorkloadCosts } from './workloadCosts.ts';
import type { StateCodec } from '../../../store/stateCodec.ts';

/** Four weeks of hours. */
export const HOURS_KEPT = 4 * 168;

/**
 * A namespace's cost by the hour. Two rows: `now` is written in every window and stays small, `past` once an
 * hour.
 */
export type SpikeState = NowRow | PastHours;

export interface NowRow {
  readonly row: 'now';
  readonly hour: TimeMs;
  readonly nano: Nano;
  /** How much of the hour has been seen in complete windows. */
  readonly seenMs: number;
  /** True where a part of it belongs to a planned event: it says nothing of what is usual. */
  readonly planned?: boolean;
  /** What its workloads cost in the hour so far. */
  readonly workloads?: WorkloadCosts;
}

export interface PastHours {
  readonly row: 'past';
  /** Start of the first hour kept. */
  readonly start: TimeMs;
  /** Units of currency; NaN for an hour that was not wholly seen, or that was a spike. */
  readonly hours: Float32Array;
  /** When the namespace was first seen. */
  readonly firstSeen: TimeMs;
  readonly spike: Spike | null;
  /** What its workloads usually cost an hour; absent before an ordinary hour was seen. */
  readonly usual?: WorkloadCosts;
}

/** Hours above the normal, not yet told or told and not yet over. */
export interface Spike {
  readonly onset: TimeMs;
  /** Spent beyond the normal since the onset, in units of currency. */
  readonly excess: number;
  readonly hoursAbove: number;
  readonly hoursBelow: number;
  /** Told as a finding. */
  readonly open: boolean;
  /** What the hours since the onset cost: the new normal, if it lasts. */
  readonly costs: readonly number[];
}

/** The hour that `time` is in, with nothing spent yet. */
export function emptyNow(time: TimeMs): NowRow {
  return { row: 'now', hour: floorTo(time, HOUR_MS), nano: 0, seenMs: 0 };
}

/** What a window says beside what it cost. */
interface WindowSpend {
  readonly complete: boolean;
  readonly planned: boolean;
  readonly workloads: ReadonlyMap<string, Nano>;
}

/** Adds what a window cost; an incomplete one counts in money, and not as seen. */
export function addSpend(
  now: NowRow,
  window: Window,
  nano: Nano,
  { complete, planned, workloads }: WindowSpend,
): NowRow {
  const hour = floorTo(window.start, HOUR_MS);
  const base = hour === now.hour ? now : emptyNow(window.start);
  const seen = complete ? window.end - window.start : 0;
  const isPlanned = base.planned === true || planned;
  return {
    ...base,
    nano: base.nano + nano,
    seenMs: base.seenMs + seen,
    workloads: addCosts(base.workloads ?? {}, workloads),
    ...(isPlanned ? { planned: true } : {}),
  };
}

/** The hour's cost in units of currency, or null when a good part of it was not seen, or people had planned it. */
export function costOf(now: NowRow): number | null {
  const share = now.seenMs / HOUR_MS;
  return share >= 0.9 && now.planned !== true ? fromNano(now.nano) : null;
}

/** Adds the cost of an hour; hours in between were not seen. */
export function pushHour(past: PastHours, hour: TimeMs, cost: number | null): PastHours {
  const missing = Math.max(0, (hour - past.start) / HOUR_MS - past.hours.length);
  const gap = Math.min(missing, HOURS_KEPT);
  const all = new Float32Array(past.hours.length + gap + 1).fill(cost ?? Number.NaN);
  all.fill(Number.NaN, past.hours.length, -1).set(past.hours);
  const hours = all.slice(-HOURS_KEPT);
  return { ...past, hours, start: hour - (hours.length - 1) * HOUR_MS };
}

/** An hour's cost; null where it was not seen or not normal. */
export function hourCost(past: PastHours, hour: TimeMs): number | null {
  const cost = past.hours[Math.round((hour - past.start) / HOUR_MS)];
  return cost === undefined || Number.isNaN(cost) ? null : cost;
}

interface Header extends Omit<PastHours, 'hours'> {
  readonly count: number;
}

/** JSON, and after it the hours as 32-bit floats: 2.7 KB for four weeks. */
export const spikeCodec: StateCodec<SpikeState> = {
  encode(state) {
    if (state.row === 'now') return Buffer.from(JSON.stringify(state));
    const { hours, ...rest } = state;
    const header: Header = { ...rest, count: hours.length };
    const bytes = Buffer.alloc(hours.length * 4);
    hours.forEach((cost, index) => bytes.writeFloatLE(cost, index * 4));
    return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes]);
  },
  decode(bytes) {
    const buffer = Buffer.from(bytes);
    const newline = buffer.indexOf(10);
    if (newline === -1) return JSON.parse(buffer.toString()) as NowRow;
    const { count, ...rest } = JSON.parse(buffer.subarray(0, newline).toString()) as Header;
    const at = newline + 1;
    const hours = Float32Array.from({ length: count }, (_, index) =>
      buffer.readFloatLE(at + index * 4),
    );
    return { ...rest, hours };
  },
};
