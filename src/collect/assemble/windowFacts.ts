import { SECOND_MS, type TimeMs, type Window } from '../../model/time.ts';
import { countBefore } from '../measure/samples.ts';
import { isTerminalPhase } from '../prometheus/fetchLifeTimes.ts';
import type { Counter, PodEntry, PodName } from './podEntry.ts';
import type { PodTable } from './podTable.ts';
import { tellingTime, type KubeScrapes } from './presence.ts';
import { at, countAt, statedAt, strongest, type Labelled } from './series.ts';

/** A pod at one point of the grid, before its readings are taken. */
export interface LivingPod {
  readonly entry: PodEntry;
  /** Series without a UID that belong to this pod in this window. */
  readonly loose: PodEntry | null;
  readonly node: string | null;
  /** Samples of kube_pod_info in the window. */
  readonly infoSamples: number;
  /** The point at which kube-state-metrics described it: this window's, or one after it for what is too new. */
  readonly told: number;
}

/** What has to be known of the whole window before any pod of it can be read. */
export interface WindowFacts {
  readonly window: Window;
  readonly point: number;
  /** Samples of kube-state-metrics in the window: all its series come from the same scrapes. */
  readonly kubeSamples: number;
  readonly scrapes: KubeScrapes;
  /** How long after the window's end samples may tell how it ended. */
  readonly aheadMs: TimeMs;
  /** Exporters of which at least one CPU counter grew in the window. */
  readonly movingTargets: ReadonlySet<string>;
  /** The usual time between two CPU samples of one container. */
  readonly usageIntervalMs: TimeMs;
}

/** Who exported a series. */
export function targetOf({ labels }: Labelled): string {
  return labels['instance'] ?? '';
}

/** The exporters of which at least one CPU counter grew in a window. */
export function movingTargets(
  entries: readonly PodEntry[],
  { start, end }: Window,
): ReadonlySet<string> {
  const moving = new Set<string>();
  for (const { containers } of entries)
    for (const { cpu } of containers.values())
      for (const { samples } of cpu) {
        if (moving.has(targetOf(samples))) continue;
        const first = countBefore(samples.times, start);
        const last = countBefore(samples.times, end + 1) - 1;
        const grew = last > first && (samples.values[last] ?? 0) > (samples.values[first] ?? 0);
        if (grew) moving.add(targetOf(samples));
      }
  return moving;
}

/** The pods that lived in a window, and the windows' sample counts. */
export function livingPods(table: PodTable, at: WindowPoint): readonly LivingPod[] {
  const living: LivingPod[] = [];
  for (const name of table) addLiving(living, name, at);
  return living;
}

/** A window and its point on the grid. */
export interface WindowPoint {
  readonly window: Window;
  readonly point: number;
  readonly scrapes: KubeScrapes;
}

function addLiving(living: LivingPod[], name: PodName, at: WindowPoint): void {
  const loose = name.loose !== null && says(name.loose, at) ? name.loose : null;
  const isLooseAlive = loose !== null && isAlive(loose, at);
  const heir = loose === null ? null : heirOf(name, isLooseAlive, at);
  for (const entry of name.byUid.values()) {
    const own = entry === heir ? loose : null;
    if (isAlive(entry, at) || (own !== null && isLooseAlive)) {
      living.push(livingPod(entry, own, at));
    }
  }
  if (heir === null && isLooseAlive) living.push(livingPod(loose, null, at));
}

/** True when series without a UID have anything to add to a pod of their name. */
function says(loose: PodEntry, at: WindowPoint): boolean {
  return isAlive(loose, at) || hasGpu(loose, at.point) || hasTraffic(loose, at.window);
}

/** Some stores drop the cgroup of network series alone: they make no pod, but belong to one. */
function hasTraffic({ receive, transmit }: PodEntry, window: Window): boolean {
  return hasSample(receive, window) || hasSample(transmit, window);
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
function heirOf(name: PodName, isLooseAlive: boolean, at: WindowPoint): PodEntry | null {
  const known = youngestOf(name, (entry) => countKube(entry, at.point) > 0, at.point);
  if (known !== null || isLooseAlive) return known;
  return youngestOf(name, (entry) => isAlive(entry, at), at.point);
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

function livingPod(entry: PodEntry, loose: PodEntry | null, at: WindowPoint): LivingPod {
  const { point } = at;
  let node: string | null = null;
  for (const { value, values } of entry.info) {
    if (value.node !== null && countAt(values, point) > 0) node = value.node;
  }
  // kube-state-metrics may have been away in this very window, or its label `node` may be relabelled away.
  node ??= entry.info.findLast(({ value }) => value.node !== null)?.value.node ?? null;
  node ??= entry.usageNode ?? loose?.usageNode ?? null;
  if (entry.times.isUnscheduled) node = null;
  return { entry, loose, node, infoSamples: countInfo(entry, point), told: toldAt(entry, at) };
}

function toldAt(entry: PodEntry, { window, point, scrapes }: WindowPoint): number {
  if (countKube(entry, point) > 0) return point;
  const time = tellingTime(entry, window, scrapes, createdAt(entry, point));
  if (time === null) return point;
  return point + Math.max(0, Math.ceil((time - window.end) / (window.end - window.start)));
}

/** When a pod was made, as it was said in a window or soon after. */
function createdAt({ created }: PodEntry, point: number): TimeMs | null {
  const seconds = created?.subarray(point).find((value) => !Number.isNaN(value));
  return seconds === undefined ? null : seconds * SECOND_MS;
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

function hasUsage(entry: PodEntry, window: Window): boolean {
  return [...entry.containers.values()].some(({ cpu }) => hasSample(cpu, window));
}

function hasSample(counter: Counter, { start, end }: Window): boolean {
  return counter.some(({ samples: { times } }) => {
    const next = times[countBefore(times, start + 1)];
    return next !== undefined && next <= end;
  });
}

/** A pod that ended before the window and is only kept for its log is not part of it. */
function isAlive(entry: PodEntry, { window, point, scrapes }: WindowPoint): boolean {
  if (hasUsage(entry, window)) return true;
  const { completed } = entry.times;
  if (completed !== null && completed <= window.start) return false;
  const told = tellingTime(entry, window, scrapes, createdAt(entry, point));
  if (told !== null && (completed !== null || told > window.end)) return true;
  const samples = countKube(entry, point);
  if (samples === 0) return false;
  let ended = 0;
  for (const { value, values } of entry.phases) {
    if (isTerminalPhase(value)) ended += countAt(values, point);
  }
  return ended < samples;
}

/** The image that stands for the pod: of the first container by name that is no init container. */
export function mainImage({ entry, told }: LivingPod): string | null {
  for (const container of entry.containers.values()) {
    if (statedAt(container.init, told).length > 0) continue;
    const image = strongest(container.images, told);
    if (image !== null && image.image !== '') return image.image;
  }
  return null;
}
