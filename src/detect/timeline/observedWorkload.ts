import type { PodSample, Snapshot } from '../../model/snapshot.ts';
import type { WorkloadEvent } from '../../model/workloadEvent.ts';

/** One workload in one window. */
export interface ObservedWorkload {
  readonly snapshot: Snapshot;
  readonly pods: readonly [PodSample, ...PodSample[]];
  readonly owners: ReadonlyMap<string, string>;
  readonly limitsKnown: boolean;
  /** Wished-for replicas; null where no source tells. */
  readonly wished: number | null;
  /** False for what exists for one run only: each run may do something else. */
  readonly followsContainers: boolean;
}

/** What changed about one workload, which the caller names. */
export type WorkloadChange = Omit<WorkloadEvent, 'namespace' | 'workload'>;
