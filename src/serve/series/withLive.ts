import type { LiveColumn, LiveSeries } from '../../collect/prometheus/liveSeries.ts';
import type { HistoryReader } from '../../store/history.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, type Span } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { LiveSource } from './liveSource.ts';
import { eachColumn, type SeriesColumn, type WorkloadSeries } from './readSeries.ts';

/** Over a longer stretch windows are fine enough, and asking for seconds of it would cost Prometheus too much. */
const LONGEST_MS = 6 * HOUR_MS;
/** More pods than this are a burden on whoever answers. */
const MAX_PODS = 100;
const STEPS = [15 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 2 * MINUTE_MS];

export interface LiveScope extends Span {
  readonly namespace: string;
  readonly workloads: readonly WorkloadRef[];
  readonly container: string | null;
  readonly maxPoints: number;
}

/**
 * Puts Prometheus' own series in the place of windows where the stretch is short and Prometheus still has it.
 * What it is not asked for (requests, limits, restarts) stays as the windows have it.
 */
export async function withLive(
  recorded: WorkloadSeries,
  scope: LiveScope,
  live: LiveSource,
  reader: Pick<HistoryReader, 'instances'>,
): Promise<WorkloadSeries> {
  const { from, to, namespace, container } = scope;
  if (to - from > LONGEST_MS) return recorded;
  const pods = new Set<string>();
  for (const workload of scope.workloads)
    for (const { pod } of await reader.instances({ namespace, workload, from, to })) pods.add(pod);
  if (pods.size === 0 || pods.size > MAX_PODS) return recorded;
  const stepMs = STEPS.find((step) => (to - from) / step <= Math.min(scope.maxPoints, 720) - 2);
  if (stepMs === undefined) return recorded;
  const found = await live.series({ namespace, pods: [...pods], container, from, to, stepMs });
  return found === null ? recorded : merge(recorded, found, stepMs);
}

function merge(recorded: WorkloadSeries, live: LiveSeries, stepMs: number): WorkloadSeries {
  const { times } = live;
  // The window that a time lies in is the first that ends at it or later.
  let place = 0;
  const places = times.map((at) => {
    while (place < recorded.times.length && (recorded.times[place] ?? 0) < at) place += 1;
    return place;
  });
  const isLive = (column: SeriesColumn): column is LiveColumn => column in live.columns;
  const columns = eachColumn((column) =>
    isLive(column)
      ? live.columns[column]
      : places.map((index) => recorded.columns[column][index] ?? null),
  );
  const from = (times[0] ?? 0) - stepMs;
  const range = { from, to: times.at(-1) ?? from, source: 'prometheus' as const };
  return {
    times,
    columns: {
      ...columns,
      cpuUsageMaxCores: columns.cpuUsageCores,
      restarts: once(columns.restarts, places),
    },
    ranges: [{ ...range, resolutionMs: stepMs }],
  };
}

/** A window's restarts are told once, not at every point inside it. */
function once(values: WorkloadSeries['columns']['restarts'], places: readonly number[]) {
  return values.map((value, index) => (places[index] === places[index - 1] ? null : value));
}
