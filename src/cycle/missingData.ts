import { CollectError } from '../collect/collector.ts';
import type { DataProblem, Snapshot } from '../model/snapshot.ts';
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
 * @param span of the windows that showed nothing, at least one.
 * @param oldest where the source's data begin; null when it holds none.
 * @param problems of the last of them.
 */
export function nothingSeen(
  { start, end }: Window,
  oldest: TimeMs | null,
  problems: readonly DataProblem[],
): CollectError {
  const said = problems.map(({ text }) => text).join('. ');
  const where =
    oldest === null
      ? 'it holds neither container_cpu_usage_seconds_total nor kube_node_info (burnwatch check-config --online says what to do)'
      : oldest >= end
        ? `its data begin at ${formatTime(oldest)}`
        : `it holds data since ${formatTime(oldest)}, but none there`;
  return new CollectError(
    'no-data',
    `Prometheus shows neither nodes nor containers from ${formatTime(start)} to ${formatTime(end)}, and a history cannot begin with nothing: ${where}${said === '' ? '' : `. ${said}`}`,
    true,
  );
}

/**
 * The outage when whole windows lie beyond the newest sample.
 *
 * @param beyond the windows that cannot be sealed.
 * @param watermark end of the last sealed window.
 */
export function noNewerData(beyond: readonly Snapshot[], watermark: TimeMs | null): CollectError {
  const newest = Math.max(watermark ?? 0, ...beyond.map(({ newestSample }) => newestSample ?? 0));
  const until = beyond.at(-1)?.window.end ?? newest;
  return new CollectError(
    'no-data',
    `Prometheus holds no sample of nodes or containers after ${formatTime(newest)}, and the windows up to ${formatTime(until)} cannot be sealed: its scrapes of the kubelets and kube-state-metrics have stopped, or the clock of this machine is ahead. What is missing is taken up once there are newer samples`,
    true,
  );
}
