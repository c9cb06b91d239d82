import type { Allocation, NodeCost, WindowCosts } from '../../src/model/cost.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { ContainerSample, NodeSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { MINUTE_MS, type TimeMs } from '../../src/model/time.ts';
import type { WindowRecord } from '../../src/store/history.ts';

export const WINDOW_MS = 5 * MINUTE_MS;

/** A made-up cluster: every value of a window is a function of its time and its place. */
export interface MadeUpCluster {
  readonly pods: number;
  readonly containersPerPod: number;
  readonly podsPerWorkload: number;
  readonly nodes: number;
  readonly namespaces: number;
  readonly seed: number;
  /** Every how many windows a pod is replaced by a new one; 0: never. */
  readonly rolloutEvery: number;
}

export const SMALL_CLUSTER: MadeUpCluster = {
  pods: 12,
  containersPerPod: 2,
  podsPerWorkload: 3,
  nodes: 3,
  namespaces: 2,
  seed: 1,
  rolloutEvery: 0,
};

/** The window that starts at `start`, priced so that rows and idle add up to the nodes' cost. */
export function madeUpWindow(
  cluster: MadeUpCluster,
  start: TimeMs,
  historyStart: TimeMs = start + WINDOW_MS,
): WindowRecord {
  const end = start + WINDOW_MS;
  const pods = Array.from({ length: cluster.pods }, (_, index) => madeUpPod(cluster, index, start));
  const nodes = Array.from({ length: cluster.nodes }, (_, index) => madeUpNode(index));
  const expectedSamples = { pods: 10 };
  const snapshot: Snapshot = {
    cluster: 'test',
    window: { start, end },
    nodes,
    pods,
    namespaces: new Map(),
    volumes: [],
    loadBalancers: [],
    coverage: 1,
    complete: true,
    problems: [],
    expectedSamples,
  };
  return {
    snapshot,
    costs: madeUpCosts(cluster, nodes, pods, start),
    change: {
      historyStart,
      watermark: end,
      expectedSamples,
      detectors: new Map(),
      findings: new Map(),
    },
    events: [],
    muted: false,
    applied: [],
    configHash: 'c0ffee',
  };
}

/** Adjoining windows from `start`. */
export function madeUpWindows(
  cluster: MadeUpCluster,
  start: TimeMs,
  count: number,
): readonly WindowRecord[] {
  return Array.from({ length: count }, (_, index) =>
    madeUpWindow(cluster, start + index * WINDOW_MS, start + WINDOW_MS),
  );
}

function madeUpPod(cluster: MadeUpCluster, index: number, start: TimeMs): PodSample {
  const workload = Math.floor(index / cluster.podsPerWorkload);
  const every = cluster.rolloutEvery * WINDOW_MS;
  const generation = every === 0 ? 0 : Math.floor((start + index * WINDOW_MS) / every);
  const namespace = `ns-${workload % cluster.namespaces}`;
  const name = `app-${workload}-${index}-${generation}`;
  return {
    namespace,
    name,
    uid: `uid-${name}`,
    workload: { kind: 'Deployment', name: `app-${workload}` },
    workloadKnown: true,
    node: `node-${index % cluster.nodes}`,
    createdAt: null,
    phase: 'Running',
    hostNetwork: false,
    labels: { app: `app-${workload}`, team: `team-${workload % 3}`, 'pod-template-hash': name },
    annotations: {},
    heldShare: 1,
    networkReceiveBytesPerSecond: 1e5 * noise(cluster.seed, index, 1, start),
    networkTransmitBytesPerSecond: 1e4 * noise(cluster.seed, index, 2, start),
    containers: Array.from({ length: cluster.containersPerPod }, (_, place) =>
      madeUpContainer(cluster, index, place, start),
    ),
    spec: null,
  };
}

function madeUpContainer(
  cluster: MadeUpCluster,
  pod: number,
  place: number,
  start: TimeMs,
): ContainerSample {
  const at = pod * 16 + place;
  const unknown = noise(cluster.seed, at, 3, start) < 0.02;
  const ramUsageBytes = Math.round((200 + (at % 50) + noise(cluster.seed, at, 4, start)) * 2 ** 20);
  return {
    name: `c${place}`,
    image: `registry.example.com/app:${pod % 5}`,
    imageId: null,
    init: false,
    cpuUsageCores: unknown ? null : 0.05 + 0.4 * noise(cluster.seed, at, 5, start),
    cpuRequestCores: at % 3 === 0 ? null : 0.1 * (1 + (at % 4)),
    cpuLimitCores: at % 2 === 0 ? null : 1,
    ramUsageBytes: unknown ? null : ramUsageBytes,
    ramPeakBytes: unknown ? null : Math.ceil((ramUsageBytes * 1.02) / 4096) * 4096,
    ramRequestBytes: 256 * 2 ** 20,
    ramLimitBytes: 512 * 2 ** 20,
    gpuRequest: null,
    gpuUtilisation: null,
    gpuTensorActivity: null,
    diskReadBytesPerSecond: 100 * noise(cluster.seed, at, 6, start),
    diskWriteBytesPerSecond: 4e3 * noise(cluster.seed, at, 7, start),
    throttledShare: at % 2 === 0 ? null : 0.1 * noise(cluster.seed, at, 8, start),
    runShare: 1,
    restarts: 0,
    lastTerminatedReason: at % 7 === 0 ? 'OOMKilled' : null,
    waitingReason: null,
    coverage: unknown ? 0.5 : 1,
  };
}

