import type { FamilyShares } from './coverage.ts';
import type { CostParts, IdleColumns, NodeParts } from './costParts.ts';
import type { Nano } from './money.ts';
import type { ContainerSample, PodSample } from './snapshot.ts';

/** A node's price per hour, split between its resources. Units of currency, not nano. */
export interface NodePrice {
  readonly cpuCoreHour: number;
  readonly ramGiBHour: number;
  readonly gpuHour: number;
  /** Name of the source that the price came from (`cost/sources/`); `none` where no source has one. */
  readonly source: string;
  /** One sentence for people: which entry matched and why. */
  readonly reason: string;
  /** How far the price can be relied on, 0..1: 1 is the operator's own word, 0.5 a stand-in, 0 none. */
  readonly confidence?: number;
  /** The node is no machine: each pod is billed by itself, by this provider's rule. */
  readonly perPod?: string | null;
  /** 1 for a price meant for this node, 0.5 for a stand-in, 0 for none; lowers the coverage of its containers. */
  readonly coverage: number;
}

/** What one container was allocated in one window, and what that cost. */
export interface Allocation extends CostParts {
  readonly pod: PodSample;
  readonly container: ContainerSample;
  /** max(request, usage) × hours; the OpenCost specification's allocation. */
  readonly cpuCoreHours: number;
  readonly ramByteHours: number;
  readonly gpuHours: number;
  /**
   * Request and usage by themselves, for efficiency = cost of used / cost of requested. Where usage is unknown
   * both are zero: what was not seen is neither used nor wasted.
   */
  readonly cpuRequestCoreHours: number;
  readonly cpuUsageCoreHours: number;
  readonly ramRequestByteHours: number;
  readonly ramUsageByteHours: number;
  /** GPUs × utilisation × hours where DCGM measures it; else null. */
  readonly gpuUsageHours?: number | null;
  /** Its part of the volumes that are charged to it, averaged over the window; absent: none. */
  readonly storageBytes?: number;
  /** The parts of `networkNano` that stayed in the region; the rest went to the internet. Absent: none. */
  readonly networkZoneNano?: Nano;
  readonly networkRegionNano?: Nano;
  /** The smallest of the shares that its cost rests on, 0..1 (`smallestShare`). */
  readonly coverage: number;
  /** The same by family; absent: all of it was seen. */
  readonly coverageBy?: FamilyShares;
}

/** What one node cost in one window and how much of it is idle (negative: overcommitted). */
export interface NodeCost extends NodeParts, IdleColumns {
  readonly node: string;
  readonly price: NodePrice;
  readonly hours: number;
  readonly cpuCores: number;
  readonly ramBytes: number;
  readonly gpus: number;
}

/** The kind of workload that unattached cost is kept and shown as. */
export const UNATTACHED_KINDS = {
  volume: 'PersistentVolumeClaim',
  'load-balancer': 'Service',
  network: 'Pod',
} as const;

/** Cost that belongs to a namespace but to no running container (an unmounted volume, a load balancer,
 * traffic of a pod whose containers were not seen). */
export interface UnattachedCost {
  readonly namespace: string;
  readonly name: string;
  readonly kind: keyof typeof UNATTACHED_KINDS;
  readonly nano: Nano;
  /** Of a volume: its size, averaged over the window. */
  readonly bytes?: number;
  /** Of traffic: the parts that crossed a zone or a region. */
  readonly zoneNano?: Nano;
  readonly regionNano?: Nano;
}

/** The priced window. For every node: Σ allocations + idle = the node's cost, exactly, per resource. */
export interface WindowCosts {
  readonly allocations: readonly Allocation[];
  readonly nodes: readonly NodeCost[];
  readonly unattached: readonly UnattachedCost[];
  /** What CPU and memory of all containers cost at most, where a metric that tells it is absent; else absent. */
  readonly atMostNano?: Nano;
}
