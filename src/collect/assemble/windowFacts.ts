import type { ExpectedSamples } from '../../model/snapshot.ts';
import type { Window } from '../../model/time.ts';
import type { PodEntry, PodName } from './podEntry.ts';
import type { PodTable } from './podTable.ts';
import { at, countAt, statedAt, strongest } from './series.ts';

/** A pod at one point of the grid, before its readings are taken. */
export interface LivingPod {
  readonly entry: PodEntry;
  /** Series without a UID that belong to this pod in this window. */
  readonly loose: PodEntry | null;
  readonly node: string | null;
  /** Samples of kube_pod_info in the window. */
  readonly infoSamples: number;
  /** Largest number of cAdvisor samples of any of its containers. */
  readonly usageSamples: number;
}

/** What has to be known of the whole window before any pod of it can be read. */
export interface WindowFacts {
  readonly window: Window;
  readonly point: number;
  readonly pods: readonly LivingPod[];
  /** Samples of kube-state-metrics in the window: all its series come from the same scrapes. */
  readonly kubeSamples: number;
  /** Most cAdvisor samples of any container in the window. */
  readonly usageSamples: number;
  /** What a whole window has: the most of what is remembered and what this window has. */
  readonly expected: ExpectedSamples;
}

/** The pods that lived in a window, and the windows' sample counts. */
export function livingPods(table: PodTable, point: number): readonly LivingPod[] {
  const living: LivingPod[] = [];
  for (const name of table) addLiving(living, name, point);
  return living;
}

function addLiving(living: LivingPod[], name: PodName, point: number): void {
  const loose = name.loose !== null && says(name.loose, point) ? name.loose : null;
  const isLooseAlive = loose !== null && isAlive(loose, point);
  const heir = loose === null ? null : heirOf(name, isLooseAlive, point);
  for (const entry of name.byUid.values()) {
    const own = entry === heir ? loose : null;
    if (isAlive(entry, point) || (own !== null && isLooseAlive)) {
      living.push(livingPod(entry, own, point));
    }
  }
  if (heir === null && isLooseAlive) living.push(livingPod(loose, null, point));
}

/** True when series without a UID have anything to add to a pod of their name. */
function says(loose: PodEntry, point: number): boolean {
  return isAlive(loose, point) || hasGpu(loose, point) || hasTraffic(loose, point);
}

/** Some stores drop the cgroup of network series alone: they make no pod, but belong to one. */
function hasTraffic({ receive, transmit }: PodEntry, point: number): boolean {
  return [...receive.values(), ...transmit.values()].some((values) => at(values, point) !== null);
}

/** The GPU exporter knows pods by name only: its series alone make no pod, but belong to one. */
function hasGpu(entry: PodEntry, point: number): boolean {
  return [...entry.containers.values()].some(
    ({ gpuUtilisation, gpuTensor }) =>
      at(gpuUtilisation, point) !== null || at(gpuTensor, point) !== null,
  );
}

/**
 * Series without a UID belong to the youngest pod of that name that kube-state-metrics knew then. Those
 * that make no pod by themselves also go to one that only cAdvisor knew.
 */
function heirOf(name: PodName, isLooseAlive: boolean, point: number): PodEntry | null {
  const known = youngestOf(name, (entry) => countKube(entry, point) > 0, point);
  if (known !== null || isLooseAlive) return known;
  return youngestOf(name, (entry) => isAlive(entry, point), point);
}

function youngestOf(
  name: PodName,
  counts: (entry: PodEntry) => boolean,
  point: number,
): PodEntry | null {
  let heir: PodEntry | null = null;
  let youngest = -1;
  for (const entry of name.byUid.values()) {
    if (!counts(entry)) continue;
    const created = countAt(entry.created, point);
    if (created > youngest) {
      youngest = created;
      heir = entry;
    }
  }
  return heir;
}

function livingPod(entry: PodEntry, loose: PodEntry | null, point: number): LivingPod {
  let node: string | null = null;
  for (const { value, values } of entry.info) {
    if (value.node !== null && countAt(values, point) > 0) node = value.node;
  }
  return {
    entry,
    loose,
    node,
    infoSamples: countInfo(entry, point),
    usageSamples: Math.max(countUsage(entry, point), loose === null ? 0 : countUsage(loose, point)),
  };
}

/** Samples of kube_pod_info, over the series that a pod has before and after it is scheduled. */
function countInfo(entry: PodEntry, point: number): number {
  let samples = 0;
  for (const info of entry.info) samples += countAt(info.values, point);
  return samples;
}

function countKube(entry: PodEntry, point: number): number {
  const samples = countInfo(entry, point);
  if (samples > 0) return samples;
  for (const phase of entry.phases) if (countAt(phase.values, point) > 0) return 1;
  for (const container of entry.containers.values()) {
    for (const values of container.requests.values()) if (at(values, point) !== null) return 1;
  }
  return 0;
}

function countUsage(entry: PodEntry, point: number): number {
  let most = 0;
  for (const container of entry.containers.values()) {
    for (const cgroup of container.cgroups.values()) {
      most = Math.max(most, countAt(cgroup.cpuSamples, point));
    }
  }
  return most;
}

/** A pod that ended before the window and is only kept for its log is not part of it. */
function isAlive(entry: PodEntry, point: number): boolean {
  if (countUsage(entry, point) > 0) return true;
  const samples = countKube(entry, point);
  if (samples === 0) return false;
  let ended = 0;
  for (const { value, values } of entry.phases) {
    if (isTerminal(value)) ended += countAt(values, point);
  }
  return ended < samples;
}

/** Succeeded and Failed pods hold nothing on their node any more. */
export function isTerminal(phase: string): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The image that stands for the pod: of the first container by name that is no init container. */
export function mainImage(pod: LivingPod, point: number): string | null {
  for (const container of pod.entry.containers.values()) {
    if (statedAt(container.init, point).length > 0) continue;
    const image = strongest(container.images, point);
    if (image !== null && image.image !== '') return image.image;
  }
  return null;
}
