import {
  COMPONENT_JOBS,
  COMPONENT_NAMESPACES,
  type ControlPlaneMeasure,
} from '../../model/controlPlane.ts';
import { FREE_RESOURCES } from '../../model/resources.ts';
import type { LabelMatcher } from './matchers.ts';
import { promDuration, selector } from './matchers.ts';

/** Labels by which stores tell clusters apart. */
export const CLUSTER_LABELS = [
  'cluster',
  'cluster_id',
  'cluster_name',
  'k8s_cluster_name',
] as const;

/** What a query is written with. */
export interface QueryContext {
  /** Range that holds exactly one window's samples. */
  readonly window: string;
  /** Range of the share of throttled periods. */
  readonly rate: string;
  /** The longer of the two. */
  readonly longest: string;
  /** How long after a window's end samples may tell how it ended, in milliseconds. */
  readonly aheadMs: number;
  /** A selector with the configured matchers added; nothing is selected without them. */
  select(metric: string, ...own: readonly LabelMatcher[]): string;
  /** The same, with more matchers in every selector. */
  within(more: readonly LabelMatcher[]): QueryContext;
}

/** One metric family that is read, and how. */
export interface QuerySpec {
  /** Metric whose absence is reported. */
  readonly metric: string;
  /**
   * `indispensable`: nothing can be said without it. `usual`: every stock installation has it, so its
   * absence is worth a sentence. `extra`: absent on many clusters, or legitimately empty.
   */
  readonly need: 'indispensable' | 'usual' | 'extra';
  /** What is lost where it is absent; completes the sentence "without it, …". */
  readonly without: string;
  /** Also evaluated at the end of the window before the batch. */
  readonly previous?: true;
  promql(q: QueryContext): string;
}

/** Builds the context of a query. */
export function queryContext(
  windowMs: number,
  rateMs: number,
  configured: readonly LabelMatcher[],
  aheadMs = 0,
  trust: (metric: string, own: readonly LabelMatcher[]) => readonly LabelMatcher[] = () => [],
): QueryContext {
  return {
    window: promDuration(windowMs),
    rate: promDuration(rateMs),
    longest: promDuration(Math.max(windowMs, rateMs)),
    aheadMs,
    select: (metric, ...own) => selector(metric, [...own, ...trust(metric, own), ...configured]),
    within: (more) => queryContext(windowMs, rateMs, [...configured, ...more], aheadMs, trust),
  };
}

const eq = (name: string, value: string): LabelMatcher => ({ name, op: '=', value });
const not = (name: string, value: string): LabelMatcher => ({ name, op: '!=', value });
const like = (name: string, value: string): LabelMatcher => ({ name, op: '=~', value });
const unlike = (name: string, value: string): LabelMatcher => ({ name, op: '!~', value });

// The pod's and slices' own cgroups (container="") hold the containers' CPU once more, and POD is the
// sandbox: only real containers are read.
export const CONTAINER = [not('container', ''), not('container', 'POD')] as const;

// Network counters are the pod's. On the host's network a pod shows the host's interfaces, also those of the other pods
// (veth…, cali…): there may be hundreds, and none of them is inside a pod.
const POD_INTERFACE = [
  not('pod', ''),
  unlike('interface', 'lo|docker.*|(veth|cali|lxc|cilium|flannel|cni|br-|gke|eni|azv).+'),
] as const;

// `id` is the cgroup path: it keeps a restarted container's old and new counters apart (their maximum
// would lose one of them), and it holds the pod's UID. Two kubelet jobs or a federated copy give the
// same `id` twice, which `max` folds into one.
export const BY_CGROUP = 'namespace,pod,container,id';
export const BY_POD = 'namespace,pod,uid';
const BY_CONTAINER = `${BY_POD},container`;

/** The labels that tell one flow of Retina from another, whoever scraped it. */
const FLOW =
  'source_namespace,source_pod,source_podname,source_ip,source_zone,destination_namespace,destination_pod,destination_podname,destination_ip,destination_zone';

