import { SECOND_MS, type TimeMs, type Window } from '../../model/time.ts';
import { overlapMs, isSampleDue } from '../measure/growth.ts';
import {
  countBefore,
  COVERED_INTERVALS,
  FAR_MS,
  NEAR_MS,
  usualInterval,
} from '../measure/samples.ts';
import type { PodEntry } from './podEntry.ts';
import { countAt } from './series.ts';

/** When kube-state-metrics was scraped around a window. */
export interface KubeScrapes {
  readonly intervalMs: TimeMs;
  /** Its scrapes in the window, in order. */
  readonly times: Float64Array;
  /** Until then the window may see it: shortly after its end, or the first scrape after an outage. */
  readonly seenTo: TimeMs;
  /** The latest scrape until then. */
  readonly lastAt: TimeMs;
}

/** How long a pod was known to exist in a window. */
export interface Presence {
  /** When it was finished or had gone; null while it is there. */
  readonly endedAt: TimeMs | null;
  /** Between these times it held its requests on a node; empty when it never was on one. */
  readonly held: Window;
  readonly livedMs: TimeMs;
  /** The part of it that kube-state-metrics' samples cover. */
  readonly coveredMs: TimeMs;
}

const NO_TIMES: Float64Array = new Float64Array(0);

/** Times at which kube_pod_info was seen, in order; of those that name a node alone, if asked. */
function seenTimes(entry: PodEntry, onNode: boolean): Float64Array {
  const infos = entry.info.filter(({ value }) => !onNode || isOnNode(entry, value.node));
  const [first] = infos;
  if (first === undefined) return NO_TIMES;
  if (infos.length === 1) return first.times;
  return Float64Array.from(new Set(infos.flatMap(({ times }) => [...times]))).sort();
}

function isOnNode(entry: PodEntry, node: string | null): boolean {
  return node !== null || entry.usageNode !== null;
}

/** What some pods show of the scrapes of kube-state-metrics around a window. */
export interface SeenScrapes {
  /** The last sample that the window may see, and the first after it; infinite where there is none. */
  readonly lastAt: TimeMs;
  readonly nextAt: TimeMs;
  /** The times of the pod that was seen most often. */
  readonly longest: Float64Array;
  /** Which pod that is: of two that were seen as often, the first by name. */
  readonly pod: string;
}

/** Looks through the samples of pods around a window. */
export function seenScrapes(
  entries: Iterable<PodEntry>,
  window: Window,
  aheadMs: TimeMs,
): SeenScrapes {
  let seen: SeenScrapes = { lastAt: -Infinity, nextAt: Infinity, longest: NO_TIMES, pod: '' };
  for (const { namespace, name, uid, info } of entries) {
    for (const { times } of info) {
      const to = countBefore(times, window.end + aheadMs + 1);
      const from = countBefore(times, window.start - NEAR_MS);
      const one = {
        lastAt: to > from ? (times[to - 1] ?? -Infinity) : -Infinity,
        nextAt: times[to] ?? Infinity,
        longest: times.subarray(from, to),
        pod: `${namespace}/${name}/${uid ?? ''}`,
      };
      seen = addScrapes(seen, one);
    }
  }
  return { ...seen, longest: seen.longest.slice() };
}

/** What two groups of pods show together, in whichever order. */
export function addScrapes(a: SeenScrapes, b: SeenScrapes): SeenScrapes {
  const more = b.longest.length - a.longest.length;
  const { longest, pod } = more > 0 || (more === 0 && b.pod < a.pod) ? b : a;
  return {
    lastAt: Math.max(a.lastAt, b.lastAt),
    nextAt: Math.min(a.nextAt, b.nextAt),
    longest,
    pod,
  };
}

/** The usual time between two scrapes of kube-state-metrics, and its last one that a window may see. */
export function kubeScrapes(
  { lastAt, nextAt, longest }: SeenScrapes,
  window: Window,
  aheadMs: TimeMs,
): KubeScrapes {
  const intervalMs = usualInterval(longest) ?? window.end - window.start;
  const isBack = lastAt <= window.end && nextAt <= window.end + FAR_MS;
  const [from, to] = [countBefore(longest, window.start + 1), countBefore(longest, window.end + 1)];
  return {
    intervalMs,
    times: longest.slice(from, to),
    seenTo: isBack ? nextAt + intervalMs / 2 : window.end + aheadMs,
    lastAt: isBack ? nextAt : lastAt,
  };
}

