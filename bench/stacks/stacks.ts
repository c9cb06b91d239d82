import type { WorldSeries } from './world.ts';

/** How a stack of metrics shows a cluster: what it scrapes, under which jobs, and what it leaves out. */
export interface Stack {
  readonly name: string;
  readonly intervalSeconds: number;
  /** Labels that its scrape configuration adds. */
  readonly cadvisor: Readonly<Record<string, string>>;
  readonly kube: Readonly<Record<string, string>>;
  /** What of kube-state-metrics and of cAdvisor it keeps; everything by default. */
  readonly keepsKube?: RegExp;
  readonly keepsCadvisor?: RegExp;
  /** Another form of a series; null for one that it does not have. */
  readonly form?: (series: WorldSeries) => WorldSeries | null;
  /** What the store has beside it, as other programs of the same stack write it. */
  readonly beside?: (series: WorldSeries) => WorldSeries | null;
  /**
   * Written before it was measured: whether costs are within 1 %, and the same miners are found. Where they are not,
   * Burnwatch has to say how much it is at most.
   */
  readonly sameCosts: boolean;
  readonly sameVerdicts: boolean;
  /** What has to be said to be missing: a metric, or words of the cause. */
  readonly names: readonly string[];
}

const PATH = { metrics_path: '/metrics/cadvisor' };

// The charts' and services' own lists, read on 2026-11-30: grafana/k8s-monitoring-helm (default_allow_lists),
// Azure/prometheus-collector (minimal ingestion profile), Google's tables of GKE's packages CADVISOR and kube state.
const GRAFANA_KUBE =
  /^kube_(daemonset.*|deployment_(metadata_generation|spec_replicas|status_.*)|horizontalpodautoscaler_(spec|status)_.*|job.*|namespace_status_phase|node.*|persistentvolumeclaim_resource_requests_storage_bytes|pod_container_(info|resource_limits|resource_requests|status_last_terminated_reason|status_restarts_total|status_waiting_reason)|pod_info|pod_owner|pod_start_time|pod_status_phase|pod_status_reason|replicaset.*|resourcequota|statefulset.*)$/;
const CADVISOR_LIST =
  /^container_(cpu_cfs_(throttled_)?periods_total|cpu_usage_seconds_total|fs_(reads|writes)_(bytes_)?total|memory_(cache|rss|swap|usage_bytes|working_set_bytes)|network_.*)$/;
const AZURE_KUBE =
  /^kube_(job_.*|daemonset_.*|deployment_.*|statefulset_.*|pod_container_(status_last_terminated_reason|status_restarts_total|resource_requests|resource_limits)|node_status_(condition|allocatable)|pod_status_phase|pod_info|pod_owner|resourcequota|namespace_status_phase|node_info|pod_labels|pod_annotations)$/;
const GKE_KUBE =
  /^kube_(daemonset_.*|deployment_.*|statefulset_.*|horizontalpodautoscaler_.*|persistentvolume.*|pod_container_status_(ready|waiting_reason)|pod_status_(phase|unschedulable))$/;

