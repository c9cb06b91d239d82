import { MINUTE_MS, SECOND_MS, type TimeMs, type Window } from '../../model/time.ts';
import { lastTime, type Life } from './lives.ts';
import { COVERED_INTERVALS, FAR_MS } from './samples.ts';

/** What is known of a container besides its counter. */
export interface LifeFacts {
  /** When its pod was made: before that its counter was nothing. */
  readonly createdAt: TimeMs | null;
  /** When it ended for good. */
  readonly endedAt: TimeMs | null;
  /** When its lives ended that others followed, in order, as far as they are stated. */
  readonly ends?: readonly TimeMs[];
  /** How long after a window's end a sample may tell how it ended. */
  readonly aheadMs: TimeMs;
  /** The interval to take where a life has too few samples to tell its own. */
  readonly intervalMs: TimeMs;
}

/** How much a counter grew in a window. */
export interface Growth {
  /** Growth that samples show; null when they show nothing of this window. */
  readonly measured: number | null;
  /** What is added at the last rate, from the last sample to a known end. */
  readonly estimated: number;
  /** Time of the window in which the container lived, as far as its samples, start and end tell. */
  readonly livedMs: number;
  /** The part of it that samples cover. */
  readonly coveredMs: number;
  /** Lives that ended in the window since another began after them. */
  readonly endedLives: number;
  /** Growth between each minute of the window and the next; the last may be shorter. Empty where it was not asked for. */
  readonly minutes: Float64Array;
}

/** The next sample of what goes on may be late by half an interval. */
const DUE_INTERVALS = 1.5;
/**
 * Samples this near to each other are one step of the counter, counted where it can be seen first, so that a window
 * is the same at any time. What is further apart is a gap: a window that ends in one is incomplete until it is over.
 */
const LONGEST_STEP_MS = 2.5 * MINUTE_MS;
const NO_MINUTES = new Float64Array();
/** A life's rate is not told by less than this much of it: starts are given in whole seconds. */
const SHORTEST_RATE_MS = 5_000;

/**
 * How much a container's counter grew in a window: `C(end) − C(start)`, where `C` is nothing at a life's start, and
 * linear between one sample and the next. What fell between two windows so belongs to the right one, and the
 * windows of a life add up to its counter. Nothing is scaled, and what is estimated stands apart.
 */
export function growthIn(
  lives: readonly Life[],
  window: Window,
  facts: LifeFacts,
  isByMinute = true,
): Growth {
  const length = window.end - window.start;
  const minutes = isByMinute ? new Float64Array(Math.ceil(length / MINUTE_MS)) : NO_MINUTES;
  let measured: number | null = null;
  let estimated = 0;
  let livedMs = 0;
  let coveredMs = 0;
  let endedLives = 0;
  for (let index = 0; index < lives.length; index++) {
    const life = lives[index]!;
    const previous = lives[index - 1];
    const curve = curveOf(life, previous === undefined ? null : lastTime(previous), facts);
    const longest = COVERED_INTERVALS * (life.intervalMs ?? facts.intervalMs);
    for (let point = curve.from + 1; point < curve.to; point++) {
      const from = curve.times[point - 1]!;
      const to = curve.times[point]!;
      const inside = overlapMs(from, to, window);
      if (inside === 0) continue;
      livedMs += inside;
      if (to - from <= longest) coveredMs += inside;
      const grown = curve.values[point]! - curve.values[point - 1]!;
      const due = to - from <= LONGEST_STEP_MS ? facts.aheadMs : Infinity;
      const begin = shifted(from, to, window.start, due);
      const end = shifted(from, to, window.end, due);
      if (grown * (end - begin) === 0) {
        measured ??= 0;
        continue;
      }
      measured = (measured ?? 0) + (grown * (end - begin)) / (to - from);
      const rate = (grown * (end - begin)) / (to - from) / inside;
      addMinutes(minutes, window, from, to, rate);
    }
    const last = lastTime(curve);
    const next = lives[index + 1];
    if (next !== undefined && last >= window.start && last <= window.end) endedLives += 1;
    const stated = facts.ends?.find((end) => end >= last) ?? null;
    const isDue = isSampleDue(last, window.end, life.intervalMs ?? facts.intervalMs);
    const end =
      next === undefined
        ? (facts.endedAt ?? stated ?? (isDue ? window.end : last))
        : Math.min(stated ?? last, next.startedAt ?? next.times[next.from]!);
    if (end <= last) continue;
    const unseen = overlapMs(last, end, window);
    livedMs += unseen;
    const rate = lastRate(curve);
    if (rate === null || end - last > longest) continue;
    coveredMs += unseen;
    // What is only due is counted when it comes.
    if (next === undefined && facts.endedAt === null && stated === null) continue;
    estimated += rate * unseen;
    addMinutes(minutes, window, last, end, rate);
  }
  return { measured, estimated, livedMs, coveredMs, endedLives, minutes };
}