/** Addresses that are in no private network: RFC 1918 and 6598, loopback, link-local, multicast, and their IPv6 kin. */
const PUBLIC = unlike(
  'destination_ip',
  '|0\\..+|10\\..+|127\\..+|169\\.254\\..+|172\\.(1[6-9]|2\\d|3[01])\\..+|192\\.168\\..+|100\\.(6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])\\..+|(22[4-9]|23\\d)\\..+|::.*|[fF][cCdDeE].+',
);

/** One series of each set of labels `by`: duplicates count once. */
function folded(over: string) {
  return (q: QueryContext, by: string, series: string): string =>
    `max by (${by}) (${over}(${series}[${q.window}]))`;
}

/** The last value inside the window: also of what vanished before the window's end. */
const lastInWindow = folded('last_over_time');
/** Number of samples inside the window. */
const samplesInWindow = folded('count_over_time');
/** Number of samples inside the window at which a 0/1 gauge was 1. */
const samplesTrue = folded('sum_over_time');

/** A query of one metric alone. */
function ofMetric(fold: typeof lastInWindow) {
  return (metric: string, by: string, ...own: readonly LabelMatcher[]) => ({
    metric,
    promql: (q: QueryContext) => fold(q, by, q.select(metric, ...own)),
  });
}

const last = ofMetric(lastInWindow);
const samples = ofMetric(samplesInWindow);
const samplesAtOne = ofMetric(samplesTrue);

/** The last values of metrics whose names fit, told apart by their names. */
const lastOfEach = (metric: string, by: string, names: string) => ({
  metric,
  promql: (q: QueryContext) =>
    lastInWindow(q, `__name__,${by}`, q.select('', like('__name__', names))),
});

/** The last of each series with all of its labels. */
const series = (metric: string, ...own: readonly LabelMatcher[]) => ({
  metric,
  promql: (q: QueryContext) => `last_over_time(${q.select(metric, ...own)}[${q.window}])`,
});

/**
 * Everything that is asked of Prometheus, one entry a metric. The number of queries is fixed: it depends
 * neither on the number of workloads nor on the number of windows in a batch.
 */
