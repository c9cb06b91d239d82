import type { TimeMs, Window } from '../../src/model/time.ts';

/** What a container does at a moment; bytes are per second. */
export interface Load {
  /** What it would use; a limit cuts it, and the rest is throttling. */
  readonly cores: number;
  readonly ramBytes: number;
  readonly rx: number;
  readonly tx: number;
  readonly diskRead: number;
  readonly diskWrite: number;
  /** Shares of the GPU and of its tensor cores, 0..1. */
  readonly gpu?: number;
  readonly tensor?: number;
}

/** Which of a workload's pods is asked about. */
export interface PodOfLoad {
  /** Differs from pod to pod. */
  readonly seed: number;
  readonly replica: number;
  /** When the container began: a restart begins anew. */
  readonly startedAt: TimeMs;
}

/** A workload's way of using what it has. A function of time alone: any order of asking gives the same. */
export type Behaviour = (at: TimeMs, pod: PodOfLoad) => Load;

/** One run of a Job or CronJob. */
export interface JobRun {
  readonly startsAt: TimeMs;
  readonly endsAt: TimeMs;
}

export interface Resources {
  /** Cores; absent where nothing is asked for. */
  readonly cpu?: number;
  readonly ramMiB?: number;
  readonly gpu?: number;
}

/** A volume claim of every replica. */
export interface Claim {
  readonly name: string;
  readonly gib: number;
}

/** What a manifest says beyond images and resources; only specifications show it, no metric does. */
export interface ManifestFacts {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly privileged?: boolean;
  readonly hostNetwork?: boolean;
  readonly hostPid?: boolean;
  /** Follows the restricted Pod Security profile. */
  readonly hardened?: boolean;
}

/** A workload of the simulated cluster, with one container. */
export interface DemoWorkload extends ManifestFacts {
  readonly namespace: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob' | 'Job';
  readonly name: string;
  /** 1 by default; a DaemonSet has one on each node. */
  readonly replicas?: number;
  readonly container?: string;
  readonly image: string;
  readonly requests: Resources;
  readonly limits: Resources;
  readonly behaviour: Behaviour;
  /** When it was deployed; long before the history when absent. */
  readonly since?: TimeMs;
  /** Releases: from then on this image. */
  readonly releases?: readonly { readonly at: TimeMs; readonly image: string }[];
  /** Runs that overlap a span, of a Job or CronJob. */
  readonly runs?: (span: Window) => readonly JobRun[];
  readonly claim?: Claim;
  /** Killed for want of memory this long after every start. */
  readonly oomAfter?: TimeMs;
  /** Prefers nodes of this group. */
  readonly nodeGroup?: string;
}

/** The span of the simulated history; what happens in it happens at shares of it. */
export interface Scenario extends Window {
  readonly seed: number;
}

/** The moment after this share of the scenario's history, on a minute. */
export function momentAt({ start, end }: Window, share: number): TimeMs {
  return start + Math.round(((end - start) * share) / 60_000) * 60_000;
}
