import type { ClusterTotals, Snapshot } from '../../model/snapshot.ts';
import type { RawAsking } from '../prometheus/batch.ts';
import { askInHalves } from '../prometheus/failures.ts';
import { halvesOf } from '../prometheus/grid.ts';
import type { QueryContext } from '../prometheus/queries.ts';
import { QUERY_BOUNDS, type Bounds } from './bounds.ts';

type Amount = Exclude<keyof ClusterTotals, 'source'>;

/** A family by a regular expression, since names may have dots or underscores; a counter is told by its growth. */
interface Family {
  readonly name: string;
  readonly isCounter?: true;
}

/** Where the sums over all containers may be found though kube-state-metrics and cAdvisor do not tell them apart. */
const SOURCES: readonly (Readonly<Record<Amount, Family>> & Pick<ClusterTotals, 'source'>)[] = [
  {
    source: 'the system metrics of GKE',
    cpuRequestCores: { name: 'kubernetes_io:container_cpu_request_cores' },
    cpuUsageCores: { name: 'kubernetes_io:container_cpu_core_usage_time', isCounter: true },
    ramRequestBytes: { name: 'kubernetes_io:container_memory_request_bytes' },
    ramUsageBytes: { name: 'kubernetes_io:container_memory_used_bytes' },
  },
  {
    source: 'the recording rules of kubernetes-mixin',
    cpuRequestCores: {
      name: 'cluster:namespace:pod_cpu:active:kube_pod_container_resource_requests',
    },
    cpuUsageCores: {
      name: 'node_namespace_pod_container:container_cpu_usage_seconds_total:sum_i?rate(5m)?',
    },
    ramRequestBytes: {
      name: 'cluster:namespace:pod_memory:active:kube_pod_container_resource_requests',
    },
    ramUsageBytes: { name: 'node_namespace_pod_container:container_memory_working_set_bytes' },
  },
  {
    source: 'an OpenTelemetry collector',
    cpuRequestCores: { name: '(k8s)[._]container[._]cpu[._]request' },
    cpuUsageCores: {
      name: '(container)[._]cpu[._]time([._]seconds)?([._]total)?',
      isCounter: true,
    },
    ramRequestBytes: { name: '(k8s)[._]container[._]memory[._]request([._]bytes)?' },
    ramUsageBytes: { name: '(container)[._]memory[._]working[._]set([._]bytes)?' },
  },
];

const BOUNDS: Readonly<Record<Amount, Bounds | undefined>> = {
  cpuRequestCores: QUERY_BOUNDS.requests?.({ resource: 'cpu' }, 0),
  cpuUsageCores: QUERY_BOUNDS.requests?.({ resource: 'cpu' }, 0),
  ramRequestBytes: QUERY_BOUNDS.requests?.({ resource: 'memory' }, 0),
  ramUsageBytes: QUERY_BOUNDS.requests?.({ resource: 'memory' }, 0),
};

/** Metrics without which it is not known what each container costs. */
const COSTS_REST_ON = new Set([
  'container_cpu_usage_seconds_total',
  'kube_pod_container_resource_requests',
  'kube_node_info',
]);

/** True where no exporter tells what each container asks for, uses, or runs on. */
export function isUntold({ problems }: Pick<Snapshot, 'problems'>): boolean {
  return problems.some(
    ({ code, subject }) =>
      code === 'exporter-absent' || (code === 'metric-absent' && COSTS_REST_ON.has(subject)),
  );
}

/**
 * Adds what all containers together come to at most, where it is not told what each of them does.
 * @throws CollectError when the store refuses everything.
 */
export async function withTotals(
  asking: RawAsking,
  snapshots: readonly Snapshot[],
): Promise<readonly Snapshot[]> {
  if (!snapshots.some(isUntold)) return snapshots;
  for (const { source, ...families } of SOURCES) {
    const cpuRequests = await sumOf(asking, families.cpuRequestCores);
    if (cpuRequests === null) continue;
    const columns: Readonly<Record<Amount, Float64Array | null>> = {
      cpuRequestCores: cpuRequests,
      cpuUsageCores: await sumOf(asking, families.cpuUsageCores),
      ramRequestBytes: await sumOf(asking, families.ramRequestBytes),
      ramUsageBytes: await sumOf(asking, families.ramUsageBytes),
    };
    return snapshots.map((snapshot, index) => {
      const totals = isUntold(snapshot) ? totalsAt(columns, index + 1) : null;
      return totals === null ? snapshot : { ...snapshot, totals: { ...totals, source } };
    });
  }
  return snapshots;
}

/** Each container's largest value of a window, added up: no less than all of them came to at any time. */
function promql({ name, isCounter }: Family, context: QueryContext): string {
  const series = context.select('', { name: '__name__', op: '=~', value: name });
  return isCounter === true
    ? `sum(rate(${series}[${context.rate}]))`
    : `sum(max_over_time(${series}[${context.window}]))`;
}

async function sumOf(
  { client, context, grid, signal }: RawAsking,
  family: Family,
): Promise<Float64Array | null> {
  const values = new Float64Array(grid.points).fill(Number.NaN);
  let isThere = false;
  await askInHalves(
    { from: 1, to: grid.points - 1 },
    {
      isIndispensable: false,
      halves: halvesOf,
      ask: async (span) => {
        const answer = await client.range(promql(family, context), { grid, ...span }, signal);
        answer.series[0]?.values.forEach((value, point) => {
          if (Number.isNaN(value)) return;
          values[point] = value;
          isThere = true;
        });
      },
      // Without it there is no bound, as where no such metric is.
      note: () => undefined,
    },
  );
  return isThere ? values : null;
}

/** Null where one of them is not told, or is impossible; a cluster may ask for no memory. */
function totalsAt(
  columns: Readonly<Record<Amount, Float64Array | null>>,
  point: number,
): Omit<ClusterTotals, 'source'> | null {
  const read = (name: Amount): number => {
    const value = columns[name]?.[point] ?? Number.NaN;
    const { least, most } = BOUNDS[name] ?? { least: 0, most: 0 };
    return value >= least && value <= most ? value : Number.NaN;
  };
  const ramRequestBytes = columns.ramRequestBytes === null ? 0 : read('ramRequestBytes');
  const totals = {
    cpuRequestCores: read('cpuRequestCores'),
    cpuUsageCores: read('cpuUsageCores'),
    ramRequestBytes,
    ramUsageBytes: read('ramUsageBytes'),
  };
  return Object.values(totals).some(Number.isNaN) ? null : totals;
}
