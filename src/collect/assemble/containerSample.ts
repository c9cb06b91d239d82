import type { Reading } from '../../model/reading.ts';
import { maxKnown } from '../../model/reading.ts';
import type { ContainerSample } from '../../model/snapshot.ts';
import { SECOND_MS, type TimeMs, type Window } from '../../model/time.ts';
import { growthOf, readCounter, type CounterReading } from '../measure/counter.ts';
import { aboveLevel } from '../measure/growth.ts';
import { COVERED_INTERVALS, coveredIn, ofWidestReach, type Samples } from '../measure/samples.ts';
import { workingSet, type WorkingSet } from '../measure/workingSet.ts';
import type { CoveredTime } from './coverage.ts';
import { samplesOf, type ContainerEntry } from './podEntry.ts';
import type { Presence } from './presence.ts';
import { at, statedAt, strongest, type Statement } from './series.ts';
import { targetOf, type WindowFacts } from './windowFacts.ts';
import {
  believableCounters,
  believableSizes,
  possibleCpuSeconds,
  type NodeSize,
} from '../trust/nodeBounds.ts';
import type { Refusal } from '../trust/refusals.ts';

/** What of a container's pod its readings depend on. */
export interface ContainerContext {
  readonly facts: WindowFacts;
  /** The point of the grid at which kube-state-metrics described the pod. */
  readonly told: number;
  readonly createdAt: TimeMs | null;
  readonly presence: Presence | null;
  /** When earlier lives of it ended, in order. */
  readonly ends: readonly TimeMs[];
  /** Bytes per second of the pod's network; null where they are unknown. */
  readonly traffic: Reading;
  /** How much of the pod's time samples of its network cover, 0..1. */
  readonly networkCoverage: number;
  /** True when requests and limits are being reported at all, and none is left out. */
  readonly requestsReported: boolean;
  /** The node that it runs on: nothing on it is larger. */
  readonly nodeSize: NodeSize;
  /** Labels that name its pod. */
  readonly podLabels: Refusal['labels'];
}

/** A sample and the times that the window's coverage is made of. */
export interface MeasuredContainer extends CoveredTime {
  readonly sample: ContainerSample;
  readonly role: 'main' | 'init' | 'sidecar';
  /** Two series of one life tell different use. */
  readonly disagree: boolean;
  /** Series that tell what cannot be. */
  readonly refusals: readonly Refusal[];
}