export const STACKS: readonly Stack[] = [
  {
    name: 'kube-prometheus-stack',
    intervalSeconds: 30,
    cadvisor: { job: 'kubelet', endpoint: 'https-metrics', ...PATH },
    kube: { job: 'kube-state-metrics', endpoint: 'http' },
    sameCosts: true,
    sameVerdicts: true,
    names: [],
  },
  {
    name: 'prometheus chart',
    intervalSeconds: 60,
    cadvisor: { job: 'kubernetes-nodes-cadvisor', kubernetes_io_os: 'linux' },
    kube: { job: 'kubernetes-service-endpoints', service: 'prometheus-kube-state-metrics' },
    sameCosts: true,
    sameVerdicts: true,
    names: [],
  },
  {
    name: 'Grafana k8s-monitoring, full list',
    intervalSeconds: 60,
    cadvisor: { job: 'integrations/kubernetes/cadvisor' },
    kube: { job: 'integrations/kubernetes/kube-state-metrics' },
    sameCosts: true,
    sameVerdicts: true,
    names: [],
  },
  {
    name: 'Grafana k8s-monitoring, default list',
    intervalSeconds: 60,
    cadvisor: { job: 'integrations/kubernetes/cadvisor' },
    kube: { job: 'integrations/kubernetes/kube-state-metrics' },
    keepsKube: GRAFANA_KUBE,
    keepsCadvisor: CADVISOR_LIST,
    sameCosts: true,
    sameVerdicts: true,
    names: ['kube_pod_created'],
  },
  {
    name: 'Azure managed, minimal profile',
    intervalSeconds: 30,
    cadvisor: { job: 'cadvisor' },
    kube: { job: 'kube-state-metrics' },
    keepsKube: AZURE_KUBE,
    keepsCadvisor: CADVISOR_LIST,
    sameCosts: true,
    sameVerdicts: true,
    names: ['kube_pod_created', 'kube_replicaset_owner'],
  },
  {
    // Neither nodes nor requests: what is used is priced at flat rates. Google's own system metrics have the sums.
    name: 'GKE managed, curated packages',
    intervalSeconds: 60,
    cadvisor: { job: 'cadvisor' },
    kube: { job: 'kube-state-metrics' },
    keepsKube: GKE_KUBE,
    keepsCadvisor: CADVISOR_LIST,
    beside: gkeSystemMetric,
    sameCosts: false,
    sameVerdicts: false,
    names: ['kube_pod_info', 'kube_pod_container_resource_requests', 'kube_node_info'],
  },
  {
    name: 'OpenShift',
    intervalSeconds: 30,
    cadvisor: { job: 'kubelet', service: 'kubelet', ...PATH },
    kube: { job: 'kube-state-metrics', service: 'kube-state-metrics' },
    sameCosts: true,
    sameVerdicts: true,
    names: [],
  },
  {
    name: 'VictoriaMetrics operator',
    intervalSeconds: 30,
    cadvisor: { job: 'kubelet', ...PATH },
    kube: { job: 'vm-kube-state-metrics' },
    sameCosts: true,
    sameVerdicts: true,
    names: [],
  },
  {
    // The kubelet's feature PodAndContainerStatsFromCRI: no cgroup paths, no disk and no traffic.
    name: 'kubelet with CRI stats',
    intervalSeconds: 60,
    cadvisor: { job: 'kubelet', ...PATH },
    kube: { job: 'kube-state-metrics' },
    keepsCadvisor:
      /^container_(cpu_usage_seconds_total|memory_working_set_bytes|start_time_seconds)$/,
    form: ({ labels: { id, ...labels }, ...series }) => ({
      ...series,
      labels: id === undefined ? labels : { ...labels, id: id.replace(/^.*\//, '') },
    }),
    sameCosts: true,
    sameVerdicts: false,
    names: ['container_network_receive_bytes_total', 'container_fs_reads_bytes_total'],
  },
  {
    name: 'recording rules alone',
    intervalSeconds: 60,
    cadvisor: {},
    kube: {},
    form: recorded,
    sameCosts: false,
    sameVerdicts: false,
    names: ['results of recording rules'],
  },
  {
    name: 'OpenTelemetry collector',
    intervalSeconds: 60,
    cadvisor: { job: 'opentelemetry-collector' },
    kube: { job: 'opentelemetry-collector' },
    form: openTelemetry,
    sameCosts: false,
    sameVerdicts: false,
    names: ['OpenTelemetry collector'],
  },
];

/** The system metrics that Google writes of every cluster of GKE, under the names that they have in PromQL. */
function gkeSystemMetric({ metric, labels, samples }: WorldSeries): WorldSeries | null {
  const name = {
    container_cpu_usage_seconds_total: 'kubernetes_io:container_cpu_core_usage_time',
    container_memory_working_set_bytes: 'kubernetes_io:container_memory_used_bytes',
    kube_pod_container_resource_requests: 'kubernetes_io:container_cpu_request_cores',
  }[metric];
  if (name === undefined) return null;
  const { namespace = '', pod = '', container = '' } = labels;
  const renamed = { namespace_name: namespace, pod_name: pod, container_name: container };
  return { metric: name, labels: renamed, samples };
}

/** What the recording rules of kubernetes-mixin make of a series. */
function recorded({ metric, labels, samples }: WorldSeries): WorldSeries | null {
  const { namespace = '', pod = '', container = '' } = labels;
  const one = { labels: { namespace, pod, container }, samples };
  switch (metric) {
    case 'container_memory_working_set_bytes':
      return { ...one, metric: `node_namespace_pod_container:${metric}` };
    case 'container_cpu_usage_seconds_total': {
      const rates = samples.slice(1).map(([at, value], index): (typeof samples)[number] => {
        const [before, from] = samples[index] ?? [at, value];
        return [at, (value - from) / (at - before)];
      });
      return {
        ...one,
        metric: `node_namespace_pod_container:${metric}:sum_rate5m`,
        samples: rates,
      };
    }
    case 'kube_pod_container_resource_requests':
      return { ...one, metric: `cluster:namespace:pod_cpu:active:${metric}` };
    default:
      return null;
  }
}

const OPEN_TELEMETRY: Readonly<Record<string, string>> = {
  container_cpu_usage_seconds_total: 'container_cpu_time_seconds_total',
  container_memory_working_set_bytes: 'container_memory_working_set_bytes',
  kube_pod_status_phase: 'k8s_pod_phase',
  kube_pod_container_resource_requests: 'k8s_container_cpu_request',
};

/** The collector's receivers kubeletstats and k8s_cluster, with underscores for the dots of their names. */
function openTelemetry({ metric, labels, samples }: WorldSeries): WorldSeries | null {
  const name = OPEN_TELEMETRY[metric];
  if (name === undefined) return null;
  const { namespace = '', pod = '', container = '', uid = '' } = labels;
  const renamed = {
    k8s_namespace_name: namespace,
    k8s_pod_name: pod,
    ...(container === '' ? {} : { k8s_container_name: container }),
    ...(uid === '' ? {} : { k8s_pod_uid: uid }),
  };
  return { metric: name, labels: renamed, samples };
}

/** A world's series as a stack has it: none where it leaves it out. */
export function shownBy(stack: Stack, series: WorldSeries): readonly WorldSeries[] {
  const shown = scraped(stack, series);
  const beside = stack.beside?.(series) ?? null;
  return [...(shown === null ? [] : [shown]), ...(beside === null ? [] : [beside])];
}

function scraped(stack: Stack, series: WorldSeries): WorldSeries | null {
  const isKube = series.metric.startsWith('kube_');
  const keeps = isKube ? stack.keepsKube : stack.keepsCadvisor;
  if (keeps !== undefined && !keeps.test(series.metric)) return null;
  const formed = stack.form === undefined ? series : stack.form(series);
  if (formed === null) return null;
  return { ...formed, labels: { ...(isKube ? stack.kube : stack.cadvisor), ...formed.labels } };
}
