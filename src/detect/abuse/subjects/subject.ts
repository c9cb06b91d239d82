import type { Scope } from '../../../model/finding.ts';
import type { Nano } from '../../../model/money.ts';
import type { ContainerSample, PodSample } from '../../../model/snapshot.ts';
import { sumAll, sumKnown } from '../../../model/reading.ts';
import type { WorkloadRef } from '../../../model/workload.ts';

/** One window of a container of a workload, for which its hottest pod stands, of its GPUs, or of a group; null is unknown. */
export interface Subject {
  readonly key: string;
  readonly kind: 'cpu' | 'gpu' | 'group';
  readonly scope: Scope;
  readonly namespace: string;
  readonly workload: WorkloadRef | null;
  /** True for what runs and ends: its past runs are its normal, not the time of day. */
  readonly runs: boolean;
  readonly image: string | null;
  /** The image without tag and digest. */
  readonly repository: string | null;
  readonly members: readonly SubjectMember[];
  /** True where amounts are sums over its pods, not those of the hottest. */
  readonly isSummed: boolean;
  /** Cores, or whole GPUs. */
  readonly cores: number;
  readonly limit: number | null;
  readonly request: number | null;
  readonly nodeCores: number | null;
  /** Bytes a second, received and sent. */
  readonly net: number | null;
  /** The most network of its workload's pods that have no such container, bytes a second; null where all have it. */
  readonly netWithout: number | null;
  /** Bytes a second, read and written; and what is read of them. */
  readonly disk: number | null;
  readonly diskReads: number;
  readonly ram: number | null;
  readonly ramLimit: number | null;
  readonly tensor: number | null;
  /** True while all its pods are so young that they may be busy starting. */
  readonly isStarting: boolean;
  readonly costNano: Nano;
}

export interface SubjectMember {
  readonly pod: PodSample;
  readonly container: ContainerSample;
  readonly cores: number;
  readonly costNano: Nano;
}

/** As many pods and workloads are remembered of a group, and named in a finding; more make no difference. */
export const MOST_NAMED = 20;

/** What members use, the first or all of them; half a limit is none, and of no members nothing is known. */
export function amountsOf(members: readonly SubjectMember[], isSummed: boolean) {
  const counted = isSummed ? members : members.slice(0, 1);
  const sum = (of: (container: ContainerSample) => number | null): number | null =>
    sumAll(counted.map(({ container }) => of(container)));
  // The containers of a pod share its network.
  const pods = new Map(counted.map(({ pod }) => [pod.uid, pod]));
  const reads = sum(({ diskReadBytesPerSecond }) => diskReadBytesPerSecond);
  const writes = sum(({ diskWriteBytesPerSecond }) => diskWriteBytesPerSecond);
  return {
    members,
    isSummed,
    cores: counted.reduce((total, { cores }) => total + cores, 0),
    limit: sum(({ cpuLimitCores }) => cpuLimitCores),
    request: sum(({ cpuRequestCores }) => cpuRequestCores),
    net: sumAll(Array.from(pods.values(), netOf)),
    disk: sumKnown([reads, writes]),
    diskReads: reads ?? 0,
    costNano: members.reduce((total, member) => total + member.costNano, 0),
  };
}

/** Network of a pod; host-network pods are charged with all that their node sends: it says nothing of them. */
export function netOf(pod: PodSample): number | null {
  const { networkReceiveBytesPerSecond: rx, networkTransmitBytesPerSecond: tx } = pod;
  return pod.hostNetwork !== false || rx === null || tx === null ? null : rx + tx;
}

/** Which pods the figures of a subject are of: ` in all pods`, ` in the busiest pod`, or nothing where it has one. */
export function podsOf({ isSummed, members }: Subject): string {
  if (isSummed) return ' in all pods';
  return members.length > 1 ? ' in the busiest pod' : '';
}

/** Cores, or GPUs, of all its pods. */
export function totalCores({ members }: Subject): number {
  return members.reduce((sum, { cores }) => sum + cores, 0);
}
