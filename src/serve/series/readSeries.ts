import type { SeriesPoint, SeriesQuery, UsageSeries } from '../../store/usage.ts';
import { sumKnown, type Reading } from '../../model/reading.ts';
import type { HistoryReader } from '../../store/history.ts';

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
