import { noObjects, type ClusterObjects, type WorkloadObject } from '../../model/clusterObjects.ts';
import type { DataProblem } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { PodRecord } from '../kubernetes/podRecord.ts';

/** What the Kubernetes API or a file said of the cluster at one moment. */
export interface Inventory {
  readonly observedAt: TimeMs;
  /**
   * Its objects (autoscalers, quotas, wished-for replicas) are taken as the state of windows that end
   * within this span. What cannot change while an object lives holds for the object's whole life.
   */
  readonly validFrom: TimeMs;
  readonly validTo: TimeMs;
  /** By UID. */
  readonly pods: ReadonlyMap<string, PodRecord>;
  /** The youngest pod of each `NAMESPACE/NAME`, for series that carry no UID. */
  readonly podsByName: ReadonlyMap<string, PodRecord>;
  readonly namespaces: ReadonlyMap<string, NamespaceRecord>;
  /** Who controls a ReplicaSet or Job, by `NAMESPACE/KIND/NAME`; null: nobody. */
  readonly owners: ReadonlyMap<string, WorkloadRef | null>;
  /** By `NAMESPACE/KIND/NAME`. */
  readonly workloads: ReadonlyMap<string, WorkloadObject>;
  readonly objects: ClusterObjects;
  /** What could not be read, by name. */
  readonly problems: readonly DataProblem[];
}

export interface NamespaceRecord {
  readonly name: string;
  readonly createdAt: TimeMs | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Where specifications come from besides metrics. */
export interface SpecSource {
  /**
   * What is known of the cluster now. What could not be read comes back as problems, never as a throw.
   * @throws only when `signal` aborts.
   */
  read(now: TimeMs, signal: AbortSignal): Promise<Inventory>;
  close(): Promise<void>;
}

/** True when the inventory's objects are the state of a window with this end. */
export function isNear(inventory: Inventory, windowEnd: TimeMs): boolean {
  return windowEnd >= inventory.validFrom && windowEnd <= inventory.validTo;
}

/** Nothing known of anything, at that moment. */
export function emptyInventory(observedAt: TimeMs): Inventory {
  return {
    observedAt,
    validFrom: observedAt,
    validTo: observedAt,
    pods: new Map(),
    podsByName: new Map(),
    namespaces: new Map(),
    owners: new Map(),
    workloads: new Map(),
    objects: noObjects(observedAt),
    problems: [],
  };
}
