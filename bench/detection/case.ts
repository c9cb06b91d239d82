import type { ContainerSample, PodSample } from '../../src/model/snapshot.ts';
import type { PodSpecFacts } from '../../src/model/podSpec.ts';

/** What one pod's container did in one window; rates per second, whole-window averages. */
export interface PodLoad {
  readonly pod: string;
  readonly workload: { readonly kind: string; readonly name: string };
  readonly container: string;
  readonly image: string;
  readonly createdAt: number;
  readonly node: string;
  readonly cores: number;
  readonly limit: number | null;
  readonly request: number | null;
  /** Null where the source has no such metric (host traces know only CPU). */
  readonly rx: number | null;
  readonly tx: number | null;
  readonly diskRead: number | null;
  readonly diskWrite: number | null;
  readonly ram: number;
  readonly ramLimit: number | null;
  readonly gpu?: number;
  readonly tensor?: number;
  readonly hostNetwork?: boolean;
  readonly runShare?: number;
  readonly spec?: PodSpecFacts;
}

export interface Truth {
  /** Where the background comes from. `measured` has real CPU; miners are always injected. */
  readonly source: 'measured' | 'simulated';
  /** The service that the case is built on: rates are clustered by it. */
  readonly service: string;
  readonly isMiner: boolean;
  /** Honest, but metrics cannot decide (a stuck loop, a costly release): a warning is right. */
  readonly isUndecidable: boolean;
  readonly shape: string;
  /** Share of the limit that the miner takes; null for honest cases. */
  readonly share: number | null;
  readonly how: 'deployed' | 'hijacked' | null;
  readonly withSpec: boolean;
  /** Time of the onset, ms; null for honest cases. */
  readonly onset: number | null;
  /** When it has burnt its first 30 core-minutes (for GPUs: GPU-minutes), ms; null for honest cases. */
  readonly burntAt: number | null;
}

/** One labelled workload (or swarm), alone in its namespace. */
export interface Case {
  readonly namespace: string;
  readonly truth: Truth;
  /** What it did in the window that begins at `start`, or nothing. Called once per window, in order. */
  step(start: number, index: number): readonly PodLoad[];
  /** True for a window that the authors of its trace call anomalous: honest, but a warning is right there. */
  isAnomalousAt?(start: number): boolean;
}

/** A limit holds: use above it is cut, and the more was wanted, the more periods are throttled. */
function throttledShare(wanted: number, limit: number | null): number {
  if (limit === null || wanted < 0.9 * limit) return 0;
  return Math.min(1, 0.2 + (wanted / limit - 0.9) * 4);
}

/** Containers of one pod, as the collector would have assembled them. */
export function podSampleOf(namespace: string, loads: readonly PodLoad[]): PodSample {
  const first = loads[0] as PodLoad;
  const sum = (of: (load: PodLoad) => number | null): number | null =>
    loads.reduce<number | null>((total, load) => {
      const value = of(load);
      return value === null ? total : (total ?? 0) + value;
    }, null);
  return {
    namespace,
    name: first.pod,
    uid: `${namespace}/${first.pod}`,
    workload: first.workload,
    workloadKnown: true,
    node: first.node,
    createdAt: first.createdAt,
    phase: 'Running',
    hostNetwork: first.hostNetwork ?? false,
    labels: {},
    annotations: {},
    heldShare: first.runShare ?? 1,
    networkReceiveBytesPerSecond: sum(({ rx }) => rx),
    networkTransmitBytesPerSecond: sum(({ tx }) => tx),
    containers: loads.map(containerSampleOf),
    spec: first.spec ?? null,
  };
}

function containerSampleOf(load: PodLoad): ContainerSample {
  const cores = load.limit === null ? load.cores : Math.min(load.cores, load.limit);
  return {
    name: load.container,
    image: load.image,
    imageId: null,
    init: false,
    cpuUsageCores: Math.max(0, cores),
    cpuRequestCores: load.request,
    cpuLimitCores: load.limit,
    ramUsageBytes: load.ram,
    ramPeakBytes: load.ram * 1.02,
    ramRequestBytes: null,
    ramLimitBytes: load.ramLimit,
    gpuRequest: load.gpu === undefined ? null : 1,
    gpuUtilisation: load.gpu ?? null,
    gpuTensorActivity: load.tensor ?? null,
    diskReadBytesPerSecond: load.diskRead,
    diskWriteBytesPerSecond: load.diskWrite,
    throttledShare: load.limit === null ? null : throttledShare(load.cores, load.limit),
    runShare: load.runShare ?? 1,
    restarts: 0,
    lastTerminatedReason: null,
    waitingReason: null,
    coverage: 1,
  };
}
