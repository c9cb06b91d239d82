import { join } from 'node:path';
import {
  API_PORT,
  NODE_IP,
  NODE_NAME,
  PROMETHEUS_PORT,
  PROMETHEUS_WITH_RESOURCE_PORT,
  SERVICE_SUBNET,
  STATE_METRICS_PORT,
} from './addresses.ts';
import type { Programs } from './programs.ts';

/** A program that runs inside the namespaces as long as the cluster does. */
export interface ClusterProcess {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** In the order in which they start. */
export function clusterProcesses(folder: string, programs: Programs): ClusterProcess[] {
  const file = (name: string): string => join(folder, name);
  const certificate = (name: string): string => join(folder, 'certificates', name);
  const kubernetes = (name: string, args: readonly string[]): ClusterProcess => ({
    name,
    program: programs.kubernetes,
    args: [name, ...args],
  });
  /** Without these kubeconfigs it knows no client and refuses every scrape. */
  const servingMetrics = (name: string): string[] => [
    `--authentication-kubeconfig=${file(`${name}.kubeconfig`)}`,
    `--authorization-kubeconfig=${file(`${name}.kubeconfig`)}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
  ];
  const prometheus = (name: string, port: number): ClusterProcess => ({
    name,
    program: programs.prometheus,
    args: [
      `--config.file=${file(`${name}.yaml`)}`,
      `--storage.tsdb.path=${file(`${name}-data`)}`,
      `--web.listen-address=0.0.0.0:${port}`,
    ],
  });
  return [
    {
      name: 'etcd',
      program: programs.etcd,
      args: [
        `--data-dir=${file('etcd')}`,
        '--listen-client-urls=http://127.0.0.1:2379',
        '--advertise-client-urls=http://127.0.0.1:2379',
        '--listen-peer-urls=http://127.0.0.1:2380',
        '--unsafe-no-fsync',
      ],
    },
    {
      name: 'containerd',
      program: programs.containerd,
      args: [`--config=${file('containerd.toml')}`],
    },
    kubernetes('kube-apiserver', [
      '--etcd-servers=http://127.0.0.1:2379',
      '--bind-address=0.0.0.0',
      `--secure-port=${API_PORT}`,
      `--advertise-address=${NODE_IP}`,
      `--service-cluster-ip-range=${SERVICE_SUBNET}`,
      `--tls-cert-file=${certificate('kube-apiserver.crt')}`,
      `--tls-private-key-file=${certificate('kube-apiserver.key')}`,
      `--client-ca-file=${certificate('ca.crt')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${certificate('service-accounts.key')}`,
      `--service-account-signing-key-file=${certificate('service-accounts.key')}`,
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
      '--kubelet-preferred-address-types=InternalIP',
      `--kubelet-certificate-authority=${certificate('ca.crt')}`,
      `--kubelet-client-certificate=${certificate('admin.crt')}`,
      `--kubelet-client-key=${certificate('admin.key')}`,
      `--audit-policy-file=${file('audit.yaml')}`,
      `--audit-log-path=${file('audit.log')}`,
      '--audit-log-maxsize=100',
      '--audit-log-maxbackup=1',
    ]),
    kubernetes('kube-controller-manager', [
      `--kubeconfig=${file('kube-controller-manager.kubeconfig')}`,
      `--root-ca-file=${certificate('ca.crt')}`,
      `--service-account-private-key-file=${certificate('service-accounts.key')}`,
      '--use-service-account-credentials',
      ...servingMetrics('kube-controller-manager'),
    ]),
    kubernetes('kube-scheduler', [
      `--kubeconfig=${file('kube-scheduler.kubeconfig')}`,
      ...servingMetrics('kube-scheduler'),
    ]),
    kubernetes('kubelet', [
      `--config=${file('kubelet.yaml')}`,
      `--kubeconfig=${file('kubelet.kubeconfig')}`,
      `--root-dir=${file('kubelet')}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${NODE_IP}`,
    ]),
    {
      name: 'kube-state-metrics',
      program: programs.kubeStateMetrics,
      args: [
        `--kubeconfig=${file('admin.kubeconfig')}`,
        `--host=${NODE_IP}`,
        `--port=${STATE_METRICS_PORT}`,
        '--telemetry-host=127.0.0.1',
        '--telemetry-port=8081',
      ],
    },
    prometheus('prometheus', PROMETHEUS_PORT),
    prometheus('prometheus-resource', PROMETHEUS_WITH_RESOURCE_PORT),
  ];
}
