import { addHeld, heldBeyond, podHold, subtract } from '../../model/podHold.ts';
import type { Amounts, PodHold, RequestingContainer } from '../../model/podHold.ts';
import type { ContainerSample, PodSample } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { workloadOf } from '../identity.ts';
import type { Owner, ResolvedWorkload } from '../identity.ts';
import { growthOf } from '../measure/counter.ts';
import { coveredIn } from '../measure/samples.ts';
import { containerSample, perSecond } from './containerSample.ts';
import { addCoverage, coverageOf, type CoverageSums } from './coverage.ts';
import { presenceOf, type Presence } from './presence.ts';
import type { OwnerIndex } from './owners.ts';
import {
  samplesOf,
  withLoose,
  type ContainerEntry,
  type Counters,
  type PodEntry,
} from './podEntry.ts';
import { at, compare, countAt, statedAt, strongest, timeAt } from './series.ts';
import { mainImage } from './windowFacts.ts';
import { UNKNOWN_SIZE, type NodeSize } from '../trust/nodeBounds.ts';
import type { Refusal } from '../trust/refusals.ts';
import type { LivingPod, WindowFacts } from './windowFacts.ts';

/** What every pod of a window is read with. */
export interface PodContext {
  readonly facts: WindowFacts;
  readonly owners: OwnerIndex;
  readonly requestsReported: boolean;
  readonly coverage: CoverageSums;
  /** The window's pods by `NAMESPACE/NAME`. */
  readonly byName: ReadonlyMap<string, LivingPod>;
  /** Pods of which two series of one container tell different use. */
  readonly disagreeing: string[];
  readonly nodes: ReadonlyMap<string, NodeSize>;
  /** Nodes whose containers nobody measures. */
  readonly unobservable: ReadonlySet<string>;
  /** Series that tell what cannot be. */
  readonly refusals: Refusal[];
}

const NO_ENDS: readonly TimeMs[] = [];
const NO_LABELS: PodSample['labels'] = {};

/** Reads one pod in one window, and counts its samples towards the window's coverage. */
export function podSample(pod: LivingPod, context: PodContext): PodSample {
  const { facts } = context;
  const { point } = facts;
  const { entry, told } = pod;
  const coverage = coverageOf(context.coverage, entry.namespace);
  const createdAt = timeAt(entry.created, told);
  const windowMs = facts.window.end - facts.window.start;
  const presence = presenceOf(entry, facts.window, point, facts.scrapes, {
    createdAt,
    unscheduled: entry.times.isUnscheduled,
  });

  const hostNetwork = strongest(entry.info, told)?.hostNetwork ?? null;
  const network = {
    aheadMs: facts.aheadMs,
    createdAt: entry.times.scheduled ?? createdAt,
    endedAt: presence?.endedAt ?? null,
    intervalMs: facts.usageIntervalMs,
  };
  // A pod on the host's network shows the host's traffic: that says nothing about the pod.
  const isHost = hostNetwork === true;
  const [receive, transmit] = [trafficOf(pod, 'receive'), trafficOf(pod, 'transmit')];
  const received = isHost ? null : perSecond(growthOf(receive, facts.window, network), windowMs);
  const sent = isHost ? null : perSecond(growthOf(transmit, facts.window, network), windowMs);

  const isNetworkSeen = received !== null || sent !== null;
  const networkCoverage = isNetworkSeen
    ? networkCoverageOf([...receive, ...transmit], presence, facts)
    : 0;

  const containers: ContainerSample[] = [];
  const requesting: RequestingContainer[] = [];
  let ranShare = 0;
  let disagree = false;
  for (const container of containersOf(pod)) {
    const measured = containerSample(container, {
      facts,
      told,
      createdAt,
      presence,
      ends: entry.times.ended.get(container.name) ?? NO_ENDS,
      traffic: received === null && sent === null ? null : (received ?? 0) + (sent ?? 0),
      networkCoverage,
      requestsReported: context.requestsReported,
      nodeSize: context.nodes.get(pod.node ?? '') ?? UNKNOWN_SIZE,
      podLabels: { namespace: entry.namespace, pod: entry.name },
    });
    if (measured === null) continue;
    context.refusals.push(...measured.refusals);
    containers.push(measured.sample);
    requesting.push({ role: measured.role, requests: requestsOf(measured.sample) });
    disagree ||= measured.disagree;
    if (!measured.sample.init) ranShare = Math.max(ranShare, measured.sample.runShare);
    if (!context.unobservable.has(pod.node ?? '')) addCoverage(coverage, measured);
  }
  if (disagree) context.disagreeing.push(`${entry.namespace}/${entry.name}`);
  const livedMs = Math.max(presence?.livedMs ?? 0, ranShare * windowMs);
  if (facts.kubeSamples > 0) {
    const coveredMs = Math.min(livedMs, presence?.coveredMs ?? 0);
    addCoverage(coverage, { livedMs, coveredMs, missingMs: livedMs - coveredMs });
  }

  const { workload, known } = resolveWorkload(pod, context);
  return {
    namespace: entry.namespace,
    name: entry.name,
    uid: entry.uid ?? `name:${entry.namespace}/${entry.name}`,
    workload,
    workloadKnown: known,
    node: pod.node,
    createdAt,
    phase: phaseAt(entry, point),
    hostNetwork,
    labels: statedAt(entry.labels, told)[0] ?? NO_LABELS,
    annotations: statedAt(entry.annotations, told)[0] ?? NO_LABELS,
    heldShare: heldShare(presence, ranShare, windowMs),
    networkReceiveBytesPerSecond: received,
    networkTransmitBytesPerSecond: sent,
    containers: containers.sort((a, b) => compare(a.name, b.name)),
    hold: holdOf(pod, requesting),
    spec: null,
    // Last: an object has room for what is written out before it, and takes more for what follows.
    ...(presence !== null && {
      heldFrom: (presence.held.start - facts.window.start) / windowMs,
    }),
  };
}