/** True when nothing is missing yet after a last sample: the next one is only due. */
export function isSampleDue(last: TimeMs, end: TimeMs, intervalMs: TimeMs): boolean {
  return end - last <= Math.min(DUE_INTERVALS * intervalMs, LONGEST_STEP_MS);
}

/**
 * The part of a counter's step from one sample to the next that belongs before an edge of a window, as a time between
 * them. Where the next sample comes later than a window may see, the step belongs to the window after it, be it read
 * now or when that sample is there; only over a gap the counter is drawn through it in any case.
 */
function shifted(from: TimeMs, to: TimeMs, edge: TimeMs, dueMs: TimeMs): TimeMs {
  if (edge <= from) return from;
  if (edge >= to) return to;
  return to > edge + dueMs ? from : edge;
}

type Curve = Pick<Life, 'times' | 'values' | 'from' | 'to'>;

/** A life's samples, with nothing at its start where that is known. */
function curveOf(life: Life, previousEnd: TimeMs | null, facts: LifeFacts): Curve {
  const { from, to } = life;
  const first = life.times[from]!;
  const created = previousEnd === null ? facts.createdAt : previousEnd;
  const stated = life.startedAt ?? (created !== null && created <= first ? created : null);
  if (stated === null || first - stated > FAR_MS) return life;
  const start = Math.min(Math.max(stated, previousEnd ?? stated), first);
  // A counter that reads something at the very instant of its start has that from before.
  if (start >= first) return life;
  const times = Float64Array.of(start, ...life.times.subarray(from, to));
  const values = Float64Array.of(0, ...life.values.subarray(from, to));
  return { times, values, from: 0, to: times.length };
}

/** The rate between the last two samples that are far enough apart to tell one. */
function lastRate({ times, values, from, to }: Curve): number | null {
  const last = to - 1;
  for (let index = last - 1; index >= from; index--) {
    const span = times[last]! - times[index]!;
    if (span >= SHORTEST_RATE_MS) return (values[last]! - values[index]!) / span;
  }
  return null;
}

function addMinutes(
  minutes: Float64Array,
  { start, end }: Window,
  from: TimeMs,
  to: TimeMs,
  rate: number,
): void {
  const first = Math.max(0, Math.floor((from - start) / MINUTE_MS));
  for (let minute = first; minute < minutes.length; minute++) {
    const begin = start + minute * MINUTE_MS;
    if (begin >= to) return;
    const inside = overlapMs(from, to, { start: begin, end: Math.min(end, begin + MINUTE_MS) });
    minutes[minute] = (minutes[minute] ?? 0) + rate * inside;
  }
}

/**
 * What was used above a level, looked at minute by minute: the mean of a window hides a burst. The level holds
 * only from `heldFrom` to `heldTo`.
 */
export function aboveLevel(
  minutes: Float64Array,
  window: Window,
  perSecond: number,
  held: Window,
): number {
  let above = 0;
  minutes.forEach((used, minute) => {
    const start = window.start + minute * MINUTE_MS;
    const end = Math.min(window.end, start + MINUTE_MS);
    const level = (perSecond * overlapMs(held.start, held.end, { start, end })) / SECOND_MS;
    above += Math.max(0, used - level);
  });
  return above;
}

/** How much of `from` … `to` lies in a window. */
export function overlapMs(from: TimeMs, to: TimeMs, window: Window): number {
  return Math.max(0, Math.min(to, window.end) - Math.max(from, window.start));
}
