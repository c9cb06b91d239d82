import { REGION, type DemoNode } from '../cluster/nodes.ts';
import { containerId, type ContainerLife, type DemoPod } from '../cluster/pods.ts';
import { hexDigits } from '../noise.ts';
import type { Labels } from '../samples.ts';

/** Labels that Prometheus adds to what it scrapes from a node's kubelet. */
export function kubeletTarget(node: DemoNode): Labels {
  return { job: 'kubelet', instance: node.kubelet };
}

/** The same for kube-state-metrics and for NVIDIA's exporter. */
export const KUBE_STATE_TARGET: Labels = { job: 'kube-state-metrics', instance: '10.0.140.9:8080' };
export const DCGM_TARGET: Labels = { job: 'dcgm-exporter', instance: '10.0.140.12:9400' };

/** A pod's cgroup, as the kubelet's systemd driver names it. */
export function podCgroup(pod: DemoPod): string {
  const qos = qosOf(pod);
  const slice = qos === 'Guaranteed' ? 'kubepods' : `kubepods-${qos.toLowerCase()}`;
  const parent = qos === 'Guaranteed' ? '/kubepods.slice' : `/kubepods.slice/${slice}.slice`;
  return `${parent}/${slice}-pod${pod.uid.replaceAll('-', '_')}.slice`;
}

/** A container's cgroup. */
export function containerCgroup(pod: DemoPod, life: ContainerLife): string {
  return `${podCgroup(pod)}/cri-containerd-${containerId(pod, life)}.scope`;
}

/** The cgroup of the pod's sandbox, to which its network belongs. */
export function sandboxCgroup(pod: DemoPod): string {
  return `${podCgroup(pod)}/cri-containerd-${hexDigits(pod.seed + 77, 64)}.scope`;
}

/** The quality of service that Kubernetes gives a pod for its requests and limits. */
export function qosOf({ workload: { requests, limits } }: DemoPod): string {
  const isAsked = [...Object.values(requests), ...Object.values(limits)].length > 0;
  if (!isAsked) return 'BestEffort';
  const isFirm =
    limits.cpu !== undefined &&
    limits.ramMiB !== undefined &&
    requests.cpu === limits.cpu &&
    requests.ramMiB === limits.ramMiB;
  return isFirm ? 'Guaranteed' : 'Burstable';
}

/** The container's name: the workload's own, unless it says otherwise. */
export function containerName({ workload: { container, name } }: DemoPod): string {
  return container ?? name;
}

/** `namespace`, `pod` and `uid`, as all of kube-state-metrics' pod series have them. */
export function podLabels(pod: DemoPod): Labels {
  return { namespace: pod.workload.namespace, pod: pod.name, uid: pod.uid };
}

/** An image's digest, as container runtimes report it. */
export function imageId(image: string, seed: number): string {
  const repository = image.slice(0, image.lastIndexOf(':'));
  return `${repository}@sha256:${hexDigits(seed, 64)}`;
}

/** The load balancer's address in AWS. */
export function loadBalancerHost(seed: number): string {
  return `a${hexDigits(seed, 32)}-${seed % 1_000_000_000}.${REGION}.elb.amazonaws.com`;
}