/** Reads one container in one window; null when nothing says that it existed in it. */
export function containerSample(
  entry: ContainerEntry,
  context: ContainerContext,
): MeasuredContainer | null {
  const { facts, told } = context;
  const { point, window } = facts;
  const windowMs = window.end - window.start;
  const counters = believableCounters(entry.cpu, facts, context.nodeSize);
  const refusals: Refusal[] = [...counters.refused];
  const life = {
    aheadMs: facts.aheadMs,
    createdAt: context.createdAt,
    endedAt: context.presence?.endedAt ?? null,
    intervalMs: facts.usageIntervalMs,
  };
  const readings = readCounter(counters.believed, window, { ...life, ends: context.ends });
  const believed = believableReading(readings, windowMs, context.nodeSize);
  const diskRead = perSecond(growthOf(entry.diskRead, window, life), windowMs);
  const diskWrite = perSecond(growthOf(entry.diskWrite, window, life), windowMs);
  const sizes = believableSizes(ofWidestReach(entry.ram, window), window, context.nodeSize);
  refusals.push(...sizes.refused);
  const ram = workingSet(sizes.believed, window);
  const isFrozen =
    believed.measured === 0 &&
    at(entry.standing, point) !== null &&
    !isQuiet(entry, ram, [diskRead, diskWrite, context.traffic], facts);
  const cpu = isFrozen ? { ...believed, measured: null, coveredMs: 0 } : believed;
  const isCpuRefused =
    cpu.measured === null &&
    (counters.refused.length > 0 || believed !== readings || isRefused(entry, window));
  if (believed !== readings) refusals.push(impossibleUse(entry, readings, windowMs, context));
  const running = at(entry.running, point);
  const requestKnown = isDescribed(entry, told);
  if (cpu.livedMs === 0 && running === null && !requestKnown) return null;

  const livedMs = Math.max(
    cpu.livedMs,
    reportedMs(running, facts),
    cpu.measured === null && hasRun(entry, context) ? heldMs(context.presence) : 0,
  );
  const coveredMs = Math.min(livedMs, cpu.coveredMs);
  // What was refused would be refused again, and what stands still is not there to be read.
  const missingMs =
    isCpuRefused || isFrozen ? 0 : Math.max(0, livedMs - coveredMs - unseenEndsMs(cpu, context));
  const runShare = livedMs / windowMs;
  // It is known not to have run: that is no use, not unknown use.
  const idle = livedMs === 0 && running === 0;
  const used = cpu.measured === null ? null : cpu.measured + cpu.estimated;
  const restarts = restartsInside(entry, context);
  // What names the restart policy is stated first; a request only says that it is no main container.
  const init = statedAt(entry.init, told)[0] ?? null;
  const image = strongest(entry.images, told);
  // A described container without a request asks for nothing, as long as requests are reported at all.
  const unstated = requestKnown && context.requestsReported ? 0 : null;
  const cpuRequestCores = at(entry.requests.get('cpu'), told) ?? unstated;
  const isMarked = isCpuRefused || (sizes.refused.length > 0 && ram.average === null);
  const above = aboveLevel(
    cpu.minutes,
    window,
    cpuRequestCores ?? 0,
    context.presence?.held ?? window,
  );

  const coverage = isMarked ? 0 : livedMs === 0 ? 1 : coveredMs / livedMs;
  const isSeen = idle || livedMs === 0;
  const cpuInside = isSeen ? 0 : coveredIn(samplesOf(entry.cpu), window, facts.usageIntervalMs);
  // What is sampled as often as the CPU is seen as well, to a life's start and end.
  const seen = (series: readonly Samples[]): number => {
    if (isSeen) return 1;
    const inside = coveredIn(series, window, facts.usageIntervalMs);
    const isAsGood = inside > 0 && inside >= cpuInside;
    return Math.min(1, Math.max(inside, isAsGood ? coveredMs : 0) / livedMs);
  };

  const sample: ContainerSample = {
    name: entry.name,
    image: image === null || image.image === '' ? null : image.image,
    imageId: image?.imageId ?? null,
    init: init === 'init',
    cpuUsageCores: idle ? 0 : perSecond(used, windowMs),
    cpuEstimatedCores: perSecond(cpu.estimated, windowMs),
    cpuAboveRequestCores: perSecond(used === null ? null : above, windowMs),
    cpuRequestCores,
    cpuLimitCores: at(entry.limits.get('cpu'), told),
    ramUsageBytes: idle ? 0 : times(ram.average, runShare),
    ramPeakBytes: idle ? 0 : ram.peak,
    ramRequestBytes: at(entry.requests.get('memory'), told) ?? unstated,
    ramLimitBytes: at(entry.limits.get('memory'), told),
    gpuRequest: unstated,
    gpuUtilisation: percent(at(entry.gpuUtilisation, point)),
    gpuTensorActivity: at(entry.gpuTensor, point),
    diskReadBytesPerSecond: idle ? 0 : diskRead,
    diskWriteBytesPerSecond: idle ? 0 : diskWrite,
    throttledShare: throttledShareAt(entry, point),
    runShare,
    restarts,
    lastTerminatedReason: reasonAt(entry.terminated, point),
    waitingReason: reasonAt(entry.waiting, point),
    coverage,
    coverageBy: {
      cpu: coverage,
      memory: seen(isMarked ? [] : entry.ram),
      requests: cpuRequestCores === null ? 0 : presenceCoverage(context.presence),
      network: context.networkCoverage,
      disk: Math.max(seen(samplesOf(entry.diskRead)), seen(samplesOf(entry.diskWrite))),
    },
    ...devicesOf(entry, told),
  };
  const role = init ?? 'main';
  return { sample, role, livedMs, coveredMs, missingMs, disagree: cpu.disagree, refusals };
}

/** How much of the time that a pod lived kube-state-metrics was seen to tell of it. */
function presenceCoverage(presence: Presence | null): number {
  return presence === null || presence.livedMs === 0
    ? 1
    : Math.min(1, presence.coveredMs / presence.livedMs);
}

/** What it asks for besides CPU and memory. */
function devicesOf({ requests }: ContainerEntry, told: number): Pick<ContainerSample, 'devices'> {
  const devices: Record<string, number> = {};
  for (const [name, values] of requests) {
    const count = name === 'cpu' || name === 'memory' ? null : at(values, told);
    if (count !== null) devices[name] = count;
  }
  return Object.keys(devices).length === 0 ? {} : { devices };
}

/** True where samples of a window were left out because they cannot be true. */
function isRefused({ cpu }: ContainerEntry, { start, end }: Window): boolean {
  return cpu.some(({ samples }) => samples.refused?.some((time) => time > start && time <= end));
}

/** Nothing is measured where more was used than the node has. */
function believableReading(
  cpu: CounterReading,
  windowMs: TimeMs,
  { cpuCores }: NodeSize,
): CounterReading {
  const used = (cpu.measured ?? 0) + cpu.estimated;
  if (cpuCores === null || used <= possibleCpuSeconds(cpuCores, windowMs)) return cpu;
  return { ...cpu, measured: null, estimated: 0, coveredMs: 0, minutes: new Float64Array() };
}

