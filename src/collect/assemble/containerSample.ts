import type { Reading } from '../../model/reading.ts';
import { maxKnown } from '../../model/reading.ts';
import type { ContainerSample } from '../../model/snapshot.ts';
import { SECOND_MS } from '../../model/time.ts';
import { presentShare, sampledShare } from './coverage.ts';
import type { Cgroup, ContainerEntry } from './podEntry.ts';
import { at, countAt, statedAt, strongest } from './series.ts';
import type { WindowFacts } from './windowFacts.ts';
import { GPU_METRIC_RESOURCES } from '../../model/resources.ts';

/** What of a container's pod its readings depend on. */
export interface ContainerContext {
  readonly facts: WindowFacts;
  readonly createdInside: boolean;
  /** True when requests and limits are being reported at all. */
  readonly requestsReported: boolean;
}

/** A sample and the counts that the window's coverage is made of. */
export interface MeasuredContainer {
  readonly sample: ContainerSample;
  readonly samples: number;
  readonly expectedSamples: number;
}

/** Reads one container in one window; null when nothing says that it existed in it. */
export function containerSample(
  entries: readonly ContainerEntry[],
  context: ContainerContext,
): MeasuredContainer | null {
  const { facts } = context;
  const { point } = facts;
  const first = entries[0] as ContainerEntry;
  const cgroups = entries.flatMap((entry) =>
    [...entry.cgroups.values()].filter((cgroup) => countAt(cgroup.cpuSamples, point) > 0),
  );
  const running = firstKnown(entries, (entry) => at(entry.running, point));
  const requestKnown = isDescribed(entries, point);
  if (cgroups.length === 0 && running === null && !requestKnown) return null;

  // Two lives may overlap: together they have no more samples than a whole window.
  const samples = Math.min(
    facts.expected.cadvisor,
    cgroups.reduce((sum, cgroup) => sum + countAt(cgroup.cpuSamples, point), 0),
  );
  const reportedShare =
    running === null || facts.kubeSamples === 0 ? null : running / facts.kubeSamples;
  // Where kube-state-metrics tells how long it ran, to the scrape, nothing is forgiven: a pod that ended in the
  // last minute would be charged for it.
  const runShare =
    reportedShare === null
      ? sampledShare(samples, facts.usageSamples)
      : Math.min(1, Math.max(reportedShare, ratio(samples, facts.expected.cadvisor)));
  const expectedSamples = facts.expected.cadvisor * runShare;
  const coverage = samples === 0 && runShare > 0 ? 0 : presentShare(samples, expectedSamples);
  // It is known not to have run: that is no use, not unknown use.
  const idle = samples === 0 && reportedShare === 0;
  const restarts = restartsInside(entries, context);
  // What the missing samples would have shown is taken to be like what the others show.
  const whole = (partial: Reading): Reading =>
    idle ? 0 : partial === null ? null : partial / (coverage > 0 ? coverage : 1);
  const newborn = context.createdInside || (restarts ?? 0) > 0;
  // What names the restart policy is stated first; a request only says that it is no main container.
  const init = strongestOf(entries, (entry) => statedAt(entry.init, point)[0] ?? null);
  const image = strongestOf(entries, (entry) => strongest(entry.images, point));
  const resource = (kind: 'requests' | 'limits', ...names: readonly string[]): Reading =>
    firstKnown(entries, (entry) =>
      maxKnown(...names.map((name) => at(entry[kind].get(name), point))),
    );
  // A described container without a request asks for nothing, as long as requests are reported at all.
  const request = (...names: readonly string[]): Reading =>
    resource('requests', ...names) ?? (requestKnown && context.requestsReported ? 0 : null);

  const sample: ContainerSample = {
    name: first.name,
    image: image === null || image.image === '' ? null : image.image,
    imageId: image?.imageId ?? null,
    init: init === 'init',
    cpuUsageCores: whole(cpuCores(cgroups, context, newborn)),
    cpuRequestCores: request('cpu'),
    cpuLimitCores: resource('limits', 'cpu'),
    ramUsageBytes: idle ? 0 : times(ramAverage(cgroups, point), runShare),
    ramPeakBytes: idle ? 0 : maxKnown(...cgroups.map((cgroup) => at(cgroup.ramPeak, point))),
    ramRequestBytes: request('memory'),
    ramLimitBytes: resource('limits', 'memory'),
    gpuRequest: request(...GPU_METRIC_RESOURCES),
    gpuUtilisation: percent(firstKnown(entries, (entry) => at(entry.gpuUtilisation, point))),
    gpuTensorActivity: firstKnown(entries, (entry) => at(entry.gpuTensor, point)),
    diskReadBytesPerSecond: whole(sum(cgroups, 'diskRead', point)),
    diskWriteBytesPerSecond: whole(sum(cgroups, 'diskWrite', point)),
    throttledShare: maxKnown(...cgroups.map((cgroup) => at(cgroup.throttled, point))),
    runShare,
    restarts,
    lastTerminatedReason: statedBy(entries, 'terminated', point),
    waitingReason: statedBy(entries, 'waiting', point),
    coverage,
  };
  return { sample, samples, expectedSamples };
}

