import type { SeriesPoint, SeriesQuery, UsageSeries } from '../../store/usage.ts';
import { sumKnown, type Reading } from '../../model/reading.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { Finding } from '../../model/finding.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { LiveSource } from './liveSource.ts';
import type { LiveColumn, LiveSeries } from '../../collect/prometheus/liveSeries.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, type Span } from '../../model/time.ts';

/** Where a stretch of a series came from. */
export interface TaggedRange {
  readonly from: number;
  readonly to: number;
  readonly source: 'prometheus' | 'window' | 'hour';
  readonly resolutionMs: number;
}

/** A workload's use in columns; `times` are the ends of the stretches that the values are means over. */
export interface WorkloadSeries {
  readonly times: readonly number[];
  readonly columns: Readonly<Record<SeriesColumn, readonly Reading[]>>;
  readonly ranges: readonly TaggedRange[];
}

/** What a series holds, with its unit in the name. */
export const SERIES_COLUMNS = [
  'cpuUsageCores',
  'cpuUsageMaxCores',
  'cpuRequestCores',
  'cpuLimitCores',
  'ramUsageBytes',
  'ramPeakBytes',
  'ramRequestBytes',
  'ramLimitBytes',
  'networkReceiveBytesPerSecond',
  'networkTransmitBytesPerSecond',
  'diskReadBytesPerSecond',
  'diskWriteBytesPerSecond',
  'throttledShare',
  'restarts',
  'coverage',
] as const satisfies readonly (keyof SeriesPoint)[];

export type SeriesColumn = (typeof SERIES_COLUMNS)[number];

/** Reads a workload's series from the history. */
export async function readSeries(
  { reader }: { readonly reader: Pick<HistoryReader, 'usageSeries'> },
  query: SeriesQuery,
): Promise<WorkloadSeries> {
  return toColumns(await reader.usageSeries(query));
}

/** Where several workloads are one: what is added up, and what is taken of the worst. */
const TAKEN: Readonly<Partial<Record<SeriesColumn, 'highest' | 'lowest'>>> = {
  throttledShare: 'highest',
  cpuUsageMaxCores: 'highest',
  coverage: 'lowest',
};

/** Several series over the same span as one: a group of workloads that is judged together. */
export function sumSeries(all: readonly WorkloadSeries[]): WorkloadSeries {
  const [first] = all;
  if (first === undefined) return { times: [], columns: eachColumn(() => []), ranges: [] };
  if (all.length === 1) return first;
  const times = [...new Set(all.flatMap((one) => one.times))].sort((a, b) => a - b);
  const places = all.map((one) => new Map(one.times.map((at, index) => [at, index])));
  const columns = eachColumn((column) =>
    times.map((at) => {
      const values = all.map((one, index) => {
        const place = places[index]?.get(at);
        return place === undefined ? null : (one.columns[column][place] ?? null);
      });
      if (TAKEN[column] === undefined) return sumKnown(values);
      const known = values.filter((value) => value !== null);
      if (known.length === 0) return null;
      return TAKEN[column] === 'highest' ? Math.max(...known) : Math.min(...known);
    }),
  );
  const longest = all.reduce((a, b) => (b.times.length > a.times.length ? b : a));
  return { times, columns, ranges: longest.ranges };
}

/** One value for each column. */
export function eachColumn<T>(of: (column: SeriesColumn) => T): Record<SeriesColumn, T> {
  const entries = SERIES_COLUMNS.map((column) => [column, of(column)] as const);
  return Object.fromEntries(entries) as Partial<Record<SeriesColumn, T>> as Record<SeriesColumn, T>;
}

function toColumns({ points, ranges }: UsageSeries): WorkloadSeries {
  const columns = eachColumn((column) => points.map((point) => point[column]));
  return { times: points.map(({ window }) => window.end), columns, ranges };
}

/** Workloads of a group that are looked at; the sum of more looks the same. */
const MAX_GROUP = 12;

/** The workload that a finding is about; for a group that is judged together, those of its pods. */
export async function findingWorkloads(
  { scope, pods }: Pick<Finding, 'scope' | 'pods'>,
  reader: Pick<HistoryReader, 'workloadsOf'>,
): Promise<readonly WorkloadRef[]> {
  if (scope.workload !== null) return [scope.workload];
  if (scope.namespace === null) return [];
  return (await reader.workloadsOf(scope.namespace, pods)).slice(0, MAX_GROUP);
}

/** What a finding's workloads used together: from Prometheus where that is finer and still there. */
export async function readFindingSeries(
  { scope }: Pick<Finding, 'scope'>,
  workloads: readonly WorkloadRef[],
  span: Pick<SeriesQuery, 'from' | 'to' | 'maxPoints'>,
  { reader, live }: { readonly reader: HistoryReader; readonly live: LiveSource | null },
): Promise<WorkloadSeries> {
  const { namespace, container } = scope;
  if (namespace === null) return sumSeries([]);
  const all: WorkloadSeries[] = [];
  for (const workload of workloads)
    all.push(await readSeries({ reader }, { namespace, workload, container, pod: null, ...span }));
  const recorded = sumSeries(all);
  if (live === null) return recorded;
  return withLive(recorded, { namespace, workloads, container, ...span }, live, reader);
}

/** Over a longer stretch windows are fine enough, and asking for seconds of it would cost Prometheus too much. */
const LONGEST_LIVE_MS = 6 * HOUR_MS;
/** More pods than this would be a burden on Prometheus. */
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
  if (to - from > LONGEST_LIVE_MS) return recorded;
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

/** A window's restarts are shown once, not at every point inside it. */
function once(values: WorkloadSeries['columns']['restarts'], places: readonly number[]) {
  return values.map((value, index) => (places[index] === places[index - 1] ? null : value));
}
