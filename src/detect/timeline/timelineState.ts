import { jsonCodec } from '../../store/stateCodec.ts';
import type { TimeMs } from '../../model/time.ts';

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