function trafficOf({ entry, loose }: LivingPod, side: 'receive' | 'transmit'): Counters {
  return loose === null ? entry[side] : [...entry[side], ...loose[side]];
}

/** How much of the time that a pod was there samples of its network cover. */
function networkCoverageOf(
  counters: Counters,
  presence: Presence | null,
  facts: WindowFacts,
): number {
  const livedMs = presence?.livedMs ?? facts.window.end - facts.window.start;
  return livedMs === 0
    ? 1
    : Math.min(1, coveredIn(samplesOf(counters), facts.window, facts.usageIntervalMs) / livedMs);
}

/** What kube-state-metrics, and the scheduler where it is scraped, tell of the pod as a whole. */
function holdOf(
  { entry, loose, told }: LivingPod,
  containers: readonly RequestingContainer[],
): PodHold | null {
  const amounts = (key: 'overhead' | 'scheduled'): Amounts =>
    Object.fromEntries(
      [...(loose?.[key] ?? []), ...entry[key]].flatMap(([name, values]) => {
        const amount = at(values, told);
        return amount === null ? [] : [[name, amount]];
      }),
    ) as Amounts;
  const scheduled = amounts('scheduled');
  const overhead = amounts('overhead');
  if (containers.every(({ role }) => role === 'main') && isEmpty(scheduled) && isEmpty(overhead))
    return null;
  const hold = podHold({ containers, overhead, isOrderUnknown: true });
  if (isEmpty(scheduled)) return heldBeyond(hold);
  const own = containers.filter(({ role }) => role !== 'init').map(({ requests }) => requests);
  const known = [...own, hold.init, overhead].reduce(addHeld, {});
  const explained = Object.keys(scheduled).map((name) => [name, known[name] ?? 0]);
  const podLevel = subtract(scheduled, Object.fromEntries(explained) as Amounts);
  return heldBeyond({ ...hold, podLevel, isOrderGuessed: false });
}

function isEmpty(amounts: Amounts): boolean {
  return Object.keys(amounts).length === 0;
}

/** The pod's containers, with their series without a UID where there are any. */
function containersOf({ entry, loose }: LivingPod): Iterable<ContainerEntry> {
  if (loose === null) return entry.containers.values();
  const all = new Map(entry.containers);
  for (const [name, more] of loose.containers) {
    const own = entry.containers.get(name);
    all.set(name, own === undefined ? more : withLoose(own, more));
  }
  return all.values();
}

/**
 * Share of a window in which a pod held its requests: from its scheduling to its end. Without kube-state-metrics'
 * word it is as long as its containers ran.
 */
function heldShare(presence: Presence | null, ranShare: number, windowMs: number): number {
  return presence === null ? ranShare : (presence.held.end - presence.held.start) / windowMs;
}

/** The furthest phase of the window: phases only go forward. */
function phaseAt(entry: PodEntry, point: number): string | null {
  const seen = new Set<string>();
  for (const { value, values } of entry.phases) if (countAt(values, point) > 0) seen.add(value);
  return PHASES.find((phase) => seen.has(phase)) ?? null;
}

const PHASES = ['Failed', 'Succeeded', 'Running', 'Pending', 'Unknown'] as const;

/** An owner that is a pod is followed so far: no chain of them is longer. */
const LONGEST_CHAIN = 4;

function resolveWorkload(pod: LivingPod, context: PodContext, depth = 0): ResolvedWorkload {
  const { entry, told } = pod;
  const owner = ownerOf(pod);
  return workloadOf({
    name: entry.name,
    owner,
    grandOwner: owner ? context.owners.ownerOf(entry.namespace, owner, told) : undefined,
    node: pod.node,
    ownerPod: ownerPodOf(entry.namespace, owner, context, depth),
    image: mainImage(pod),
    labels: statedAt(entry.labels, told)[0] ?? NO_LABELS,
  });
}

function ownerPodOf(
  namespace: string,
  owner: Owner,
  context: PodContext,
  depth: number,
): ResolvedWorkload | null {
  if (owner?.kind !== 'Pod' || depth === LONGEST_CHAIN) return null;
  const pod = context.byName.get(`${namespace}/${owner.name}`);
  return pod === undefined ? null : resolveWorkload(pod, context, depth + 1);
}

/** kube_pod_owner first; else the creator that kube_pod_info names. */
function ownerOf({ entry, told }: LivingPod): Owner {
  const stated: readonly (WorkloadRef | null)[] = statedAt(entry.owners, told);
  const controller = stated.find((owner) => owner !== null);
  if (controller !== undefined) return controller;
  const info = strongest(entry.info, told);
  if (info !== null) return info.creator;
  return stated.length > 0 ? null : undefined;
}

/** Everything that a container asks for, by resource. */
function requestsOf(container: ContainerSample): Amounts {
  return {
    cpu: container.cpuRequestCores ?? 0,
    memory: container.ramRequestBytes ?? 0,
    ...container.devices,
  };
}
