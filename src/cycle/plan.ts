import type { DataProblem, ExpectedSamples, Snapshot } from '../model/snapshot.ts';
import { ceilTo, floorTo, formatTime, HOUR_MS, type TimeMs, type Window } from '../model/time.ts';

/** A batch is at most this long: one set of queries and one transaction. */
const BATCH_MS = 6 * HOUR_MS;
/** Containers × windows of one batch: with the one that is observed ahead about 100 MB of snapshots in memory. */
const BATCH_CONTAINER_WINDOWS = 36_000;
/** Of a cluster that has shown none yet: it keeps the batch moderate. */
const UNSEEN_CONTAINERS = 10_000;

/** All whole windows of the grid within [from, until), as one. */
export function gridSpan(from: TimeMs, until: TimeMs, length: number): Window {
  const start = ceilTo(from, length);
  return { start, end: Math.max(start, floorTo(until, length)) };
}

/** The same one by one, oldest first. */
export function windowsBetween(from: TimeMs, until: TimeMs, length: number): readonly Window[] {
  const windows: Window[] = [];
  const { start: first, end } = gridSpan(from, until, length);
  for (let start = first; start < end; start += length)
    windows.push({ start, end: start + length });
  return windows;
}

/** How many windows to observe at once, for a cluster that showed `last`; one in which nothing was seen tells nothing of the next. */
export function batchSize(length: number, last: Snapshot | null): number {
  const byTime = Math.max(1, Math.floor(BATCH_MS / length));
  const seen = last === null ? 0 : containersIn(last);
  const bySize = Math.floor(BATCH_CONTAINER_WINDOWS / (seen === 0 ? UNSEEN_CONTAINERS : seen));
  return Math.max(1, Math.min(byTime, bySize));
}

export function containersIn({ pods }: Snapshot): number {
  return pods.reduce((sum, pod) => sum + pod.containers.length, 0);
}

/** A window that its source no longer holds: it is sealed as unknown. */
export function lostWindow(cluster: string, window: Window, expected: ExpectedSamples): Snapshot {
  return unknownWindow(cluster, window, expected, {
    code: 'source-unavailable',
    subject: 'prometheus history',
    text: `Prometheus no longer holds ${formatTime(window.start)}: what happened then is unknown`,
  });
}

/** A window of which nothing is known, and why. */
export function unknownWindow(
  cluster: string,
  window: Window,
  expected: ExpectedSamples,
  problem: DataProblem,
): Snapshot {
  return {
    cluster,
    window,
    nodes: [],
    pods: [],
    namespaces: new Map(),
    volumes: [],
    loadBalancers: [],
    coverage: 0,
    complete: false,
    problems: [problem],
    expectedSamples: expected,
  };
}
