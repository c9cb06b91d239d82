import { maxKnown } from '../../model/reading.ts';
import type { Reading } from '../../model/reading.ts';
import type { ContainerSample, PodSample } from '../../model/snapshot.ts';
import { SECOND_MS } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { workloadOf } from '../identity.ts';
import type { Owner, ResolvedWorkload } from '../identity.ts';
import { containerSample } from './containerSample.ts';
import type { CoverageSum } from './coverage.ts';
import { addCoverage } from './coverage.ts';
import type { OwnerIndex } from './owners.ts';
import type { ContainerEntry, PodEntry } from './podEntry.ts';
import { at, compare, countAt, statedAt, strongest } from './series.ts';
import { isTerminal, mainImage } from './windowFacts.ts';
import type { LivingPod, WindowFacts } from './windowFacts.ts';

/** What every pod of a window is read with. */
export interface PodContext {
  readonly facts: WindowFacts;
  readonly owners: OwnerIndex;
  readonly requestsReported: boolean;
  readonly coverage: CoverageSum;
}

/** Reads one pod in one window, and counts its samples towards the window's coverage. */
export function podSample(pod: LivingPod, context: PodContext): PodSample {
  const { facts } = context;
  const { point } = facts;
  const { entry } = pod;
  const created = at(entry.created, point);
  const createdAt = created === null ? null : created * SECOND_MS;
  const createdInside =
    createdAt !== null && createdAt >= facts.window.start && createdAt < facts.window.end;

  const containers: ContainerSample[] = [];
  let ranShare = 0;
  for (const entries of containersOf(pod)) {
    const measured = containerSample(entries, {
      facts,
      createdInside,
      requestsReported: context.requestsReported,
    });
    if (measured === null) continue;
    containers.push(measured.sample);
    if (!measured.sample.init) ranShare = Math.max(ranShare, measured.sample.runShare);
    addCoverage(context.coverage, measured.samples, measured.expectedSamples);
  }
  countKubeSamples(pod, context, ranShare);

  const hostNetwork = strongest(entry.info, point)?.hostNetwork ?? null;
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
    labels: statedAt(entry.labels, point)[0] ?? {},
    annotations: statedAt(entry.annotations, point)[0] ?? {},
    heldShare: Math.max(heldShare(pod, facts), ranShare),
    // A pod on the host's network shows the host's traffic: that says nothing about the pod.
    networkReceiveBytesPerSecond: hostNetwork === true ? null : traffic(pod, 'receive', point),
    networkTransmitBytesPerSecond: hostNetwork === true ? null : traffic(pod, 'transmit', point),
    containers: containers.sort((a, b) => compare(a.name, b.name)),
    spec: null,
  };
}

/** The pod's containers, each with its entry and, where there are any, its series without a UID. */
function* containersOf(pod: LivingPod): Iterable<readonly ContainerEntry[]> {
  const { entry, loose } = pod;
  for (const container of entry.containers.values()) {
    const more = loose?.containers.get(container.name);
    yield more === undefined ? [container] : [container, more];
  }
  if (loose === null) return;
  for (const container of loose.containers.values()) {
    if (!entry.containers.has(container.name)) yield [container];
  }
}

/** kube-state-metrics owes a sample for each of its scrapes in which the pod lived. */
function countKubeSamples(pod: LivingPod, context: PodContext, ranShare: number): void {
  const { facts, coverage } = context;
  const told = facts.kubeSamples === 0 ? 0 : pod.infoSamples / facts.kubeSamples;
  const lived = Math.min(1, Math.max(told, ranShare));
  addCoverage(coverage, pod.infoSamples, facts.expected.kubeState * lived);
}

/** Scheduled and not yet ended: then the pod's requests are taken on its node, running or not. */
function heldShare(pod: LivingPod, facts: WindowFacts): number {
  if (facts.kubeSamples === 0) return 0;
  let held = 0;
  for (const { value, values } of pod.entry.info) {
    if (value.node !== null) held += countAt(values, facts.point);
  }
  for (const { value, values } of pod.entry.phases) {
    if (isTerminal(value)) held -= countAt(values, facts.point);
  }
  return Math.min(1, Math.max(0, held / facts.kubeSamples));
}

/** The furthest phase of the window: phases only go forward. */
function phaseAt(entry: PodEntry, point: number): string | null {
  const seen = new Set<string>();
  for (const { value, values } of entry.phases) if (countAt(values, point) > 0) seen.add(value);
  return PHASES.find((phase) => seen.has(phase)) ?? null;
}

const PHASES = ['Failed', 'Succeeded', 'Running', 'Pending', 'Unknown'] as const;

/** Sandbox and pod cgroup both may carry the pod's counters: the larger one, never the sum. */
function traffic(pod: LivingPod, side: 'receive' | 'transmit', point: number): Reading {
  let most: Reading = null;
  for (const entry of [pod.entry, pod.loose]) {
    if (entry === null) continue;
    for (const values of entry[side].values()) most = maxKnown(most, at(values, point));
  }
  return most;
}

function resolveWorkload(pod: LivingPod, context: PodContext): ResolvedWorkload {
  const { point } = context.facts;
  const { entry } = pod;
  const owner = ownerOf(pod, point);
  return workloadOf({
    name: entry.name,
    owner,
    grandOwner: owner ? context.owners.ownerOf(entry.namespace, owner, point) : undefined,
    node: pod.node,
    image: mainImage(pod, point),
  });
}

/** kube_pod_owner first; else the creator that kube_pod_info names. */
function ownerOf(pod: LivingPod, point: number): Owner {
  const stated: readonly (WorkloadRef | null)[] = statedAt(pod.entry.owners, point);
  const controller = stated.find((owner) => owner !== null);
  if (controller !== undefined) return controller;
  if (pod.infoSamples > 0) return strongest(pod.entry.info, point)?.creator ?? null;
  return stated.length > 0 ? null : undefined;
}
