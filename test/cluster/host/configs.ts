import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  API_PORT,
  API_SERVICE_IP,
  CONTROLLER_MANAGER_PORT,
  ETCD_PORT,
  KUBELET_PORT,
  NODE_IP,
  NODE_NAME,
  POD_SUBNET,
  SCHEDULER_PORT,
  STATE_METRICS_PORT,
} from './addresses.ts';
import { PAUSE_IMAGE } from './images.ts';
import type { Programs } from './programs.ts';

/** Every family that Burnwatch reads passes; kube-prometheus-stack drops these. */
const DROPPED_BY_THE_STACK = [
  'container_cpu_(load_average_10s|system_seconds_total|user_seconds_total)',
  'container_fs_(io_current|io_time_seconds_total|io_time_weighted_seconds_total|reads_merged_total|sector_reads_total|sector_writes_total|writes_merged_total)',
  'container_memory_(mapped_file|swap)',
  'container_(file_descriptors|tasks_state|threads_max)',
  'container_spec.*',
].join('|');

/** Writes the configuration of every program below `folder`, which holds the certificates already. */
export async function writeConfigs(folder: string, programs: Programs): Promise<void> {
  await mkdir(join(folder, 'cni'), { recursive: true });
  await mkdir(join(folder, 'static-pods'), { recursive: true });
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await write('containerd.toml', containerd(folder, programs));
  await write('cni/10-bridge.conflist', JSON.stringify(podNetwork()));
  await write('kubelet.yaml', stringify(kubelet(folder)));
  await write('audit.yaml', await auditPolicy());
  await write('prometheus.yaml', stringify(prometheus(folder, false)));
  await write('prometheus-resource.yaml', stringify(prometheus(folder, true)));
  for (const user of ['admin', 'kubelet', 'kube-controller-manager', 'kube-scheduler']) {
    const server = `https://${API_SERVICE_IP}:${API_PORT}`;
    await write(`${user}.kubeconfig`, await kubeconfig(folder, user, server));
  }
}

/** A kubeconfig that carries its certificates. */
export async function kubeconfig(folder: string, user: string, server: string): Promise<string> {
  const base64 = async (name: string): Promise<string> =>
    (await readFile(join(folder, 'certificates', name))).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'burnwatch-cluster',
        cluster: { server, 'certificate-authority-data': await base64('ca.crt') },
      },
    ],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': await base64(`${user}.crt`),
          'client-key-data': await base64(`${user}.key`),
        },
      },
    ],
    contexts: [{ name: user, context: { cluster: 'burnwatch-cluster', user } }],
    'current-context': user,
  });
}

function containerd(folder: string, programs: Programs): string {
  return `
version = 2
root = "${folder}/containerd"
state = "/run/containerd"
oom_score = 0
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  tolerate_missing_hugetlb_controller = true
  disable_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${programs.cniFolder}"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "${programs.runc}"
      SystemdCgroup = false
`;
}

function podNetwork(): object {
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'pods0',
        isDefaultGateway: true,
        ipam: { type: 'host-local', dataDir: '/run/cni', ranges: [[{ subnet: POD_SUBNET }]] },
      },
      { type: 'loopback' },
    ],
  };
}

function kubelet(folder: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'cgroupfs',
    // Kubernetes 1.35 refuses control groups of version 1 unless told.
    failCgroupV1: false,
    failSwapOn: false,
    address: '0.0.0.0',
    port: KUBELET_PORT,
    tlsCertFile: `${folder}/certificates/kubelet.crt`,
    tlsPrivateKeyFile: `${folder}/certificates/kubelet.key`,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${folder}/certificates/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    resolvConf: '',
    staticPodPath: `${folder}/static-pods`,
    podLogsDir: `${folder}/pod-logs`,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  };
}

