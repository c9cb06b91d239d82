import { costNano } from '../../../model/costParts.ts';
import type { WindowCosts } from '../../../model/cost.ts';
import type { ContainerSample, PodSample, Snapshot } from '../../../model/snapshot.ts';
import { MINUTE_MS, type TimeMs } from '../../../model/time.ts';
import { containerKey, workloadKey } from '../../../model/workload.ts';
import type { CoLocated, Siblings, Subject, SubjectMember } from './subject.ts';
import { medianOf } from '../../../model/quantile.ts';

/** A pod younger than this may be busy starting: it does not stand for a workload that we know. */
const YOUNG_MS = 15 * MINUTE_MS;
/** What runs and ends: its past runs are its normal. */
const RUN_KINDS = new Set([
  'Job',
  'CronJob',
  'JobSet',
  'TrainJob',
  'PyTorchJob',
  'MPIJob',
  'LeaderWorkerSet',
  'Workflow',
  'CronWorkflow',
  'RayJob',
  'SparkApplication',
]);
/** Their pods are one piece of work, and are judged by their sum: each may be small or short. */
const SUMMED_KINDS = new Set([...RUN_KINDS, 'Pod']);

/** The containers of the window, grouped by workload, each group represented by its hottest pod. */
export function collectSubjects(snapshot: Snapshot, costs: WindowCosts): Subject[] {
  const areOwnersTold = snapshot.pods.some(({ workloadKnown }) => workloadKnown);
  // Until its owner is known, a pod of a known workload looks like a new one of its own.
  const judged = snapshot.pods.filter(({ workloadKnown }) => workloadKnown || !areOwnersTold);
  const podsOf = Map.groupBy(judged, keyOfWorkload);
  const groups = Map.groupBy(judged.flatMap(membersOf), ({ pod, container }) =>
    containerKey(pod.namespace, pod.workload, container.name),
  );
  const costOf = new Map<ContainerSample, number>();
  for (const allocation of costs.allocations)
    costOf.set(allocation.container, costNano(allocation));
  const nodeCores = new Map(snapshot.nodes.map(({ name, cpuCores }) => [name, cpuCores]));
  const subjects: Subject[] = [];
  for (const [key, members] of groups) {
    sortHottestFirst(members, snapshot.window.end);
    const pods = podsOf.get(keyOfWorkload((members[0] as SubjectMember).pod)) ?? [];
    const subject = cpuSubject(key, snapshot.window.end, members, pods, nodeCores, costOf);
    subjects.push(subject);
    const gpu = gpuSubject(subject);
    if (gpu !== null) subjects.push(gpu);
  }
  return subjects.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function keyOfWorkload({ namespace, workload }: PodSample): string {
  return workloadKey(namespace, workload);
}

/** The containers of a pod that ran in the window and of which the use is known. */
function membersOf(pod: PodSample): readonly SubjectMember[] {
  const members: SubjectMember[] = [];
  for (const container of pod.containers) {
    const cores = container.cpuUsageCores;
    if (cores !== null && container.runShare > 0) members.push({ pod, container, cores });
  }
  return members;
}

function sortHottestFirst(members: SubjectMember[], now: number): void {
  if (members.length === 1) return;
  const age = ({ pod }: SubjectMember): number => (isYoung(pod, now) ? 1 : 0);
  members.sort((a, b) => age(a) - age(b) || b.cores - a.cores || (a.pod.uid < b.pod.uid ? -1 : 1));
}

function isYoung({ createdAt }: PodSample, now: TimeMs): boolean {
  return createdAt !== null && now - createdAt < YOUNG_MS;
}

function cpuSubject(
  key: string,
  now: TimeMs,
  members: readonly SubjectMember[],
  pods: readonly PodSample[],
  nodeCores: ReadonlyMap<string, number | null>,
  costOf: ReadonlyMap<ContainerSample, number>,
): Subject {
  const { pod, container, cores } = members[0] as SubjectMember;
  // Host-network pods are charged with all that their node sends: it says nothing of them.
  const isNetKnown = pod.hostNetwork === false;
  const isSummed = members.length > 1 && SUMMED_KINDS.has(pod.workload.kind);
  const sum = (of: (member: SubjectMember) => number): number =>
    members.reduce((total, member) => total + of(member), 0);
  /** Of the hottest pod, or of all of them; one that is not known leaves the sum unknown. */
  const read = (of: (member: SubjectMember) => number | null): number | null => {
    if (!isSummed) return of(members[0] as SubjectMember);
    let total = 0;
    for (const member of members) {
      const value = of(member);
      if (value === null) return null;
      total += value;
    }
    return total;
  };
  return {
    key: `c/${key}`,
    kind: 'cpu',
    scope: {
      namespace: pod.namespace,
      workload: pod.workload,
      container: container.name,
      subject: null,
    },
    namespace: pod.namespace,
    workload: pod.workload,
    runs: RUN_KINDS.has(pod.workload.kind),
    image: container.image,
    cores: isSummed ? sum((member) => member.cores) : cores,
    isSummed,
    totalCores: sum((member) => member.cores),
    limit: read((member) => member.container.cpuLimitCores),
    request: read((member) => member.container.cpuRequestCores),
    nodeCores: pod.node === null ? null : (nodeCores.get(pod.node) ?? null),
    netIn: isNetKnown ? read((member) => member.pod.networkReceiveBytesPerSecond) : null,
    netOut: isNetKnown ? read((member) => member.pod.networkTransmitBytesPerSecond) : null,
    diskIn: read((member) => member.container.diskReadBytesPerSecond),
    diskOut: read((member) => member.container.diskWriteBytesPerSecond),
    throttled: container.throttledShare,
    ram: container.ramUsageBytes,
    ramLimit: container.ramLimitBytes,
    tensor: container.gpuTensorActivity,
    siblings: isSummed ? null : siblingsOf(members, isNetKnown),
    netWithout: netWithout(members[0] as SubjectMember, pods),
    isStarting: !SUMMED_KINDS.has(pod.workload.kind) && isYoung(pod, now),
    podCount: members.length,
    members,
    coLocated: matesOf(pod, container.name),
    costNano: sum((member) => costOf.get(member.container) ?? 0),
  };
}

function matesOf(pod: PodSample, container: string): readonly CoLocated[] {
  return pod.containers
    .filter(({ name, init }) => name !== container && !init)
    .map(({ name, cpuUsageCores }) => ({
      key: containerKey(pod.namespace, pod.workload, name),
      cores: cpuUsageCores,
    }));
}

/** Siblings that show how much pods of one workload differ where no traffic tells why. */
const SEVERAL = 3;

/** What the other pods do, which share its code and its traffic; null where they say nothing of it. */
function siblingsOf(members: readonly SubjectMember[], isNetKnown: boolean): Siblings | null {
  const rest = members.slice(1);
  const nets = rest.map(({ pod }) => netOfPod(pod)).filter((net) => net !== null);
  const net = isNetKnown && nets.length === rest.length ? medianOf(nets) : null;
  if (rest.length === 0 || (net === null && rest.length < SEVERAL)) return null;
  return {
    cores: medianOf(rest.map(({ cores }) => cores)),
    highest: Math.max(...rest.map(({ cores }) => cores)),
    net,
  };
}

function netOfPod(pod: PodSample): number | null {
  const { networkReceiveBytesPerSecond: rx, networkTransmitBytesPerSecond: tx } = pod;
  return rx === null || tx === null ? null : rx + tx;
}

/**
 * Where a pod has all the containers of the workload's others and one more, that one was added by hand: what the
 * others send is not its own.
 */
function netWithout({ pod, container }: SubjectMember, pods: readonly PodSample[]): number | null {
  const rest = new Set(pod.containers.map(({ name }) => name));
  rest.delete(container.name);
  if (rest.size === 0) return null;
  const others = pods.filter(({ containers }) => containers.every(({ name }) => rest.has(name)));
  return others.length === 0 ? null : Math.max(...others.map((other) => netOfPod(other) ?? 0));
}

/** The same container seen by its GPUs: busy GPUs take the place of cores. Null where none is measured. */
function gpuSubject(cpu: Subject): Subject | null {
  let busiest: { pod: PodSample; container: ContainerSample; cores: number } | null = null;
  let total = 0;
  for (const { pod, container } of cpu.members) {
    if (container.gpuUtilisation === null) continue;
    const cores = container.gpuUtilisation * Math.max(1, container.gpuRequest ?? 1);
    total += cores;
    if (busiest === null || cores > busiest.cores) busiest = { pod, container, cores };
  }
  if (busiest === null) return null;
  const { container } = busiest;
  const gpus = Math.max(1, container.gpuRequest ?? 1);
  return {
    ...cpu,
    key: `gpu/${cpu.key.slice(2)}`,
    kind: 'gpu',
    cores: busiest.cores,
    totalCores: total,
    limit: gpus,
    request: gpus,
    nodeCores: null,
    throttled: 0,
    tensor: container.gpuTensorActivity,
    siblings: null,
  };
}
