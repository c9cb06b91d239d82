import { ONE_RUN_KINDS } from '../../../collect/identity.ts';
import { costNano } from '../../../model/costParts.ts';
import type { WindowCosts } from '../../../model/cost.ts';
import { repositoryOf } from '../../../model/podSpec.ts';
import type { PodSample, Snapshot } from '../../../model/snapshot.ts';
import { MINUTE_MS, type TimeMs } from '../../../model/time.ts';
import { containerKey, workloadKey } from '../../../model/workload.ts';
import { amountsOf, netOf, type Subject, type SubjectMember } from './subject.ts';

/** A pod younger than this may be busy starting: it does not stand for a workload that we know. */
const YOUNG_MS = 15 * MINUTE_MS;
/** What runs and ends, beside owners that exist for one run: its past runs are its normal. */
const RUN_KINDS = new Set([
  'Job',
  'CronJob',
  'CronWorkflow',
  'JobSet',
  'LeaderWorkerSet',
  'TrainJob',
]);

/** The containers of the window, grouped by workload, each represented by its hottest pod; and their GPUs. */
export function collectSubjects({ pods, nodes, window }: Snapshot, costs: WindowCosts): Subject[] {
  const areOwnersTold = pods.some(({ workloadKnown }) => workloadKnown);
  // Until its owner is known, a pod of a known workload looks like a new one of its own.
  const judged = pods.filter(({ workloadKnown }) => workloadKnown || !areOwnersTold);
  const costOf = new Map(costs.allocations.map((one) => [one.container, costNano(one)]));
  const nodeCores = new Map(nodes.map(({ name, cpuCores }) => [name, cpuCores]));
  const byWorkload = Map.groupBy(judged, ({ namespace, workload }) =>
    workloadKey(namespace, workload),
  );
  return Array.from(byWorkload.values(), (of) => {
    const members = of.flatMap((pod) =>
      pod.containers.flatMap((container): SubjectMember[] => {
        const cores = container.cpuUsageCores;
        const isKnown = cores !== null && container.runShare > 0;
        return isKnown ? [{ pod, container, cores, costNano: costOf.get(container) ?? 0 }] : [];
      }),
    );
    return Array.from(Map.groupBy(members, ({ container }) => container.name).values(), (same) =>
      cpuSubject(hottestFirst(same, window.end), of, nodeCores, window.end),
    );
  })
    .flat()
    .flatMap((cpu) => [cpu, ...gpuSubjects(cpu)])
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What does not start first, then by use. */
function hottestFirst(members: readonly SubjectMember[], now: TimeMs): SubjectMember[] {
  const age = ({ pod }: SubjectMember): number => Number(isYoung(pod, now));
  return members.toSorted(
    (a, b) => age(a) - age(b) || b.cores - a.cores || (a.pod.uid < b.pod.uid ? -1 : 1),
  );
}

function isYoung({ createdAt }: PodSample, now: TimeMs): boolean {
  return createdAt !== null && now - createdAt < YOUNG_MS;
}

function cpuSubject(
  members: readonly SubjectMember[],
  pods: readonly PodSample[],
  nodeCores: ReadonlyMap<string, number | null>,
  now: TimeMs,
): Subject {
  const first = members[0] as SubjectMember;
  const { pod, container } = first;
  const { namespace, workload } = pod;
  const runs = RUN_KINDS.has(workload.kind) || ONE_RUN_KINDS.has(workload.kind);
  // Pods of a run are one piece of work, and are judged by their sum: each may be small or short.
  const isOneWork = runs || workload.kind === 'Pod';
  return {
    ...amountsOf(members, isOneWork && members.length > 1),
    key: `c/${containerKey(namespace, workload, container.name)}`,
    kind: 'cpu',
    scope: { namespace, workload, container: container.name, subject: null },
    namespace,
    workload,
    runs,
    image: container.image,
    repository: container.image === null ? null : repositoryOf(container.image),
    nodeCores: nodeCores.get(pod.node ?? '') ?? null,
    ram: container.ramUsageBytes,
    ramLimit: container.ramLimitBytes,
    tensor: container.gpuTensorActivity,
    netWithout: netWithout(first, pods),
    isStarting: !isOneWork && isYoung(pod, now),
  };
}

/** A pod with one container more than the others: that one was added by hand, and what the others send is not its own. */
function netWithout({ pod, container }: SubjectMember, pods: readonly PodSample[]): number | null {
  const rest = new Set(pod.containers.map(({ name }) => name));
  rest.delete(container.name);
  if (rest.size === 0) return null;
  const others = pods.filter(({ containers }) => containers.every(({ name }) => rest.has(name)));
  return others.length === 0 ? null : Math.max(...others.map((other) => netOf(other) ?? 0));
}

/** The same container seen by its GPUs, where they are measured: busy GPUs take the place of cores. */
function gpuSubjects(cpu: Subject): readonly Subject[] {
  const members = cpu.members
    .filter(({ container }) => container.gpuUtilisation !== null)
    .map((one) => ({ ...one, cores: (one.container.gpuUtilisation ?? 0) * gpusOf(one) }))
    .sort((a, b) => b.cores - a.cores);
  const [first] = members;
  if (first === undefined) return [];
  return [
    {
      ...cpu,
      key: cpu.key.replace('c/', 'gpu/'),
      kind: 'gpu',
      members,
      cores: first.cores,
      limit: gpusOf(first),
      request: gpusOf(first),
      nodeCores: null,
      tensor: first.container.gpuTensorActivity,
    },
  ];
}

function gpusOf({ container }: SubjectMember): number {
  return Math.max(1, container.gpuRequest ?? 1);
}
