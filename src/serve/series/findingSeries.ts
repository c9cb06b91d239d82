import type { HistoryReader } from '../../store/history.ts';
import type { SeriesQuery } from '../../store/usage.ts';
import type { Finding } from '../../model/finding.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { LiveSource } from './liveSource.ts';
import { withLive } from './withLive.ts';
import { readSeries, sumSeries, type WorkloadSeries } from './readSeries.ts';

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