/** The policy of docs/signals.md: who asks what of the API, and the subjects of bindings. */
async function auditPolicy(): Promise<string> {
  const page = await readFile(join(import.meta.dirname, '../../../docs/signals.md'), 'utf8');
  const policy = /```yaml\n(apiVersion: audit\.k8s\.io[^`]*)```/.exec(page)?.[1];
  if (policy === undefined) throw new Error('docs/signals.md has no audit policy');
  return policy;
}

/** The jobs, labels and relabelling of kube-prometheus-stack, with the addresses written down: no discovery. */
function prometheus(folder: string, withResource: boolean): object {
  const asAdmin = {
    scheme: 'https',
    tls_config: {
      ca_file: `${folder}/certificates/ca.crt`,
      cert_file: `${folder}/certificates/admin.crt`,
      key_file: `${folder}/certificates/admin.key`,
    },
  };
  const kubelet = { ...asAdmin, honor_labels: true };
  const targets = (metricsPath: string): object[] => [
    {
      targets: [`${NODE_IP}:${KUBELET_PORT}`],
      labels: {
        job: 'kubelet',
        endpoint: 'https-metrics',
        metrics_path: metricsPath,
        namespace: 'kube-system',
        node: NODE_NAME,
        service: 'kps-kubelet',
      },
    },
  ];
  const cadvisor = {
    ...kubelet,
    job_name: 'cadvisor',
    metrics_path: '/metrics/cadvisor',
    static_configs: targets('/metrics/cadvisor'),
    metric_relabel_configs: [
      { source_labels: ['__name__'], regex: DROPPED_BY_THE_STACK, action: 'drop' },
      { source_labels: ['id', 'pod'], regex: '.+;', action: 'drop' },
    ],
  };
  const resource = {
    ...kubelet,
    job_name: 'resource',
    metrics_path: '/metrics/resource',
    static_configs: targets('/metrics/resource'),
  };
  const stateMetrics = {
    job_name: 'kube-state-metrics',
    honor_labels: true,
    scrape_interval: '30s',
    static_configs: [
      {
        targets: [`${NODE_IP}:${STATE_METRICS_PORT}`],
        labels: { endpoint: 'http', namespace: 'monitoring', service: 'kps-kube-state-metrics' },
      },
    ],
  };
  const kubeletItself = {
    ...kubelet,
    job_name: 'kubelet',
    static_configs: targets('/metrics'),
    metric_relabel_configs: KEPT_OF_COMPONENTS,
  };
  return {
    global: { scrape_interval: '15s', scrape_timeout: '10s' },
    scrape_configs: [
      cadvisor,
      ...(withResource ? [resource] : [kubeletItself, ...componentJobs(asAdmin)]),
      stateMetrics,
    ],
  };
}

/** Of the thousands of series of each component. */
const KEPT_OF_COMPONENTS = [
  {
    source_labels: ['__name__'],
    regex:
      'apiserver_(request_total|flowcontrol_rejected_requests_total|client_certificate_expiration_seconds_bucket)|etcd_(mvcc_db_total_size_in_bytes|server_quota_backend_bytes|disk_wal_fsync_duration_seconds_bucket)|scheduler_pending_pods|workqueue_depth|kubelet_runtime_operations_errors_total',
    action: 'keep',
  },
];

/** The components that run the cluster, by the names of their jobs in kube-prometheus-stack. */
function componentJobs(asAdmin: { readonly tls_config: object }): object[] {
  const job = (name: string, target: string, namespace: string, change: object): object => ({
    job_name: name,
    ...change,
    static_configs: [{ targets: [target], labels: { namespace } }],
    metric_relabel_configs: KEPT_OF_COMPONENTS,
  });
  // They sign their own certificates.
  const unverified = {
    ...asAdmin,
    tls_config: { ...asAdmin.tls_config, insecure_skip_verify: true },
  };
  return [
    job('apiserver', `${API_SERVICE_IP}:${API_PORT}`, 'default', asAdmin),
    job('kube-scheduler', `127.0.0.1:${SCHEDULER_PORT}`, 'kube-system', unverified),
    job(
      'kube-controller-manager',
      `127.0.0.1:${CONTROLLER_MANAGER_PORT}`,
      'kube-system',
      unverified,
    ),
    job('kube-etcd', `127.0.0.1:${ETCD_PORT}`, 'kube-system', {}),
  ];
}