/** True when kube-state-metrics described the container in this window. */
function isDescribed(entries: readonly ContainerEntry[], point: number): boolean {
  return entries.some(
    (entry) =>
      entry.images.some(({ values }) => countAt(values, point) > 0) ||
      entry.init.some(({ values }) => at(values, point) !== null) ||
      at(entry.running, point) !== null ||
      [...entry.requests.values()].some((values) => at(values, point) !== null),
  );
}

/** The sum over the container's lives; unknown when no life could be measured. */
function cpuCores(
  cgroups: readonly Cgroup[],
  context: ContainerContext,
  newborn: boolean,
): Reading {
  const { point, window } = context.facts;
  let cores: Reading = null;
  for (const cgroup of cgroups) {
    let one = at(cgroup.cpuRate, point);
    if (one === null && newborn && countAt(cgroup.cpuSamples, point - 1) === 0) {
      // Born inside the window and scraped once: its counter began at zero in this very window.
      const used = at(cgroup.cpuOnce, point);
      if (used !== null) one = used / ((window.end - window.start) / SECOND_MS);
    }
    if (one !== null) cores = (cores ?? 0) + one;
  }
  return cores;
}

/** Average over the samples of all lives. */
function ramAverage(cgroups: readonly Cgroup[], point: number): Reading {
  let bytes = 0;
  let samples = 0;
  for (const cgroup of cgroups) {
    const average = at(cgroup.ramAverage, point);
    if (average === null) continue;
    const weight = countAt(cgroup.cpuSamples, point);
    bytes += average * weight;
    samples += weight;
  }
  return samples === 0 ? null : bytes / samples;
}

function sum(cgroups: readonly Cgroup[], key: 'diskRead' | 'diskWrite', point: number): Reading {
  let total: Reading = null;
  for (const cgroup of cgroups) {
    const one = at(cgroup[key], point);
    if (one !== null) total = (total ?? 0) + one;
  }
  return total;
}

/** The counter against the end of the window before, so that none falls between two windows. */
function restartsInside(entries: readonly ContainerEntry[], context: ContainerContext): Reading {
  const { point } = context.facts;
  const now = firstKnown(entries, (entry) => at(entry.restarts, point));
  if (now === null) return null;
  const before = firstKnown(entries, (entry) => at(entry.restarts, point - 1));
  if (before !== null) return Math.max(0, now - before);
  return context.createdInside ? now : null;
}

function firstKnown(
  entries: readonly ContainerEntry[],
  read: (entry: ContainerEntry) => Reading,
): Reading {
  for (const entry of entries) {
    const reading = read(entry);
    if (reading !== null) return reading;
  }
  return null;
}

function strongestOf<T>(
  entries: readonly ContainerEntry[],
  read: (entry: ContainerEntry) => T | null,
): T | null {
  for (const entry of entries) {
    const value = read(entry);
    if (value !== null) return value;
  }
  return null;
}

function statedBy(
  entries: readonly ContainerEntry[],
  key: 'terminated' | 'waiting',
  point: number,
): string | null {
  for (const entry of entries) {
    const [reason] = statedAt(entry[key], point);
    if (reason !== undefined && reason !== '') return reason;
  }
  return null;
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function times(reading: Reading, factor: number): Reading {
  return reading === null ? null : reading * factor;
}

/** DCGM reports utilisation in percent. */
function percent(reading: Reading): Reading {
  return reading === null ? null : reading / 100;
}
