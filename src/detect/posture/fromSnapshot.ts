import type { ContainerSample, PodSample, Snapshot } from '../../model/snapshot.ts';
import { workloadKey } from '../../model/workload.ts';
import type { PostureContainer, PostureInput, PosturePod } from './postureInput.ts';

/**
 * What a window shows of the cluster, for posture. Requests come from metrics: a resource that no container
 * of the whole cluster requests is taken as unknown, since its metric may just not be there.
 */
export function postureOfSnapshot(snapshot: Snapshot, use: PostureInput['use']): PostureInput {
  const known = knownResources(snapshot);
  const pods = new Map<string, PosturePod>();
  for (const pod of snapshot.pods) {
    const described = podOf(pod, known);
    const key = `${workloadKey(pod.namespace, pod.workload)} ${looks(described)}`;
    if (!pods.has(key)) pods.set(key, described);
  }
  const nodes = snapshot.nodes.flatMap((node) => {
    const cpuCores = node.allocatableCpuCores ?? node.cpuCores;
    const ramBytes = node.allocatableRamBytes ?? node.ramBytes;
    return cpuCores === null || ramBytes === null ? [] : [{ cpuCores, ramBytes }];
  });
  const namespaces = new Set([
    ...snapshot.namespaces.keys(),
    ...snapshot.pods.map(({ namespace }) => namespace),
  ]);
  return {
    namespaces: [...namespaces].sort(),
    pods: [...pods.values()],
    objects: snapshot.objects ?? null,
    nodes: nodes.length === snapshot.nodes.length && nodes.length > 0 ? nodes : null,
    use,
  };
}

/** Pods of a workload that look the same are judged once. */
export function looks({ spec, containers, labels }: PosturePod): string {
  const { hostNetwork, hostPid, hostIpc, hostPaths, automountToken } = spec ?? {};
  const parts = containers.map(({ name, image, requests, limits }) => [
    name,
    image,
    requests,
    limits,
  ]);
  return JSON.stringify([
    spec === null,
    hostNetwork,
    hostPid,
    hostIpc,
    hostPaths,
    automountToken,
    parts,
    spec?.containers.map((container) => [
      container.privileged,
      container.addedCapabilities,
      container.runAsRoot,
      container.allowPrivilegeEscalation,
      container.seccompProfile,
    ]),
    labels['pod-template-hash'],
  ]);
}

function knownResources({ pods }: Snapshot): PostureContainer['known'] {
  const some = (of: (container: ContainerSample) => number | null): boolean =>
    pods.some(({ containers }) => containers.some((container) => of(container) !== null));
  return {
    requests: [
      ...(some(({ cpuRequestCores }) => cpuRequestCores) ? ['cpu'] : []),
      ...(some(({ ramRequestBytes }) => ramRequestBytes) ? ['memory'] : []),
    ],
    limits: [
      ...(some(({ cpuLimitCores }) => cpuLimitCores) ? ['cpu'] : []),
      ...(some(({ ramLimitBytes }) => ramLimitBytes) ? ['memory'] : []),
    ],
  };
}

function podOf(pod: PodSample, known: PostureContainer['known']): PosturePod {
  const { namespace, name, workload, labels, spec } = pod;
  const specs = new Map(spec?.containers.map((container) => [container.name, container]));
  const containers = pod.containers.map((container): PostureContainer => {
    const own = specs.get(container.name) ?? null;
    const { cpuRequestCores, ramRequestBytes, cpuLimitCores, ramLimitBytes } = container;
    return {
      name: container.name,
      role: own?.role ?? (container.init ? 'init' : 'main'),
      image: own?.image ?? container.image,
      imageId: container.imageId,
      requests: known.requests.length === 0 ? null : resources(cpuRequestCores, ramRequestBytes),
      limits: known.limits.length === 0 ? null : resources(cpuLimitCores, ramLimitBytes),
      known,
      spec: own,
    };
  });
  return { namespace, name, workload, labels, spec, containers };
}

function resources(cpu: number | null, memory: number | null): Readonly<Record<string, number>> {
  return { ...(cpu !== null && { cpu }), ...(memory !== null && { memory }) };
}