function impossibleUse(
  { name }: ContainerEntry,
  { measured, estimated }: CounterReading,
  windowMs: TimeMs,
  { nodeSize: { cpuCores }, podLabels }: ContainerContext,
): Refusal {
  const labels = { ...podLabels, container: name };
  const value = ((measured ?? 0) + estimated) / (windowMs / SECOND_MS);
  const because = `that is its growth per second, and its node has ${cpuCores} cores`;
  return { metric: 'container_cpu_usage_seconds_total', labels, value, because };
}

/** True when kube-state-metrics described the container in this window. */
function isDescribed(entry: ContainerEntry, point: number): boolean {
  return (
    strongest(entry.images, point) !== null ||
    at(entry.running, point) !== null ||
    entry.init.some(({ values }) => at(values, point) !== null) ||
    [...entry.requests.values()].some((values) => at(values, point) !== null)
  );
}

/**
 * How long kube-state-metrics saw a container run. Between two scrapes it may have run or not: of a container that came
 * or went, one of them is left out.
 */
function reportedMs(running: Reading, { kubeSamples, window }: WindowFacts): TimeMs {
  if (running === null || kubeSamples === 0) return 0;
  const windowMs = window.end - window.start;
  if (running >= kubeSamples) return windowMs;
  return (Math.max(0, running - 1) / kubeSamples) * windowMs;
}

/** True for what was finished in this window: it ran, though perhaps between two scrapes. */
function hasRun({ waiting }: ContainerEntry, { presence, facts }: ContainerContext): boolean {
  const ended = presence?.endedAt ?? null;
  const { start, end } = facts.window;
  const waits = statedAt(waiting, facts.point).length > 0;
  return ended !== null && ended > start && ended <= end && !waits;
}

function heldMs(presence: Presence | null): TimeMs {
  return presence === null ? 0 : presence.held.end - presence.held.start;
}

/** Between its last sample and its end a container is not seen, however healthy the kubelet is. */
function unseenEndsMs(cpu: CounterReading, { presence, facts }: ContainerContext): TimeMs {
  const ended = presence?.endedAt ?? null;
  const isLast = ended !== null && ended <= facts.window.end ? 1 : 0;
  return (cpu.endedLives + isLast) * COVERED_INTERVALS * facts.usageIntervalMs;
}

/** Bytes per second that an idle container may still move. */
const QUIET_BYTES_PER_SECOND = 1_000;
/** Its working set may vary by so much. */
const QUIET_RAM_SHARE = 0.01;

/**
 * True when a container whose CPU counter stands still is idle by all other signs: it moves no data, its working set is
 * even, and counters of the same exporter do move.
 */
function isQuiet(
  { cpu }: ContainerEntry,
  { average, peak }: WorkingSet,
  rates: readonly Reading[],
  { movingTargets }: WindowFacts,
): boolean {
  const known = rates.filter((rate) => rate !== null);
  const isEven = average === null || peak === null || peak - average <= average * QUIET_RAM_SHARE;
  return (
    known.length > 0 &&
    known.every((rate) => rate < QUIET_BYTES_PER_SECOND) &&
    isEven &&
    cpu.some(({ samples }) => movingTargets.has(targetOf(samples)))
  );
}

/** The counter against the end of the window before, so that none falls between two windows. */
function restartsInside({ restarts }: ContainerEntry, context: ContainerContext): Reading {
  const { point } = context.facts;
  const now = at(restarts, point);
  if (now === null) return null;
  const before = at(restarts, point - 1);
  if (before !== null) return Math.max(0, now - before);
  const { start, end } = context.facts.window;
  const { createdAt } = context;
  return createdAt !== null && createdAt >= start && createdAt < end ? now : null;
}

function throttledShareAt({ throttled }: ContainerEntry, point: number): Reading {
  let most: Reading = null;
  for (const values of throttled.values()) most = maxKnown(most, at(values, point));
  return most;
}

function reasonAt(reasons: readonly Statement<string>[], point: number): string | null {
  return statedAt(reasons, point)[0] || null;
}

/** An amount in a window as an average per second. */
export function perSecond(amount: Reading, windowMs: TimeMs): Reading {
  return amount === null ? null : amount / (windowMs / SECOND_MS);
}

function times(reading: Reading, factor: number): Reading {
  return reading === null ? null : reading * factor;
}

/** DCGM reports utilisation in percent. */
function percent(reading: Reading): Reading {
  return reading === null ? null : reading / 100;
}
