import { CollectError } from '../collect/collector.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { formatTime, type TimeMs, type Window } from '../model/time.ts';

/**
 * A history begins with the first window that shows anything: nothing can be put before its first window
 * later, so a window without data must not become that.
 */
export function fromFirstSeen(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  const first = snapshots.findIndex(({ nodes, pods }) => nodes.length + pods.length > 0);
  return first < 0 ? [] : snapshots.slice(first);
}

/**
 * The error when a history cannot begin.
 *
 * @param windows those that showed nothing, at least one.
 * @param oldest where the source's data begin; null when it holds none.
 */
export function nothingSeen(windows: readonly Window[], oldest: TimeMs | null): CollectError {
  const [start = 0, end = 0] = [windows[0]?.start, windows.at(-1)?.end];
  const where =
    oldest === null
      ? 'it holds neither container_cpu_usage_seconds_total nor kube_node_info (burnwatch check-config --online says what to do)'
      : oldest >= end
        ? `its data begin at ${formatTime(oldest)}`
        : `it holds data since ${formatTime(oldest)}, but none there`;
  return new CollectError(
    'no-data',
    `Prometheus shows neither nodes nor containers from ${formatTime(start)} to ${formatTime(end)}, and a history cannot begin with nothing: ${where}`,
    true,
  );
}