function madeUpNode(index: number): NodeSample {
  return {
    name: `node-${index}`,
    cpuCores: 8,
    ramBytes: 32 * 2 ** 30,
    gpus: 0,
    allocatableCpuCores: 7.9,
    allocatableRamBytes: 31 * 2 ** 30,
    labels: { 'node.kubernetes.io/instance-type': 'm5.2xlarge' },
    providerId: `aws:///eu-west-1a/i-${index}`,
    upShare: 1,
    exportedPrice: null,
  };
}

function madeUpCosts(
  cluster: MadeUpCluster,
  nodes: readonly NodeSample[],
  pods: readonly PodSample[],
  start: TimeMs,
): WindowCosts {
  const allocations = pods.flatMap((pod) =>
    pod.containers.map((container) => madeUpAllocation(pod, container)),
  );
  const unattached = [{ namespace: 'ns-0', name: 'old', kind: 'volume', nano: 1234 } as const];
  const cents = 1 + Math.round(noise(cluster.seed, 0, 9, start));
  return {
    allocations,
    nodes: nodes.map((node) => madeUpNodeCost(node, allocations, cents)),
    unattached,
  };
}

function madeUpAllocation(pod: PodSample, container: ContainerSample): Allocation {
  const hours = WINDOW_MS / 3_600_000;
  const cpuRequest = (container.cpuRequestCores ?? 0) * hours;
  const cpuUsage = (container.cpuUsageCores ?? 0) * hours;
  const ramRequest = (container.ramRequestBytes ?? 0) * hours;
  const ramUsage = (container.ramUsageBytes ?? 0) * hours;
  const cpuCoreHours = Math.max(cpuRequest, cpuUsage);
  const ramByteHours = Math.max(ramRequest, ramUsage);
  return {
    pod,
    container,
    cpuCoreHours,
    ramByteHours,
    gpuHours: 0,
    cpuRequestCoreHours: cpuRequest,
    cpuUsageCoreHours: cpuUsage,
    ramRequestByteHours: ramRequest,
    ramUsageByteHours: ramUsage,
    cpuNano: Math.round(cpuCoreHours * 0.031611 * 1e9),
    ramNano: Math.round((ramByteHours / 2 ** 30) * 0.004237 * 1e9),
    gpuNano: 0,
    storageNano: 0,
    networkNano: 0,
    loadBalancerNano: 0,
    coverage: container.coverage,
    coverageBy: {
      cpu: container.coverage,
      memory: container.coverage,
      requests: 1,
      network: container.diskReadBytesPerSecond! > 50 ? 1 : 0.25,
      disk: container.coverage,
      price: 1,
    },
  };
}

function madeUpNodeCost(
  node: NodeSample,
  allocations: readonly Allocation[],
  nodeNano: number,
): NodeCost {
  const here = allocations.filter(({ pod }) => pod.node === node.name);
  const cpuNano = 20_000_000 + nodeNano;
  const ramNano = 11_000_000;
  const spent = (of: (allocation: Allocation) => number) =>
    here.reduce((sum, allocation) => sum + of(allocation), 0);
  return {
    node: node.name,
    price: {
      cpuCoreHour: 0.03,
      ramGiBHour: 0.004,
      gpuHour: 0,
      source: 'flat',
      reason: 'flat rates',
      coverage: 1,
    },
    hours: WINDOW_MS / 3_600_000,
    cpuCores: 8,
    ramBytes: 32 * 2 ** 30,
    gpus: 0,
    cpuNano,
    ramNano,
    gpuNano: 0,
    idleCpuNano: cpuNano - spent((allocation) => allocation.cpuNano),
    idleRamNano: ramNano - spent((allocation) => allocation.ramNano),
    idleGpuNano: 0,
  };
}

/** An open warning about Deployment app-0, recognised a window after it began. */
export function aFinding(id: string, startedAt: TimeMs): Finding {
  return {
    id,
    fingerprint: `print-${id}`,
    kind: 'cryptojacking',
    rule: 'sustained-cpu',
    severity: 'warning',
    state: 'open',
    score: 60,
    cluster: 'test',
    scope: {
      namespace: 'ns-0',
      workload: { kind: 'Deployment', name: 'app-0' },
      container: null,
      subject: null,
    },
    pods: [],
    owner: null,
    startedAt,
    firstSeen: startedAt + WINDOW_MS,
    lastSeen: startedAt + WINDOW_MS,
    resolvedAt: null,
    summary: 'burns CPU',
    evidence: [],
    next: [],
    costSoFarNano: 1,
    costPerMonth: null,
    decision: null,
  };
}

/** A number in [0, 1) that depends on nothing but its arguments. */
function noise(seed: number, place: number, salt: number, time: TimeMs): number {
  let hash = (seed * 374761393 + place * 668265263 + salt * 2246822519) | 0;
  hash = (hash ^ Math.floor(time / WINDOW_MS)) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
