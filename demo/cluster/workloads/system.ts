import { service } from '../behaviours.ts';
import type { DemoWorkload } from '../workload.ts';

/** What every cluster runs: Kubernetes' own parts. */
export function systemWorkloads(): readonly DemoWorkload[] {
  const namespace = 'kube-system';
  const registry = '602401143452.dkr.ecr.us-east-1.amazonaws.com/eks';
  return [
    {
      namespace,
      kind: 'DaemonSet',
      name: 'kube-proxy',
      image: `${registry}/kube-proxy:v1.31.2-minimal-eksbuild.3`,
      requests: { cpu: 0.1 },
      limits: {},
      behaviour: service({ cores: 0.006, bytesPerCoreSecond: 200_000, ramMiB: 32, depth: 0.1 }),
      hostNetwork: true,
      privileged: true,
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'coredns',
      replicas: 2,
      image: `${registry}/coredns:v1.11.3-eksbuild.2`,
      requests: { cpu: 0.1, ramMiB: 70 },
      limits: { ramMiB: 170 },
      behaviour: service({ cores: 0.03, bytesPerCoreSecond: 3e6, ramMiB: 40 }),
      hardened: true,
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'ebs-csi-controller',
      image: `${registry}/aws-ebs-csi-driver:v1.37.0`,
      requests: { cpu: 0.05, ramMiB: 80 },
      limits: { ramMiB: 256 },
      behaviour: service({ cores: 0.01, bytesPerCoreSecond: 500_000, ramMiB: 60, depth: 0.1 }),
      hardened: true,
    },
  ];
}

/** What watches the cluster. */
export function monitoringWorkloads(): readonly DemoWorkload[] {
  const namespace = 'monitoring';
  return [
    {
      namespace,
      kind: 'StatefulSet',
      name: 'prometheus',
      image: 'quay.io/prometheus/prometheus:v2.55.1',
      requests: { cpu: 0.5, ramMiB: 3072 },
      limits: { ramMiB: 4096 },
      behaviour: service({
        cores: 0.4,
        bytesPerCoreSecond: 4e6,
        kind: 'both',
        ramMiB: 2500,
        depth: 0.1,
        weekend: 1,
      }),
      claim: { name: 'data', gib: 100 },
      hardened: true,
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'kube-state-metrics',
      image: 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.14.0',
      requests: { cpu: 0.05, ramMiB: 100 },
      limits: { ramMiB: 200 },
      behaviour: service({ cores: 0.01, bytesPerCoreSecond: 3e6, ramMiB: 70, depth: 0.1 }),
      hardened: true,
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'grafana',
      image: 'docker.io/grafana/grafana:11.3.1',
      requests: { cpu: 0.1, ramMiB: 256 },
      limits: { cpu: 0.5, ramMiB: 512 },
      behaviour: service({ cores: 0.02, bytesPerCoreSecond: 1e6, ramMiB: 170, weekend: 0.4 }),
      hardened: true,
    },
  ];
}
