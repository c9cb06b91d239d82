import type { Reading } from '../../model/reading.ts';
import { toReading } from '../../model/reading.ts';
import { ceilTo, SECOND_MS, type TimeMs } from '../../model/time.ts';
import type { PrometheusClient } from './client.ts';
import { pointSeconds, type Grid } from './grid.ts';
import { quoteRegex, type LabelMatcher } from './matchers.ts';
import { CONTAINER, type QueryContext } from './queries.ts';

/** What pods of one workload use now and lately, finer than windows. */
export interface LiveQuery {
  readonly namespace: string;
  readonly pods: readonly string[];
  /** One container, or null for all. */
  readonly container: string | null;
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly stepMs: number;
}

export interface LiveSeries<C extends string = LiveColumn> {
  readonly times: readonly TimeMs[];
  readonly columns: Readonly<Record<C, readonly Reading[]>>;
}

export type LiveColumn =
  | 'cpuUsageCores'
  | 'ramUsageBytes'
  | 'networkReceiveBytesPerSecond'
  | 'networkTransmitBytesPerSecond'
  | 'diskReadBytesPerSecond'
  | 'diskWriteBytesPerSecond'
  | 'throttledShare';

/** Shares of the time in which tasks of the containers waited (PSI), on average over them. */
export type PressureColumn = 'cpuPressureShare' | 'ramPressureShare';

/** Selects the series of the containers, or of the pods (the network is a pod's). */
interface Selectors {
  container(metric: string): string;
  pod(metric: string): string;
  readonly rate: string;
}

/** Duplicates of two scrape jobs are folded by `max` before anything is added up. */
const QUERIES: Readonly<Record<LiveColumn, (s: Selectors) => string>> = {
  cpuUsageCores: (s) => summed(s, 'container_cpu_usage_seconds_total', 'cpu'),
  ramUsageBytes: (s) =>
    `sum(max by (pod,container) (${s.container('container_memory_working_set_bytes')}))`,
  networkReceiveBytesPerSecond: (s) => network(s, 'container_network_receive_bytes_total'),
  networkTransmitBytesPerSecond: (s) => network(s, 'container_network_transmit_bytes_total'),
  diskReadBytesPerSecond: (s) => summed(s, 'container_fs_reads_bytes_total', 'device'),
  diskWriteBytesPerSecond: (s) => summed(s, 'container_fs_writes_bytes_total', 'device'),
  throttledShare: (s) => {
    const periods = (metric: string) =>
      `sum(max by (pod,container,id) (rate(${s.container(metric)}[${s.rate}])))`;
    return `${periods('container_cpu_cfs_throttled_periods_total')} / (${periods('container_cpu_cfs_periods_total')} > 0)`;
  },
};

/** cAdvisor exports them on cgroup v2 from Kubernetes 1.34 on (feature gate KubeletPSI). */
const PRESSURE_QUERIES: Readonly<Record<PressureColumn, (s: Selectors) => string>> = {
  cpuPressureShare: (s) => waiting(s, 'container_pressure_cpu_waiting_seconds_total'),
  ramPressureShare: (s) => waiting(s, 'container_pressure_memory_waiting_seconds_total'),
};

function waiting({ container, rate }: Selectors, metric: string): string {
  return `avg(max by (pod,container,id) (rate(${container(metric)}[${rate}])))`;
}

function summed({ container, rate }: Selectors, metric: string, part: string): string {
  return `sum(max by (pod,container,id,${part}) (rate(${container(metric)}[${rate}])))`;
}

function network({ pod, rate }: Selectors, metric: string): string {
  return `sum(max by (pod,interface) (rate(${pod(metric)}[${rate}])))`;
}

/** Asks for the series of some pods, one query a column. @throws CollectError */
export function readLiveSeries(...args: ReadArguments): Promise<LiveSeries> {
  return readColumns(QUERIES, ...args);
}

/** Asks how long the containers of some pods waited for CPU and memory. @throws CollectError */
export function readLivePressure(...args: ReadArguments): Promise<LiveSeries<PressureColumn>> {
  return readColumns(PRESSURE_QUERIES, ...args);
}

type ReadArguments = readonly [
  client: PrometheusClient,
  context: QueryContext,
  query: LiveQuery,
  signal: AbortSignal,
];

async function readColumns<C extends string>(
  queries: Readonly<Record<C, (s: Selectors) => string>>,
  ...[client, context, query, signal]: ReadArguments
): Promise<LiveSeries<C>> {
  const { from, to, stepMs } = query;
  const start = ceilTo(from, stepMs);
  const points = Math.max(1, Math.floor((to - start) / stepMs) + 1);
  const grid: Grid = {
    startSeconds: start / SECOND_MS,
    stepSeconds: stepMs / SECOND_MS,
    points,
  };
  const selectors = selectorsOf(query, context);
  const names = Object.keys(queries) as C[];
  const answers = await Promise.all(
    names.map(async (name) => {
      const span = { grid, from: 0, to: points - 1 };
      const { series } = await client.range(queries[name](selectors), span, signal);
      const values = series[0]?.values;
      const readings = Array.from({ length: points }, (_, point) => toReading(values?.[point]));
      return [name, readings] as const;
    }),
  );
  return {
    times: Array.from({ length: points }, (_, point) => pointSeconds(grid, point) * SECOND_MS),
    columns: Object.fromEntries(answers) as unknown as LiveSeries<C>['columns'],
  };
}

function selectorsOf({ namespace, pods, container }: LiveQuery, context: QueryContext): Selectors {
  const own: readonly LabelMatcher[] = [
    { name: 'namespace', op: '=', value: namespace },
    { name: 'pod', op: '=~', value: pods.map(quoteRegex).join('|') },
  ];
  const real: readonly LabelMatcher[] =
    container === null ? CONTAINER : [{ name: 'container', op: '=', value: container }];
  return {
    container: (metric) => context.select(metric, ...own, ...real),
    pod: (metric) => context.select(metric, ...own, { name: 'interface', op: '!=', value: 'lo' }),
    rate: context.rate,
  };
}