export const QUERIES = {
  // ── cAdvisor ───────────────────────────────────────────────────────────────────────────────────────
  // A ratio of periods; containers without a CPU limit have no periods and no answer.
  throttled: {
    metric: 'container_cpu_cfs_throttled_periods_total',
    need: 'extra',
    without: 'throttling is unknown, so that a flat plateau at the limit is not explained',
    promql: (q) => {
      const rate = (metric: string): string =>
        `max by (${BY_CGROUP}) (${rateOf(q, metric, ...CONTAINER)})`;
      return `${rate('container_cpu_cfs_throttled_periods_total')} / (${rate('container_cpu_cfs_periods_total')} > 0)`;
    },
  },
  // ── DCGM exporter ──────────────────────────────────────────────────────────────────────────────────
  gpuUtilisation: {
    metric: 'DCGM_FI_DEV_GPU_UTIL',
    need: 'extra',
    without: 'GPU utilisation is unknown',
    // In percent; a ratio since dcgm-exporter 4.9. A MIG slice has only the engine's activity, a ratio.
    promql: (q) =>
      `${gpuGauge(q, 'DCGM_FI_DEV_GPU_UTIL')} or 100 * ${gpuGauge(q, 'DCGM_FI_DEV_GPU_UTIL_RATIO')} or 100 * ${gpuGauge(q, 'DCGM_FI_PROF_GR_ENGINE_ACTIVE')}`,
  },
  gpuTensor: {
    metric: 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE',
    need: 'extra',
    without: 'GPU training cannot be distinguished from GPU mining',
    promql: (q) =>
      `${gpuGauge(q, 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE')} or ${gpuGauge(q, 'DCGM_FI_PROF_TENSOR_UTIL_RATIO')}`,
  },
  // ── kube-state-metrics: pods ───────────────────────────────────────────────────────────────────────
  podOwner: {
    ...last(
      'kube_pod_owner',
      `${BY_POD},owner_kind,owner_name`,
      not('owner_is_controller', 'false'),
    ),
    need: 'usual',
    without: 'workloads are known only as far as kube_pod_info names the creator',
  },
  replicaSetOwner: {
    ...last(
      'kube_replicaset_owner',
      'namespace,replicaset,owner_kind,owner_name',
      not('owner_is_controller', 'false'),
    ),
    need: 'usual',
    without: 'Deployments are guessed from the names of ReplicaSets',
  },
  jobOwner: {
    ...last(
      'kube_job_owner',
      'namespace,job_name,owner_kind,owner_name',
      not('owner_is_controller', 'false'),
    ),
    need: 'extra',
    without: 'CronJobs are guessed from the names of Jobs',
  },
  podCreated: {
    ...last('kube_pod_created', BY_POD),
    need: 'usual',
    without: 'the age of pods is unknown',
  },
  podPhase: {
    metric: 'kube_pod_status_phase',
    need: 'usual',
    without: 'finished pods are taken to hold their requests',
    promql: (q) => `${samplesTrue(q, `${BY_POD},phase`, q.select('kube_pod_status_phase'))} > 0`,
  },
  podLabels: {
    ...series('kube_pod_labels'),
    need: 'extra',
    without: 'pod labels are unknown (kube-state-metrics needs --metric-labels-allowlist)',
  },
  podAnnotations: {
    ...series('kube_pod_annotations'),
    need: 'extra',
    without:
      'pod annotations are unknown (kube-state-metrics needs --metric-annotations-allowlist)',
  },
  // ── kube-state-metrics: containers ─────────────────────────────────────────────────────────────────
  requests: {
    ...last(
      'kube_pod_container_resource_requests',
      `${BY_CONTAINER},resource`,
      unlike('resource', FREE_RESOURCES),
    ),
    need: 'indispensable',
    without: 'nothing is known of what containers ask for',
    previous: true,
  },
  limits: {
    ...last(
      'kube_pod_container_resource_limits',
      `${BY_CONTAINER},resource`,
      like('resource', 'cpu|memory'),
    ),
    need: 'usual',
    without: 'limits are unknown',
  },
  initRequests: {
    ...last(
      'kube_pod_init_container_resource_requests',
      `${BY_CONTAINER},resource`,
      unlike('resource', FREE_RESOURCES),
    ),
    need: 'extra',
    without: 'requests of init containers and native side-cars are unknown',
    previous: true,
  },
  podOverhead: {
    ...lastOfEach(
      'kube_pod_overhead_cpu_cores',
      BY_POD,
      'kube_pod_overhead_(cpu_cores|memory_bytes)',
    ),
    need: 'extra',
    without: 'what a RuntimeClass adds to its pods is not charged',
  },
  // The scheduler's own sum (/metrics/resources): the only metric that knows pod-level requests and resizes.
  scheduled: {
    ...last(
      'kube_pod_resource_request',
      'namespace,pod,resource',
      not('node', ''),
      like('resource', 'cpu|memory'),
    ),
    need: 'extra',
    without: 'requests of pods as a whole are known only where the Kubernetes API tells',
  },
  // `restart_policy` (kube-state-metrics ≥ 2.10) tells native side-cars from init containers.
  initInfo: {
    ...last(
      'kube_pod_init_container_info',
      `${BY_CONTAINER},restart_policy,image,image_spec,image_id`,
    ),
    need: 'extra',
    without: 'init containers are not distinguished from others',
  },
  containerInfo: {
    ...samples('kube_pod_container_info', `${BY_CONTAINER},image,image_spec,image_id`),
    need: 'usual',
    without: 'images are unknown, and so is every signature in them',
  },
  running: {
    metric: 'kube_pod_container_status_running',
    need: 'usual',
    without: 'only cAdvisor shows how long containers ran, so its gaps are not seen',
    promql: (q) => {
      const main = samplesTrue(q, BY_CONTAINER, q.select('kube_pod_container_status_running'));
      const init = samplesTrue(q, BY_CONTAINER, q.select('kube_pod_init_container_status_running'));
      return `${main} or ${init}`;
    },
  },
  restarts: {
    ...last('kube_pod_container_status_restarts_total', BY_CONTAINER),
    need: 'usual',
    without: 'restarts are unknown',
    previous: true,
  },
  terminatedReason: {
    metric: 'kube_pod_container_status_last_terminated_reason',
    need: 'extra',
    without: 'OOM kills are unknown',
    promql: (q) =>
      `${lastInWindow(q, `${BY_CONTAINER},reason`, q.select('kube_pod_container_status_last_terminated_reason'))} == 1`,
  },
  waitingReason: {
    metric: 'kube_pod_container_status_waiting_reason',
    need: 'extra',
    without: 'why containers wait is unknown',
    promql: (q) =>
      `${lastInWindow(q, `${BY_CONTAINER},reason`, q.select('kube_pod_container_status_waiting_reason'))} == 1`,
  },
  // ── kube-state-metrics: nodes and namespaces ───────────────────────────────────────────────────────
  nodeInfo: {
    ...samples('kube_node_info', 'node,provider_id,os_image'),
    need: 'usual',
    without: 'how long nodes existed is unknown',
  },
  nodeCapacity: {
    ...last('kube_node_status_capacity', 'node,resource', unlike('resource', FREE_RESOURCES)),
    need: 'usual',
    without: 'the size of nodes is unknown, and with it idle cost',
  },
  nodeAllocatable: {
    ...last(
      'kube_node_status_allocatable',
      'node,resource',
      like('resource', 'cpu|memory|hugepages_.*'),
    ),
    need: 'extra',
    without: 'the allocatable part of nodes is unknown',
  },
  nodeLabels: {
    ...series('kube_node_labels'),
    need: 'extra',
    without:
      'instance types and regions are unknown (kube-state-metrics needs --metric-labels-allowlist=nodes=[*])',
  },
  created: {
    ...lastOfEach(
      'kube_node_created',
      'node,persistentvolume',
      'kube_(node|persistentvolume)_created',
    ),
    need: 'extra',
    without: 'nodes and volumes begin with the first scrape that shows them',
  },
  // Prices that OpenCost's exporter leaves behind. `instance` names the node on older versions.
  nodePrices: {
    ...lastOfEach(
      'node_total_hourly_cost',
      'node,instance,instance_type,region,provider_id',
      'node_(cpu|ram|gpu|total)_hourly_cost',
    ),
    need: 'extra',
    without: 'nodes are priced by the configuration and price lists',
  },
  // Karpenter knows thousands of offerings: only those of machine types that nodes have are read, where that is known.
  offerings: {
    metric: 'karpenter_cloudprovider_instance_type_offering_price_estimate',
    need: 'extra',
    without: 'prices of Karpenter are not used',
    promql: (q) => {
      const prices = `max by (instance_type,capacity_type,zone) (last_over_time(${q.select('karpenter_cloudprovider_instance_type_offering_price_estimate', like('capacity_type', 'spot|on-demand'))}[${q.window}]))`;
      const label = 'label_node_kubernetes_io_instance_type';
      const nodes = `last_over_time(${q.select('kube_node_labels', not(label, ''))}[${q.window}])`;
      const types = `count by (instance_type) (label_replace(${nodes}, "instance_type", "$1", "${label}", "(.+)"))`;
      return `(${prices} and on (instance_type) ${types}) or (${prices} unless on () ${types})`;
    },
  },
  namespaceLabels: {
    ...series('kube_namespace_labels'),
    need: 'extra',
    without: 'namespace labels are unknown (kube-state-metrics needs --metric-labels-allowlist)',
  },
  namespaceAnnotations: {
    ...series('kube_namespace_annotations'),
    need: 'extra',
    without:
      'namespace annotations are unknown (kube-state-metrics needs --metric-annotations-allowlist)',
  },
  // The namespace kube-system is made once in a cluster's life: two birthdays are two clusters.
  birthdays: {
    ...series('kube_namespace_created', eq('namespace', 'kube-system')),
    need: 'extra',
    without: 'a store that holds several clusters is recognised by its labels only',
  },
  clusters: {
    metric: 'kube_node_info',
    need: 'extra',
    without: 'a store that holds several clusters is recognised by birthdays only',
    promql: (q) =>
      `count by (${CLUSTER_LABELS.join(',')}) (last_over_time(${q.select('kube_node_info')}[${q.window}]))`,
  },
  // ── kube-state-metrics: autoscalers, quotas and limit ranges ────────────────────────────────────────
  // None of one kind may be "there are none" or "it is not exported": unknown, unless the API or a file says.
  autoscalerInfo: {
    ...last(
      'kube_horizontalpodautoscaler_info',
      'namespace,horizontalpodautoscaler,scaletargetref_kind,scaletargetref_name',
    ),
    need: 'extra',
    without: 'autoscalers are unknown',
  },
  autoscalerReplicas: {
    ...lastOfEach(
      'kube_horizontalpodautoscaler_spec_max_replicas',
      'namespace,horizontalpodautoscaler',
      'kube_horizontalpodautoscaler_(spec_min_replicas|spec_max_replicas|status_current_replicas)',
    ),
    need: 'extra',
    without: 'the bounds of autoscalers are unknown',
  },
  autoscalerTargets: {
    ...last(
      'kube_horizontalpodautoscaler_spec_target_metric',
      'namespace,horizontalpodautoscaler,metric_name,metric_target_type,container',
    ),
    need: 'extra',
    without: 'what autoscalers scale by is unknown',
  },
  quotas: {
    ...last('kube_resourcequota', 'namespace,resourcequota,resource,type'),
    need: 'extra',
    without: 'quotas are unknown',
  },
  limitRanges: {
    ...last('kube_limitrange', 'namespace,limitrange,resource,constraint', eq('type', 'Container')),
    need: 'extra',
    without: 'limit ranges are unknown',
  },
  // ── kube-state-metrics: storage and services ───────────────────────────────────────────────────────
  claimInfo: {
    ...samples(
      'kube_persistentvolumeclaim_info',
      'namespace,persistentvolumeclaim,storageclass,volumename',
    ),
    need: 'extra',
    without: 'storage classes and volumes of claims are unknown',
  },
  claimBytes: {
    ...last(
      'kube_persistentvolumeclaim_resource_requests_storage_bytes',
      'namespace,persistentvolumeclaim',
    ),
    need: 'extra',
    without: 'storage has no cost',
  },
  claimPhase: {
    ...samplesAtOne(
      'kube_persistentvolumeclaim_status_phase',
      'namespace,persistentvolumeclaim',
      eq('phase', 'Bound'),
    ),
    need: 'extra',
    without: 'claims are taken to be bound while they exist',
  },
  claimMounts: {
    ...last('kube_pod_spec_volumes_persistentvolumeclaims_info', `${BY_POD},persistentvolumeclaim`),
    need: 'extra',
    without: 'storage is not attributed to the pods that mount it',
  },
  volumeBytes: {
    ...last('kube_persistentvolume_capacity_bytes', 'persistentvolume'),
    need: 'extra',
    without: 'volumes are as large as their claims, and those without a claim have no cost',
  },
  volumePhase: {
    ...samplesAtOne('kube_persistentvolume_status_phase', 'persistentvolume'),
    need: 'extra',
    without: 'volumes are taken to exist while their claims do',
  },
  volumeInfo: {
    ...last('kube_persistentvolume_info', 'persistentvolume,storageclass,csi_driver'),
    need: 'extra',
    without: 'drivers and storage classes of volumes are unknown',
  },
  volumeClaim: {
    ...last('kube_persistentvolume_claim_ref', 'persistentvolume,name,claim_namespace'),
    need: 'extra',
    without: 'whose a released volume was is unknown',
  },
  volumePrices: {
    ...last('pv_hourly_cost', 'volumename,persistentvolume'),
    need: 'extra',
    without: 'storage is priced by the flat rate',
  },
  // A load balancer costs from its address on. Where addresses are not exported, the type tells of one.
  loadBalancers: {
    metric: 'kube_service_spec_type',
    need: 'extra',
    without: 'load balancers have no cost',
    promql: (q) => {
      const present = (series: string): string => samplesInWindow(q, 'namespace,service', series);
      const address = q.select('kube_service_status_load_balancer_ingress');
      const byType = q.select('kube_service_spec_type', eq('type', 'LoadBalancer'));
      const byWish = q.select('kube_service_info', not('load_balancer_ip', ''));
      return `${present(address)} or (${present(byType)} unless on () count(${present(address)})) or ${present(byWish)}`;
    },
  },
  // ── kube-state-metrics 2.20: dynamic resource allocation, with --resources=resourceclaims,resourceslices ──
  claimDevices: {
    ...last(
      'kube_resourceclaim_allocation_device_info',
      'namespace,resourceclaim,driver,pool,device',
    ),
    need: 'extra',
    without: 'devices of ResourceClaims are charged only as far as the Kubernetes API tells',
  },
  claimPods: {
    ...last(
      'kube_resourceclaim_status_reserved_for',
      'namespace,resourceclaim,consumer_uid',
      eq('consumer_resource', 'pods'),
    ),
    need: 'extra',
    without: 'who holds ResourceClaims is known only where the Kubernetes API tells',
  },
  sliceDevices: {
    ...last('kube_resourceslice_device_info', 'driver,node_name,device_name', not('node_name', '')),
    need: 'extra',
    without: 'devices that DRA drivers publish are known only where the Kubernetes API tells',
  },
  // ── Retina: traffic by destination, where OpenCost's network exporter does not run ──
  // An agent on either end may see a flow. Addresses of the cluster's own networks that are no pods are left out.
  flows: {
    metric: 'networkobservability_adv_forward_bytes',
    need: 'extra',
    without: 'destinations of traffic are known only where OpenCost’s network exporter runs',
    promql: (q) => {
      const sent = (...of: readonly LabelMatcher[]): string =>
        q.select('networkobservability_adv_forward_bytes', like('direction', '(?i)egress'), ...of);
      const seen = (series: string): string =>
        `max by (${FLOW}) (increase(${series}[${q.window}]))`;
      const [from, to] = ['source_namespace,source_pod,source_podname', 'destination_podname'];
      const outside = sent(like(to, '|unknown'), like('destination_pod', '|unknown'), PUBLIC);
      const zones = sent(not('source_zone', ''), not('destination_zone', ''));
      return `label_replace(sum by (${from}) (${seen(outside)}), "destination", "internet", "", "") or sum by (${from},source_zone,destination_zone) (${seen(zones)})`;
    },
  },
  // ── The control plane ──────────────────────────────────────────────────────────────────────────────
  // Managed clusters export little of it. Each query is a union of a few sums, told apart by the label `measure`.
  components: {
    metric: 'up',
    need: 'extra',
    without: 'whether the components of the control plane are up is unknown',
    promql: (q) => {
      const jobs = q.select(
        'up',
        like('job', COMPONENT_JOBS),
        like('namespace', COMPONENT_NAMESPACES),
      );
      const up = `max by (job,instance) (max_over_time(${jobs}[${q.window}]))`;
      return unionOf({ up: `count by (job) (${up} == 1)`, down: `count by (job) (${up} == 0)` });
    },
  },
  apiServer: {
    metric: 'apiserver_request_total',
    need: 'extra',
    without: 'requests of the API server by verb, resource and code are unknown',
    promql: (q) => {
      return unionOf({
        'api-code': `sum by (code) (${rateOf(q, 'apiserver_request_total')})`,
        'api-call': `topk(10, sum by (verb,resource) (${rateOf(q, 'apiserver_request_total')}))`,
        'api-rejected': `sum by (priority_level) (${rateOf(q, 'apiserver_flowcontrol_rejected_requests_total')})`,
        certificate: `histogram_quantile(0.01, sum by (le) (${rateOf(q, 'apiserver_client_certificate_expiration_seconds_bucket')}))`,
      });
    },
  },
  etcd: {
    metric: 'etcd_mvcc_db_total_size_in_bytes',
    need: 'extra',
    without: 'size and disk latency of etcd are unknown',
    promql: (q) => {
      const last = (metric: string): string =>
        `max by (instance) (last_over_time(${q.select(metric)}[${q.window}]))`;
      const buckets = 'etcd_disk_wal_fsync_duration_seconds_bucket';
      return unionOf({
        'etcd-size': `${last('etcd_mvcc_db_total_size_in_bytes')} / ${last('etcd_server_quota_backend_bytes')}`,
        'etcd-fsync': `histogram_quantile(0.99, sum by (instance,le) (${rateOf(q, buckets)}))`,
      });
    },
  },
  controllers: {
    metric: 'scheduler_pending_pods',
    need: 'extra',
    without:
      'queues of the scheduler and of controllers, failures of DNS and of the runtime are unknown',
    promql: (q) => {
      const least = (metric: string): string => `min_over_time(${q.select(metric)}[${q.window}])`;
      const answers = 'coredns_dns_responses_total';
      return unionOf({
        'pending-pods': `sum by (queue) (${least('scheduler_pending_pods')})`,
        'queue-depth': `topk(5, max by (job,name) (${least('workqueue_depth')}))`,
        'dns-failures': `sum(${rateOf(q, answers, eq('rcode', 'SERVFAIL'))}) / sum(${rateOf(q, answers)})`,
        'runtime-errors': `topk(5, sum by (instance) (${rateOf(q, 'kubelet_runtime_operations_errors_total')}))`,
      });
    },
  },
} as const satisfies Record<string, QuerySpec>;

