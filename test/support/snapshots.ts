import type { ContainerSample, NodeSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import type { Window } from '../../src/model/time.ts';

/** A node of 4 cores and 16 GiB, up for the whole window. */
export function nodeSample(change: Partial<NodeSample> = {}): NodeSample {
  return {
    name: 'node-1',
    cpuCores: 4,
    ramBytes: 16 * 2 ** 30,
    gpus: 0,
    allocatableCpuCores: 4,
    allocatableRamBytes: 16 * 2 ** 30,
    labels: {},
    providerId: null,
    upShare: 1,
    exportedPrice: null,
    ...change,
  };
}

/** A container that ran for the whole window: half a core requested and a tenth used. */
export function containerSample(change: Partial<ContainerSample> = {}): ContainerSample {
  return {
    name: 'app',
    image: 'registry.example/app:1',
    imageId: null,
    init: false,
    cpuUsageCores: 0.1,
    cpuRequestCores: 0.5,
    cpuLimitCores: 1,
    ramUsageBytes: 200 * 2 ** 20,
    ramPeakBytes: 210 * 2 ** 20,
    ramRequestBytes: 512 * 2 ** 20,
    ramLimitBytes: 2 ** 30,
    gpuRequest: null,
    gpuUtilisation: null,
    gpuTensorActivity: null,
    diskReadBytesPerSecond: 0,
    diskWriteBytesPerSecond: 1_000,
    throttledShare: 0,
    runShare: 1,
    restarts: 0,
    lastTerminatedReason: null,
    waitingReason: null,
    coverage: 1,
    ...change,
  };
}

/** A pod of Deployment/web in namespace shop with one container. */
export function podSample(change: Partial<PodSample> = {}): PodSample {
  const name = change.name ?? 'web-7d4b9c5f6-abcde';
  return {
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    workload: { kind: 'Deployment', name: 'web' },
    workloadKnown: true,
    node: 'node-1',
    createdAt: null,
    phase: 'Running',
    hostNetwork: false,
    labels: {},
    annotations: {},
    heldShare: 1,
    networkReceiveBytesPerSecond: 1_000,
    networkTransmitBytesPerSecond: 2_000,
    containers: [containerSample()],
    spec: null,
    ...change,
  };
}

/** A complete window with one node and one pod. */
export function snapshotOf(window: Window, change: Partial<Snapshot> = {}): Snapshot {
  return {
    cluster: 'test',
    window,
    nodes: [nodeSample()],
    pods: [podSample()],
    namespaces: new Map([['shop', { name: 'shop', labels: {}, annotations: {} }]]),
    volumes: [],
    loadBalancers: [],
    coverage: 1,
    complete: true,
    problems: [],
    expectedSamples: { pods: 10 },
    ...change,
  };
}
