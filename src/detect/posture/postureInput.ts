import type { ClusterObjects } from '../../model/clusterObjects.ts';
import type { ContainerSpecFacts, PodSpecFacts } from '../../model/podSpec.ts';
import type { CallsKnown } from '../signals/callMemory.ts';
import type { WorkloadRef } from '../../model/workload.ts';

/** Everything that posture is judged by. A part that no source has is null: nothing passes by it. */
export interface PostureInput {
  readonly namespaces: readonly string[];
  /** Labels of each namespace; null where no source lists namespaces. */
  readonly namespaceLabels?: ReadonlyMap<string, Readonly<Record<string, string>>> | null;
  /** Annotations of each namespace, for its owner. */
  readonly namespaceAnnotations?: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly pods: readonly PosturePod[];
  readonly objects: ClusterObjects | null;
  /** Allocatable cores and bytes of each node; null where unknown. */
  readonly nodes: readonly { readonly cpuCores: number; readonly ramBytes: number }[] | null;
  /**
   * What each namespace used at most lately (requests and memory peaks summed over pods), from the history;
   * null where there is no history.
   */
  readonly use: ReadonlyMap<string, NamespaceUse> | null;
  /** What users asked the API for, from audit events; null or absent where none come in. */
  readonly calls?: CallsKnown | null;
}

/** Highest of the days looked at, in cores and bytes over all pods. */
export interface NamespaceUse {
  readonly cpuCores: number;
  readonly ramBytes: number;
}

/** One pod, standing for all pods of its workload that look the same. */
export interface PosturePod {
  readonly namespace: string;
  readonly name: string;
  readonly workload: WorkloadRef;
  readonly labels: Readonly<Record<string, string>>;
  /** Null where neither the API nor a file has it. */
  readonly spec: PodSpecFacts | null;
  readonly containers: readonly PostureContainer[];
  /** Of the API server where its command line is known, which nothing keeps; absent for every other pod. */
  readonly wrongFlags?: readonly { readonly flag: string; readonly text: string }[] | undefined;
}

export interface PostureContainer {
  readonly name: string;
  readonly role: ContainerSpecFacts['role'];
  readonly image: string | null;
  /** Its own or, where it has none, its pod's; cores and bytes by resource name. A missing entry is not set; null: not known. */
  readonly requests: Readonly<Record<string, number>> | null;
  readonly limits: Readonly<Record<string, number>> | null;
  /** Resource names that `requests` and `limits` can say something of. */
  readonly known: { readonly requests: readonly string[]; readonly limits: readonly string[] };
  readonly spec: ContainerSpecFacts | null;
}
