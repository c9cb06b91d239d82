/** A program whose metrics are read, and how its scrape jobs are told from anybody else's. */
export interface Exporter {
  readonly name: string;
  /** What its families begin with. */
  readonly prefix: RegExp;
  /** Its families, as a regular expression of PromQL. */
  readonly families: string;
  /** What of these is another exporter's. */
  readonly except?: string;
  /** The family by whose presence it is known to be there. */
  readonly sentinel: string;
  /**
   * True where the population tells it: it exports a series for each container or pod of the cluster, which no
   * application does. Prices and traffic have no such measure.
   */
  readonly byPopulation: boolean;
  /** Jobs that export some of it about themselves, as they should: nothing of it is believed, and they are not named. */
  readonly otherJobs?: RegExp;
}

const SCHEDULER_FAMILIES = 'kube_pod_resource_(request|limit)';

export const EXPORTERS: readonly Exporter[] = [
  {
    name: 'cadvisor',
    prefix: /^container_/,
    families:
      'container_(cpu_usage_seconds_total|memory_working_set_bytes|start_time_seconds|network_(receive|transmit)_bytes_total|fs_(reads|writes)_bytes_total|cpu_cfs_(throttled_)?periods_total)',
    sentinel: 'container_cpu_usage_seconds_total',
    byPopulation: true,
  },
  {
    name: 'kube-scheduler',
    prefix: /^kube_pod_resource_/,
    families: SCHEDULER_FAMILIES,
    sentinel: 'kube_pod_resource_request',
    byPopulation: false,
  },
  {
    name: 'kube-state-metrics',
    prefix: /^kube_/,
    // Not kube_.+: the API server and others have families of their own.
    families:
      'kube_(cronjob|daemonset|deployment|horizontalpodautoscaler|ingress|job|limitrange|namespace|networkpolicy|node|persistentvolume|persistentvolumeclaim|pod|poddisruptionbudget|replicaset|replicationcontroller|resourceclaim|resourcequota|resourceslice|service|statefulset|storageclass|verticalpodautoscaler)(_.+)?',
    except: SCHEDULER_FAMILIES,
    sentinel: 'kube_pod_info',
    byPopulation: true,
  },
  {
    name: 'opencost',
    prefix: /^(node_.*_hourly_cost|pv_hourly_cost)/,
    families: 'node_(cpu|ram|gpu|total)_hourly_cost|pv_hourly_cost',
    sentinel: 'node_total_hourly_cost',
    byPopulation: false,
  },
  {
    name: 'network-costs',
    prefix: /^kubecost_pod_network_/,
    families: 'kubecost_pod_network_egress_bytes_total',
    sentinel: 'kubecost_pod_network_egress_bytes_total',
    byPopulation: false,
  },
  {
    name: 'retina',
    prefix: /^networkobservability_/,
    families: 'networkobservability_adv_forward_bytes',
    sentinel: 'networkobservability_adv_forward_bytes',
    byPopulation: false,
  },
  {
    name: 'dcgm-exporter',
    prefix: /^DCGM_/,
    families: 'DCGM_FI_.+',
    sentinel: 'DCGM_FI_DEV_GPU_UTIL',
    byPopulation: false,
  },
  {
    name: 'karpenter',
    prefix: /^karpenter_/,
    families: 'karpenter_cloudprovider_instance_type_offering_price_estimate',
    sentinel: 'karpenter_cloudprovider_instance_type_offering_price_estimate',
    byPopulation: false,
  },
  {
    name: 'control-plane',
    // Every operator has queues, and every server of the API's library counts its clients' certificates.
    prefix: /^(apiserver|etcd|scheduler|workqueue|coredns|kubelet_runtime)_/,
    families:
      'apiserver_(request|flowcontrol_rejected_requests)_total|etcd_mvcc_db_total_size_in_bytes|etcd_server_quota_backend_bytes|scheduler_pending_pods|coredns_dns_responses_total|kubelet_runtime_operations_errors_total',
    sentinel: 'apiserver_request_total',
    byPopulation: false,
    // Servers of further parts of the API; the etcd of an application.
    otherJobs: /metrics-(server|adapter)|prometheus-adapter|keda|etcd/,
  },
];

/** The exporter of a metric; null for one that none is known for. */
export function exporterOf(metric: string): Exporter | null {
  return EXPORTERS.find(({ prefix }) => prefix.test(metric)) ?? null;
}

/**
 * Job names that charts and managed services give these exporters: kube-prometheus-stack, the `prometheus` chart,
 * Grafana's k8s-monitoring, Azure's and Google's managed collection, OpenShift, the VictoriaMetrics operator; with a
 * release's name before or after it. A job of a PodMonitor begins with its namespace, and is none of them.
 */
const KNOWN_JOBS = [
  /^([\w.-]+-)?(kubelet|cadvisor|kubelet-cadvisor)(-[\w.-]+)?$/,
  /^kubernetes-(nodes|nodes-cadvisor|cadvisor|kubelet|service-endpoints|service-endpoints-slow)$/,
  /^integrations\/(kubernetes\/(kubelet|cadvisor|kube-state-metrics)|opencost|dcgm(-exporter)?)$/,
  /^(kube-system|monitoring|gmp-system|gke-managed-\w+|openshift-monitoring)\/(kubelet|cadvisor|kube-state-metrics)$/,
  /^([\w.-]+-)?kube[-_]?state[-_]?metrics(-[\w.-]+)?$/,
  /^([\w.-]+[-/])?(kube-)?scheduler(-resources)?$/,
  /^([\w.-]+-)?(opencost|kubecost|cost-analyzer|kubecost-cost-analyzer)(-[\w.-]+)?$/,
  /^([\w.-]+-)?(kubecost-networking|network-costs|kubecost-network-costs)(-[\w.-]+)?$/,
  /^([\w.-]+[-/])?(retina|retina-pods|network-observability|networkobservability-\w+|acns-metrics)(-[\w.-]+)?$/,
  /^([\w.-]+-)?(dcgm|dcgm-exporter|nvidia-dcgm-exporter|gpu-metrics)(-[\w.-]+)?$/,
  /^([\w.-]+-)?karpenter(-[\w.-]+)?$|^(kube-system|karpenter)\/karpenter$/,
  /^([\w.-]+-)?(kube-)?(apiserver|controller-manager|coredns|kube-dns)$|^kubernetes-apiservers$|^([\w.-]+-)?kube-etcd$|^etcd$/,
  /^integrations\/kubernetes\/kube-(apiserver|controller-manager|scheduler|dns|etcd)$/,
  /^(federate|prometheus-federation)$/,
];

/** True for a job that is usual for one of the exporters. A series without a job was not scraped, but written. */
export function isKnownJob(job: string): boolean {
  return job === '' || KNOWN_JOBS.some((name) => name.test(job));
}

export const EXPORTER_NAMES: readonly string[] = EXPORTERS.map(({ name }) => name);
