import { jsonCodec } from '../../store/stateCodec.ts';
import type { PodSample, Snapshot } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WorkloadEvent } from '../../model/workloadEvent.ts';

/** What is remembered of a workload, so that the next window can tell what changed. */
export interface WorkloadTrace {
  /** UTC day in which it was seen last. */
  readonly seen: TimeMs;
  readonly revision: string | null;
  readonly containers: Readonly<Record<string, ContainerTrace>>;
  readonly owner: string | null;
  /** Wished-for replicas; null while no source tells. */
  readonly wished: number | null;
  /** Pods as counted, once the number has stood for two windows; null while it never has. */
  readonly pods: number | null;
  /** A number of pods that the last window showed, and when; it counts once the next one shows it too. */
  readonly counted: { readonly pods: number; readonly at: TimeMs } | null;
}

/** Null is unknown; a limit that is not set is `none`. */
export interface ContainerTrace {
  readonly image: string | null;
  readonly command: string | null;
  readonly cpuRequest: string | null;
  readonly ramRequest: string | null;
  readonly cpuLimit: string | null;
  readonly ramLimit: string | null;
}

/** What is remembered of a node. */
export interface NodeTrace {
  readonly node: true;
  readonly seen: TimeMs;
  readonly firstSeen: TimeMs;
}

export type Trace = WorkloadTrace | NodeTrace;

/** State is kept beside the detectors', under this name. */
export const TIMELINE = {
  name: 'timeline',
  version: 1,
  codec: jsonCodec<Trace>(),
} as const;

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
