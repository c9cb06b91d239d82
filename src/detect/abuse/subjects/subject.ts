import type { Scope } from '../../../model/finding.ts';
import type { Nano } from '../../../model/money.ts';
import type { ContainerSample, PodSample } from '../../../model/snapshot.ts';
import type { WorkloadRef } from '../../../model/workload.ts';

/**
 * One window of whatever is judged by itself: a container of a workload (its hottest pod stands for
 * it, so that one mining replica of ten is not averaged away), its GPUs, or a group of one-shot
 * workloads of one image. Amounts are averages over the window; null is unknown.
 */
export interface Subject {
  readonly key: string;
  readonly kind: 'cpu' | 'gpu' | 'group';
  readonly scope: Scope;
  readonly namespace: string;
  readonly workload: WorkloadRef | null;
  /** True for what runs and ends: its past runs are its normal, not the time of day. */
  readonly runs: boolean;
  readonly image: string | null;
  readonly cores: number | null;
  /** True where cores, limits and traffic are sums over its pods, not those of the hottest. */
  readonly isSummed: boolean;
  /** Cores of all its pods. */
  readonly totalCores: number | null;
  readonly limit: number | null;
  readonly request: number | null;
  readonly nodeCores: number | null;
  readonly netIn: number | null;
  readonly netOut: number | null;
  readonly diskIn: number | null;
  readonly diskOut: number | null;
  readonly throttled: number | null;
  readonly ram: number | null;
  readonly ramLimit: number | null;
  readonly tensor: number | null;
  /** What the hottest pod's siblings use; null where it has none. */
  readonly siblings: Siblings | null;
  /** The most network of its workload's pods that have no such container, bytes a second; null where all have it. */
  readonly netWithout: number | null;
  /** True while all its pods are so young that they may be busy starting. */
  readonly isStarting: boolean;
  readonly podCount: number;
  /** The pods and their containers, the hottest first. */
  readonly members: readonly SubjectMember[];
  /** The other containers of its hottest pod, with which it shares the network. */
  readonly coLocated: readonly CoLocated[];
  readonly costNano: Nano;
}

/** Another container of the same pod: the key of its workload's container, and its cores in this window. */
export interface CoLocated {
  readonly key: string;
  readonly cores: number | null;
}

/** The same container in the other pods of its workload: median and highest cores, median network (null: not known). */
export interface Siblings {
  readonly cores: number;
  readonly highest: number;
  readonly net: number | null;
}

export interface SubjectMember {
  readonly pod: PodSample;
  readonly container: ContainerSample;
  readonly cores: number;
}

export function netOf({ netIn, netOut }: Subject): number | null {
  return netIn === null || netOut === null ? null : netIn + netOut;
}

export function diskOf({ diskIn, diskOut }: Subject): number | null {
  return diskIn === null && diskOut === null ? null : (diskIn ?? 0) + (diskOut ?? 0);
}

/** Which pods the figures of a subject are of: ` in all pods`, ` in the busiest pod`, or nothing where it has one. */
export function podsOf({ kind, isSummed, podCount }: Subject): string {
  if (isSummed || kind === 'group') return ' in all pods';
  return podCount > 1 ? ' in the busiest pod' : '';
}
