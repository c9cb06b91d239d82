import type { Allocation } from '../../model/cost.ts';
import type { Reading } from '../../model/reading.ts';
import type { ContainerSample, PodSample } from '../../model/snapshot.ts';
import { rateToCode, USAGE } from './columns.ts';

const NANOS = 1e9;
const SHARES = 1e4;

/** The columns of what was not seen, besides the CPU's. */
const UNSEEN_SHARES = [
  [USAGE.unseenMemory, 'memory'],
  [USAGE.unseenRequests, 'requests'],
  [USAGE.unseenNetwork, 'network'],
  [USAGE.unseenDisk, 'disk'],
  [USAGE.unseenPrice, 'price'],
] as const;

/** Fills one slot of a page with what was measured of a container. */
export function putUsage(
  values: Float64Array,
  at: number,
  pod: PodSample,
  container: ContainerSample,
): void {
  values[at + USAGE.cpuUsage] = counts(container.cpuUsageCores, NANOS);
  values[at + USAGE.cpuRequest] = counts(container.cpuRequestCores, NANOS);
  values[at + USAGE.cpuLimit] = counts(container.cpuLimitCores, NANOS);
  values[at + USAGE.ramUsage] = counts(container.ramUsageBytes, 1);
  values[at + USAGE.ramPeak] = counts(container.ramPeakBytes, 1);
  values[at + USAGE.ramRequest] = counts(container.ramRequestBytes, 1);
  values[at + USAGE.ramLimit] = counts(container.ramLimitBytes, 1);
  values[at + USAGE.networkReceive] = Number.NaN;
  values[at + USAGE.networkTransmit] = Number.NaN;
  values[at + USAGE.diskRead] = rate(container.diskReadBytesPerSecond);
  values[at + USAGE.diskWrite] = rate(container.diskWriteBytesPerSecond);
  values[at + USAGE.throttledShare] = counts(container.throttledShare, SHARES);
  values[at + USAGE.restarts] = counts(container.restarts, 1);
  values[at + USAGE.gpuRequest] = counts(container.gpuRequest, NANOS);
  values[at + USAGE.gpuUtilisation] = counts(container.gpuUtilisation, SHARES);
  values[at + USAGE.gpuTensorActivity] = counts(container.gpuTensorActivity, SHARES);
  values[at + USAGE.runShare] = counts(container.runShare, SHARES);
  values[at + USAGE.heldShare] = counts(pod.heldShare, SHARES);
  values[at + USAGE.coverage] = counts(container.coverage, SHARES);
}

/** A pod's network is measured once for all its containers: it is kept with the first of them. */
export function putNetwork(values: Float64Array, at: number, pod: PodSample): void {
  values[at + USAGE.networkReceive] = rate(pod.networkReceiveBytesPerSecond);
  values[at + USAGE.networkTransmit] = rate(pod.networkTransmitBytesPerSecond);
}

/** Fills the same slot with the container's allocation and its cost; zero where it has none. */
export function putAllocation(
  values: Float64Array,
  at: number,
  allocation: Allocation | undefined,
  hours: number,
): void {
  const cpuUsage = known(values[at + USAGE.cpuUsage]!);
  const ramUsage = known(values[at + USAGE.ramUsage]!);
  const average = (hoursOf: number | undefined, unit: number) =>
    hoursOf === undefined ? 0 : Math.round((hoursOf / hours) * unit);
  const cpuRequested = average(allocation?.cpuRequestCoreHours, NANOS);
  const ramRequested = average(allocation?.ramRequestByteHours, 1);
  const cpuUsed = average(allocation?.cpuUsageCoreHours, NANOS);
  const ramUsed = average(allocation?.ramUsageByteHours, 1);
  values[at + USAGE.cpuRequested] = cpuRequested;
  values[at + USAGE.ramRequested] = ramRequested;
  values[at + USAGE.cpuUsedRest] = cpuUsed - cpuUsage;
  values[at + USAGE.ramUsedRest] = ramUsed - ramUsage;
  values[at + USAGE.cpuAllocatedRest] =
    average(allocation?.cpuCoreHours, NANOS) - Math.max(cpuRequested, cpuUsed);
  values[at + USAGE.ramAllocatedRest] =
    average(allocation?.ramByteHours, 1) - Math.max(ramRequested, ramUsed);
  values[at + USAGE.gpuAllocated] = average(allocation?.gpuHours, NANOS);
  values[at + USAGE.cpuNano] = allocation?.cpuNano ?? 0;
  values[at + USAGE.ramNano] = allocation?.ramNano ?? 0;
  values[at + USAGE.gpuNano] = allocation?.gpuNano ?? 0;
  values[at + USAGE.storageNano] = allocation?.storageNano ?? 0;
  values[at + USAGE.storageBytes] = Math.round(allocation?.storageBytes ?? 0);
  values[at + USAGE.networkNano] = allocation?.networkNano ?? 0;
  values[at + USAGE.networkZoneNano] = allocation?.networkZoneNano ?? 0;
  values[at + USAGE.networkRegionNano] = allocation?.networkRegionNano ?? 0;
  values[at + USAGE.loadBalancerNano] = allocation?.loadBalancerNano ?? 0;
  const coverage = values[at + USAGE.coverage]!;
  values[at + USAGE.coverageRest] =
    allocation === undefined ? 0 : Math.round(allocation.coverage * SHARES) - coverage;
  for (const [column, family] of UNSEEN_SHARES)
    values[at + column] = Math.round((1 - (allocation?.coverageBy?.[family] ?? 1)) * SHARES);
  const gpuUsed = allocation?.gpuUsageHours ?? null;
  values[at + USAGE.gpuUsed] = gpuUsed === null ? Number.NaN : average(gpuUsed, NANOS);
}

/** An unknown column that a later value does not overwrite must not keep an older window's value. */
export function putReasons(
  values: Float64Array,
  at: number,
  terminated: number | null,
  waiting: number | null,
): void {
  values[at + USAGE.terminatedReason] = terminated ?? Number.NaN;
  values[at + USAGE.waitingReason] = waiting ?? Number.NaN;
}

function counts(reading: Reading, perUnit: number): number {
  return reading === null ? Number.NaN : Math.round(reading * perUnit);
}

function rate(reading: Reading): number {
  return reading === null ? Number.NaN : rateToCode(reading);
}

function known(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