/** The counter's growth a second, before any aggregation. */
function rateOf(q: QueryContext, metric: string, ...own: readonly LabelMatcher[]): string {
  return `rate(${q.select(metric, ...own)}[${q.rate}])`;
}

/** Several vectors in one answer, each with its name in the label `measure`. */
function unionOf(vectors: Readonly<Partial<Record<ControlPlaneMeasure, string>>>): string {
  return Object.entries(vectors)
    .map(([measure, promql]) => `label_replace(${promql}, "measure", "${measure}", "", "")`)
    .join(' or ');
}

/**
 * The label by which pods' series fall into parts, for queries that say of each series no more than it says itself: a
 * store that refuses all of them answers parts.
 */
export const SPLIT_BY: Readonly<Partial<Record<QueryId, string>>> = {
  throttled: 'pod',
  podOwner: 'pod',
  replicaSetOwner: 'replicaset',
  jobOwner: 'job_name',
  podCreated: 'pod',
  podPhase: 'pod',
  podLabels: 'pod',
  podAnnotations: 'pod',
  requests: 'pod',
  limits: 'pod',
  initRequests: 'pod',
  podOverhead: 'pod',
  scheduled: 'pod',
  initInfo: 'pod',
  containerInfo: 'pod',
  running: 'pod',
  restarts: 'pod',
  terminatedReason: 'pod',
  waitingReason: 'pod',
};

