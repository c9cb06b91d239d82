import type { DataProblem, Snapshot } from '../../model/snapshot.ts';
import type { RawAsking } from '../prometheus/batch.ts';
import { askInHalves } from '../prometheus/failures.ts';
import type { LabelMatcher } from '../prometheus/matchers.ts';

const CPU = 'container_cpu_usage_seconds_total';

interface Cause {
  /** cAdvisor's CPU counter, if absent. */
  readonly metric?: '';
  readonly own: readonly LabelMatcher[];
  readonly text: string;
}

/** Why cAdvisor's series may be there and yet not be found, from the most special to the most general. */
const CAUSES: readonly Cause[] = [
  {
    metric: '',
    own: [
      { name: '__name__', op: '=~', value: '(container|k8s_pod)_cpu_(time|usage|utilization).*' },
      { name: 'k8s_pod_name', op: '!=', value: '' },
    ],
    text: 'the metrics of containers are those of an OpenTelemetry collector (k8s_pod_name), and Burnwatch reads those of cAdvisor and kube-state-metrics: let a collector scrape both too (its receiver prometheus, /metrics/cadvisor of the kubelets), or Prometheus',
  },
  {
    metric: '',
    own: [
      {
        name: '__name__',
        op: '=~',
        value:
          '(node_namespace_pod_container|namespace_cpu|namespace_memory|namespace_workload_pod):.+',
      },
    ],
    text: 'of containers the store has only the results of recording rules, without the counters that they are made from: let it keep container_* and kube_* too (write_relabel_configs of remote_write, match[] of a federation)',
  },
  {
    own: [{ name: 'pod_name', op: '!=', value: '' }],
    text: `${CPU} is there, with the labels pod_name and container_name of kubelets before 1.16: relabel them to pod and container (metric_relabel_configs), or upgrade the nodes`,
  },
  {
    own: [{ name: 'exported_pod', op: '!=', value: '' }],
    text: `${CPU} is there, but the kubelet's labels are exported_pod and exported_container: scrape the kubelets with honor_labels: true`,
  },
  {
    own: [{ name: 'container', op: '=', value: '' }],
    text: `${CPU} is there, but only of pods and slices: its label container is empty, as with cri-dockerd and Docker Desktop. Scrape /metrics/resource of the kubelets too, or use containerd`,
  },
];

/** Looks at what is there before it is said that nothing is. @throws CollectError */
export async function diagnose(
  { client, context, grid, signal }: RawAsking,
  snapshots: readonly Snapshot[],
): Promise<readonly Snapshot[]> {
  if (!snapshots.some(({ problems }) => problems.some(isCpuAbsent))) return snapshots;
  const point = grid.points - 1;
  for (const { metric = CPU, own, text } of CAUSES) {
    const query = `count(${context.select(metric, ...own)})`;
    let isIt = false;
    await askInHalves(point, {
      isIndispensable: false,
      halves: () => null,
      ask: async () => {
        const { series } = await client.range(query, { grid, from: point, to: point }, signal);
        isIt = series.length > 0;
      },
      // What is said without a cause is true as well.
      note: () => undefined,
    });
    if (isIt) return snapshots.map((snapshot) => withCause(snapshot, text));
  }
  return snapshots;
}

function isCpuAbsent({ code, subject }: DataProblem): boolean {
  return (
    (code === 'exporter-absent' && (subject === 'cAdvisor' || subject === 'Prometheus')) ||
    (code === 'metric-absent' && subject === CPU)
  );
}

function withCause(snapshot: Snapshot, text: string): Snapshot {
  const problems = snapshot.problems.map((one) => (isCpuAbsent(one) ? { ...one, text } : one));
  return { ...snapshot, problems };
}
