import type { ContainerSample, NodeSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { HOUR_MS, type TimeMs, type Window } from '../../src/model/time.ts';
import type { BenchContainer, BenchNode, BenchPod, BillWorld } from './world.ts';

const GIB = 1024 ** 3;

/** What a perfect observer sees of a window. @param midnight the start of the world's day. */
export function snapshotAt(world: BillWorld, window: Window, midnight: TimeMs): Snapshot {
  // Before and after the day all is as at its edges.
  const at = (hours: number, edge: 0 | 24): TimeMs =>
    hours === edge ? (edge === 0 ? -Infinity : Infinity) : midnight + hours * HOUR_MS;
  const share = ([from, to]: readonly [number, number]): readonly [share: number, from: number] => {
    const [start, end] = [Math.max(window.start, at(from, 0)), Math.min(window.end, at(to, 24))];
    const length = window.end - window.start;
    return [Math.max(0, end - start) / length, (start - window.start) / length];
  };
  const nodes = new Map(world.nodes.map((node) => [node.name, node]));
  const snapshot: Snapshot = {
    cluster: 'test',
    window,
    nodes: world.nodes.flatMap((node) => {
      const [upShare] = share(node.up);
      return upShare > 0 ? [nodeSample(node, upShare)] : [];
    }),
    pods: world.pods.flatMap((pod) => {
      const [heldShare, heldFrom] = share(pod.held);
      return heldShare > 0 ? [podSample(pod, nodes.get(pod.node), heldShare, heldFrom)] : [];
    }),
    namespaces: new Map(),
    volumes: (world.volumes ?? []).map(({ namespace, claim, gib }) => ({
      namespace,
      claim,
      storageClass: 'gp3',
      volume: null,
      bytes: gib * GIB,
      mountedBy: world.pods.filter((pod) => pod.claim === claim).map(({ name }) => `uid-${name}`),
      boundShare: 1,
      exportedPriceGiBHour: null,
    })),
    loadBalancers: (world.balancers ?? []).map((namespace) => ({
      namespace,
      name: 'lb',
      upShare: 1,
    })),
    coverage: 1,
    complete: true,
    problems: [],
    expectedSamples: {},
  };
  return counted(snapshot);
}

/** As collecting counts cards; a tree that cannot is measured as it is. */
const cards = (await import('../../src/collect/countCards.ts').catch(() => null))?.countCards;
const hold = (await import('../../src/model/podHold.ts').catch(() => null))?.podHold;

function counted(snapshot: Snapshot): Snapshot {
  return cards === undefined ? snapshot : cards(snapshot, {});
}

const metric = (resource: string): string => resource.replaceAll(/[^a-zA-Z0-9_]/g, '_');

function nodeSample(node: BenchNode, upShare: number): NodeSample {
  return {
    name: node.name,
    cpuCores: node.cores,
    ramBytes: node.gib * GIB,
    gpus: null,
    ...(node.cards && { devices: { [metric(node.cards.resource)]: node.cards.units } }),
    allocatableCpuCores: node.cores,
    allocatableRamBytes: node.gib * GIB,
    labels: node.labels,
    providerId: node.providerId,
    upShare,
    exportedPrice: null,
  };
}

function podSample(
  pod: BenchPod,
  node: BenchNode | undefined,
  heldShare: number,
  heldFrom: number,
): PodSample {
  const resource = metric(node?.cards?.resource ?? '');
  const requests = (one: BenchContainer) => ({
    cpu: one.cores,
    memory: one.gib * GIB,
    ...(one.units && { [resource]: one.units }),
    ...(one.pagesGiB && { hugepages_1Gi: one.pagesGiB * GIB }),
  });
  const amounts = (of: { readonly cores: number; readonly gib: number } | undefined) =>
    of === undefined ? {} : { cpu: of.cores, memory: of.gib * GIB };
  return {
    namespace: pod.namespace,
    name: pod.name,
    uid: `uid-${pod.name}`,
    workload: { kind: 'Deployment', name: pod.name },
    workloadKnown: true,
    node: pod.node,
    createdAt: null,
    phase: 'Running',
    hostNetwork: false,
    labels: {},
    annotations: {},
    heldShare,
    heldFrom,
    networkReceiveBytesPerSecond: null,
    networkTransmitBytesPerSecond: null,
    egress: {
      zoneBytesPerSecond: null,
      regionBytesPerSecond: null,
      internetBytesPerSecond: ((pod.egressGiB ?? 0) * GIB * heldShare) / 3600,
    },
    containers: pod.containers.map((one, index) =>
      containerSample(pod, one, index, heldShare, requests(one)),
    ),
    ...(hold && {
      hold: hold({
        containers: pod.containers.map((one) => ({ role: one.role, requests: requests(one) })),
        podLevel: pod.podLevel
          ? { requests: amounts(pod.podLevel), allocated: null, actuated: null }
          : null,
        overhead: amounts(pod.overhead),
      }),
    }),
    spec: null,
  };
}

function containerSample(
  pod: BenchPod,
  one: BenchContainer,
  index: number,
  heldShare: number,
  requests: Readonly<Record<string, number>>,
): ContainerSample {
  const { cpu: _cpu, memory: _memory, ...devices } = requests;
  const used = one.used.map((amount) => amount * heldShare) as [number, number];
  return {
    name: `${pod.name}-${index}`,
    image: null,
    imageId: null,
    init: one.role === 'init',
    cpuUsageCores: used[0],
    cpuAboveRequestCores: Math.max(0, one.used[0] - one.cores) * heldShare,
    cpuRequestCores: one.cores,
    cpuLimitCores: null,
    ramUsageBytes: used[1] * GIB,
    ramPeakBytes: one.used[1] * GIB,
    ramRequestBytes: one.gib * GIB,
    ramLimitBytes: null,
    gpuRequest: 0,
    ...(Object.keys(devices).length > 0 && { devices }),
    gpuUtilisation: null,
    gpuTensorActivity: null,
    diskReadBytesPerSecond: null,
    diskWriteBytesPerSecond: null,
    throttledShare: null,
    runShare: one.role === 'init' ? 0 : heldShare,
    restarts: 0,
    lastTerminatedReason: null,
    waitingReason: null,
    coverage: 1,
  };
}