/** Answers about the whole cluster by which pods are read, so that each of several collectors needs them. */
const READ_WITH_PODS: readonly QueryId[] = [
  'gpuUtilisation',
  'gpuTensor',
  'flows',
  'nodeInfo',
  'nodeCapacity',
  'nodeAllocatable',
  'nodeLabels',
];

/** What a collector asks that has a part of the pods and leaves the cluster as a whole to another one. */
export function isOfPods(id: QueryId): boolean {
  return SPLIT_BY[id] !== undefined || READ_WITH_PODS.includes(id);
}

/** A metric whose samples are read as they are, each with its own time. */
export interface RawSpec extends Pick<QuerySpec, 'metric' | 'need' | 'without'> {
  /** Samples before a window and after it are read too: a counter's values at its edges lie between two. */
  readonly aroundWindow: boolean;
  /** The label with the pod's name, where it is not `pod`. */
  readonly podLabel?: string;
  selector(q: QueryContext): string;
}

export const RAW_QUERIES = {
  cpu: {
    metric: 'container_cpu_usage_seconds_total',
    need: 'indispensable',
    without: 'nothing is known of what containers use',
    aroundWindow: true,
    selector: (q) => q.select('container_cpu_usage_seconds_total', ...CONTAINER),
  },
  ram: {
    metric: 'container_memory_working_set_bytes',
    need: 'indispensable',
    without: 'memory usage is unknown',
    aroundWindow: false,
    selector: (q) => q.select('container_memory_working_set_bytes', ...CONTAINER),
  },
  diskRead: {
    metric: 'container_fs_reads_bytes_total',
    need: 'usual',
    without: 'disk reads are unknown, and CPU without disk work cannot be recognised',
    aroundWindow: true,
    selector: (q) => q.select('container_fs_reads_bytes_total', ...CONTAINER),
  },
  diskWrite: {
    metric: 'container_fs_writes_bytes_total',
    need: 'usual',
    without: 'disk writes are unknown, and CPU without disk work cannot be recognised',
    aroundWindow: true,
    selector: (q) => q.select('container_fs_writes_bytes_total', ...CONTAINER),
  },
  networkReceive: {
    metric: 'container_network_receive_bytes_total',
    need: 'usual',
    without: 'received traffic is unknown, and CPU without network work cannot be recognised',
    aroundWindow: true,
    selector: (q) => q.select('container_network_receive_bytes_total', ...POD_INTERFACE),
  },
  networkTransmit: {
    metric: 'container_network_transmit_bytes_total',
    need: 'usual',
    without: 'sent traffic is unknown, and CPU without network work cannot be recognised',
    aroundWindow: true,
    selector: (q) => q.select('container_network_transmit_bytes_total', ...POD_INTERFACE),
  },
  // OpenCost's network exporter: only it tells destinations apart; cAdvisor's counters mix free traffic with egress.
  egress: {
    metric: 'kubecost_pod_network_egress_bytes_total',
    need: 'extra',
    without: 'network egress has no cost',
    aroundWindow: true,
    podLabel: 'pod_name',
    selector: (q) => q.select('kubecost_pod_network_egress_bytes_total'),
  },
  podInfo: {
    metric: 'kube_pod_info',
    need: 'usual',
    without: 'pods have no node, so that prices fall back, and nothing can be said to be gone',
    aroundWindow: true,
    selector: (q) => q.select('kube_pod_info'),
  },
} as const satisfies Record<string, RawSpec>;

export type RawId = keyof typeof RAW_QUERIES;

/** The counters among them: each window needs their samples around both of its edges. */
export const COUNTER_IDS = [
  'cpu',
  'diskRead',
  'diskWrite',
  'networkReceive',
  'networkTransmit',
  'egress',
] as const satisfies readonly RawId[];

export const RAW_IDS = Object.keys(RAW_QUERIES) as readonly RawId[];

/** The spec of a metric that is read raw, without the literal types of the table. */
export function rawSpec(id: RawId): RawSpec {
  return RAW_QUERIES[id];
}

export type QueryId = keyof typeof QUERIES;

export const QUERY_IDS = Object.keys(QUERIES) as readonly QueryId[];

/** The spec of a query, without the literal types of the table. */
export function querySpec(id: QueryId): QuerySpec {
  return QUERIES[id];
}

/** Where Prometheus relabels the exporter's own labels away, the pod's are `exported_…`. */
function gpuGauge(q: QueryContext, metric: string): string {
  return `avg by (exported_namespace,exported_pod,exported_container,namespace,pod,container) (avg_over_time(${q.select(metric)}[${q.window}]))`;
}
