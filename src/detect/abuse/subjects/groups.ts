import type { ContainerSample, PodSample } from '../../../model/snapshot.ts';
import { hash } from '../../../model/hash.ts';
import { repositoryOf } from '../../../model/image.ts';
import type { Facts } from '../evidence/signal.ts';
import type { Track } from '../state/state.ts';
import type { AbuseThresholds } from '../thresholds.ts';
import type { Subject } from './subject.ts';

/** Distinct members that are remembered; more make no difference. */
const MAX_MEMBERS = 32;
/** Kinds whose names never come back. */
export const ONE_SHOT_KINDS: ReadonlySet<string> = new Set(['Pod', 'Job']);

/** The row of all one-shot and new workloads of one image in a namespace. */
export function groupKey(namespace: string, image: string | null): string {
  return `g/${namespace}/${repositoryOf(image ?? '?')}`;
}

/** Swarms and chains: what is too small or too short by itself is judged together. */
export interface Group {
  readonly key: string;
  readonly subject: Subject;
  readonly memberHashes: readonly number[];
  /** Keys of the subjects that it speaks for, once it is one of many. */
  readonly memberKeys: readonly string[];
}

/**
 * True for what may be one of many: a bare pod, a Job, or any workload that is certainly new. A little
 * side-car of a known workload is in as many places as its workloads are, which says nothing.
 */
export function mayBeOneOfMany({ subject, normal, sideCar }: Facts): boolean {
  if (sideCar !== null && sideCar.isLittle && sideCar.follows !== false) return false;
  if (subject.kind !== 'cpu' || subject.workload === null) return false;
  return ONE_SHOT_KINDS.has(subject.workload.kind) || (normal.base === null && normal.isDeployed);
}

/** Groups candidates by namespace and image repository: who may create in a namespace stands behind them all. */
export function collectGroups(
  candidates: readonly Subject[],
  trackOf: (key: string) => Track | undefined,
  thresholds: AbuseThresholds,
): readonly Group[] {
  const byImage = new Map<string, Subject[]>();
  for (const subject of candidates) {
    const key = groupKey(subject.namespace, subject.image);
    const members = byImage.get(key);
    if (members === undefined) byImage.set(key, [subject]);
    else members.push(subject);
  }
  return Array.from(byImage, ([key, members]) => groupOf(key, members, trackOf(key), thresholds));
}

function groupOf(
  key: string,
  members: readonly Subject[],
  track: Track | undefined,
  { spread }: AbuseThresholds,
): Group {
  const hashes = new Set(track !== undefined && track.since > 0 ? track.members : []);
  for (const { workload } of members)
    if (hashes.size < MAX_MEMBERS && workload !== null) hashes.add(hash(workload.name));
  // A run ends. Where one follows another at once, they are one standing load in many names; many at a time are a batch.
  const isRelay = members.length < spread.many && hashes.size >= spread.many * members.length;
  const subject = sumSubject(key, members, hashes.size, isRelay);
  return {
    key,
    subject,
    memberHashes: [...hashes],
    memberKeys: members.map((member) => member.key),
  };
}

/** The sum; one that is not known leaves it unknown, as half a limit is none. */
function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (total, value) => (total === null || value === null ? null : total + value),
    values.length === 0 ? null : 0,
  );
}

function sumSubject(
  key: string,
  members: readonly Subject[],
  workloads: number,
  isRelay: boolean,
): Subject {
  const first = members[0] as Subject;
  // Of all pods: a subject's own amounts are those of its hottest.
  const all = members.flatMap((member) => member.members);
  const sum = (of: (container: ContainerSample) => number | null): number | null =>
    sumOf(all.map(({ container }) => of(container)));
  // The containers of a pod share its network, which in host-network pods is the node's.
  const pods = [...new Map(all.map(({ pod }) => [pod.uid, pod])).values()];
  const sumOfPods = (of: (pod: PodSample) => number | null): number | null =>
    sumOf(pods.map((pod) => (pod.hostNetwork === false ? of(pod) : null)));
  const cores = sum(({ cpuUsageCores }) => cpuUsageCores);
  // Links of a chain stand alone in their window, and are one finding all the same.
  const only = workloads > 1 ? null : onlyWorkload(members);
  return {
    ...absentGroup(key, first.namespace, repositoryOf(first.image ?? '?')),
    ...(only !== null && { scope: only, workload: only.workload }),
    runs: !isRelay && members.every((member) => member.runs),
    image: first.image,
    cores,
    totalCores: cores,
    limit: sum(({ cpuLimitCores }) => cpuLimitCores),
    request: sum(({ cpuRequestCores }) => cpuRequestCores),
    netIn: sumOfPods((pod) => pod.networkReceiveBytesPerSecond),
    netOut: sumOfPods((pod) => pod.networkTransmitBytesPerSecond),
    diskIn: sum(({ diskReadBytesPerSecond }) => diskReadBytesPerSecond),
    diskOut: sum(({ diskWriteBytesPerSecond }) => diskWriteBytesPerSecond),
    throttled: Math.max(...members.map((member) => member.throttled ?? 0)),
    podCount: all.length,
    members: all.sort((a, b) => b.cores - a.cores || (a.pod.uid < b.pod.uid ? -1 : 1)),
    costNano: members.reduce((total, member) => total + member.costNano, 0),
  };
}

/** The scope of the one workload that all members are: then it is its finding, and no group's. */
function onlyWorkload(members: readonly Subject[]): Subject['scope'] | null {
  const [first, ...rest] = members.map(({ scope }) => scope);
  if (first === undefined || first.workload === null) return null;
  const { kind, name } = first.workload;
  const isOne = rest.every(({ workload }) => workload?.kind === kind && workload.name === name);
  return isOne ? { ...first, container: rest.length === 0 ? first.container : null } : null;
}

/** The group in a window that shows none of its members: it used nothing. */
export function absentGroup(key: string, namespace: string, subject: string): Subject {
  return {
    key,
    kind: 'group',
    scope: { namespace, workload: null, container: null, subject },
    namespace,
    workload: null,
    runs: false,
    image: null,
    cores: 0,
    isSummed: true,
    totalCores: 0,
    limit: null,
    request: null,
    nodeCores: null,
    netIn: null,
    netOut: null,
    diskIn: null,
    diskOut: null,
    throttled: null,
    ram: null,
    ramLimit: null,
    tensor: null,
    siblings: null,
    netWithout: null,
    isStarting: false,
    podCount: 0,
    members: [],
    coLocated: [],
    costNano: 0,
  };
}