/**
 * The share of a window in which a node or volume was there, from 0 to 1: from its creation, where that is stated and in
 * the window, to half a scrape after the last that shows it. Each scrape shows all that is there.
 */
export function seenShare(
  seen: number,
  createdAt: TimeMs | null,
  window: Window,
  { times, intervalMs }: KubeScrapes,
): number {
  const isNew = createdAt !== null && createdAt > window.start && createdAt < window.end;
  if (!isNew || seen === 0) return times.length === 0 ? 1 : Math.min(1, seen / times.length);
  const shown = countBefore(times, createdAt) + seen;
  const last = shown >= times.length ? undefined : times[shown - 1];
  const end = last === undefined ? window.end : Math.min(last + intervalMs / 2, window.end);
  return (end - createdAt) / (window.end - window.start);
}

/** The first sample of a pod's state that tells of a window: in it, or after it where it was there before. */
export function tellingTime(
  entry: PodEntry,
  window: Window,
  scrapes: KubeScrapes,
  createdAt: TimeMs | null,
): TimeMs | null {
  let next = Infinity;
  let earlier = false;
  for (const { times } of entry.info) {
    const after = countBefore(times, window.start + 1);
    earlier ||= after > 0;
    next = Math.min(next, times[after] ?? Infinity);
  }
  if (next <= window.end) return next;
  if (next > scrapes.seenTo) return null;
  const since = entry.times.scheduled ?? createdAt ?? (earlier ? window.start : next);
  return since < window.end ? next : null;
}

/**
 * When a pod was there: from its scheduling to its end, by the times that are stated; where none is, it came and
 * went in the middle between two scrapes. Null when kube-state-metrics said nothing of it near the window.
 */
export function presenceOf(
  entry: PodEntry,
  window: Window,
  point: number,
  scrapes: KubeScrapes,
  facts: { readonly createdAt: TimeMs | null; readonly unscheduled: boolean },
): Presence | null {
  const near = (times: Float64Array): Float64Array =>
    times.subarray(
      countBefore(times, window.start - NEAR_MS),
      countBefore(times, scrapes.seenTo + 1),
    );
  const times = near(seenTimes(entry, false));
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return null;
  const half = scrapes.intervalMs / 2;
  const bound = near(seenTimes(entry, true))[0];
  const created = facts.createdAt ?? first - half;
  const scheduled = entry.times.scheduled ?? (bound === first ? created : (bound ?? 0) - half);
  const isGone = scrapes.lastAt - last > half;
  const end =
    entry.times.completed ??
    finishedAt(entry, window, point, times, half) ??
    (isGone ? last + half : Infinity);
  const isHeld = bound !== undefined && !facts.unscheduled;
  const held = isHeld ? within(scheduled, end, window) : { start: window.start, end: window.start };
  const there = within(Math.min(created, first), end, window);
  const longest = COVERED_INTERVALS * scrapes.intervalMs;
  let coveredMs = 0;
  const isDue = isSampleDue(last, window.end, scrapes.intervalMs);
  const until = isGone ? last + half : isDue ? Math.max(last, window.end) : last;
  const from = Math.min(created, first);
  // Of scrapes so far apart the one before the first may be out of sight: then it is not missed.
  const isOutOfSight = first - scrapes.intervalMs - SECOND_MS <= window.start - NEAR_MS;
  let before = isOutOfSight ? Math.max(from, window.start) : from;
  for (let index = 0; index <= times.length; index++) {
    const time = times[index] ?? until;
    if (time - before <= longest) coveredMs += overlapMs(before, time, there);
    before = time;
  }
  const endedAt = Number.isFinite(end) ? end : null;
  return { endedAt, held, livedMs: there.end - there.start, coveredMs };
}

/** Where a pod is seen to be finished, but not since when: in the middle before the first such scrape. */
function finishedAt(
  entry: PodEntry,
  window: Window,
  point: number,
  times: Float64Array,
  half: TimeMs,
): TimeMs | null {
  let finished = 0;
  let others = 0;
  for (const { value, values } of entry.phases) {
    if (value === 'Succeeded' || value === 'Failed') finished += countAt(values, point);
    else others += countAt(values, point);
  }
  if (finished === 0) return null;
  if (others === 0) return window.start;
  const last = times[countBefore(times, window.end + 1) - 1] ?? window.end;
  return last - (2 * finished - 1) * half;
}

function within(from: TimeMs, to: TimeMs, window: Window): Window {
  const start = Math.min(Math.max(from, window.start), window.end);
  return { start, end: Math.max(start, Math.min(to, window.end)) };
}
