import type { NodePrice } from '../model/cost.ts';
import type { KeptPodSpec } from '../model/podSpec.ts';
import type { TimeMs } from '../model/time.ts';
import type { WorkloadEventType } from '../model/workloadEvent.ts';
import type { WorkloadRef } from '../model/workload.ts';

/** Times are in [from, to). */
export interface WorkloadEventQuery {
  /** Null for all that `namespaces` allows. */
  readonly namespace: string | null;
  readonly workload: WorkloadRef | null;
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly limit: number;
  /** Absent for all. */
  readonly type?: WorkloadEventType;
  /** Only these namespaces (authorization); absent or null for all. */
  readonly namespaces?: readonly string[] | null;
}

export interface PodSpecQuery {
  readonly namespace: string;
  /** A pod's name, or null for every pod of the namespace. */
  readonly pod: string | null;
  readonly limit: number;
}

/** A specification with the span in which it was seen: before and after, it is unknown. */
export interface StoredPodSpec {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly firstSeen: TimeMs;
  /** By the hour. */
  readonly lastSeen: TimeMs;
  readonly spec: KeptPodSpec;
}

export interface InstanceQuery {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly from: TimeMs;
  readonly to: TimeMs;
}

/** A container as it ran in one pod with one image; times are the first and the last hour it was seen in. */
export interface ContainerInstance {
  readonly pod: string;
  readonly container: string;
  readonly node: string | null;
  readonly image: string | null;
  readonly owner: string | null;
  readonly firstHour: TimeMs;
  readonly lastHour: TimeMs;
}

/** A workload and an image that it ran. */
export interface Neighbour {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly image: string;
  readonly pods: number;
  readonly firstHour: TimeMs;
  readonly lastHour: TimeMs;
}

/** A node as last seen; sizes and price are null once its window rows were pruned. */
export interface NodeRecord {
  readonly name: string;
  readonly providerId: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** By the hour. */
  readonly firstSeen: TimeMs;
  readonly lastSeen: TimeMs;
  readonly cpuCores: number | null;
  readonly ramBytes: number | null;
  readonly gpus: number | null;
  readonly price: NodePrice | null;
}
