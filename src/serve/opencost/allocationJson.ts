import {
  costNano,
  nodeNano,
  type NodeParts,
  RESOURCE_HOURS,
  COST_PARTS,
} from '../../model/costParts.ts';
import { fromNano, type Nano } from '../../model/money.ts';
import { formatTime, HOUR_MS, MINUTE_MS, type TimeMs, type Window } from '../../model/time.ts';

/** What an allocation is about; a property is there when all of its parts share it. */
export interface AllocationProperties {
  readonly cluster?: string;
  readonly node?: string;
  readonly container?: string;
  readonly controller?: string;
  readonly controllerKind?: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly services?: readonly string[];
  readonly providerID?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Volumes (byte-hours) or load balancers (hours) by OpenCost's key. */
export type Attached = Readonly<Record<string, { readonly nano: Nano; readonly amount: number }>>;

/** Amounts and money of an allocation that add up. */
export const ADDED = [
  ...RESOURCE_HOURS,
  ...COST_PARTS,
  'networkTransferBytes',
  'networkReceiveBytes',
  'storageByteHours',
  'networkZoneNano',
  'networkRegionNano',
  'sharedNano',
] as const;

/** An allocation with its exact sums, before it is written in OpenCost's form. */
export interface AllocationSums extends Readonly<Record<(typeof ADDED)[number], number>> {
  readonly properties: AllocationProperties;
  readonly start: TimeMs;
  readonly end: TimeMs;
  readonly gpuUsageHours: number | null;
  /** Idle that was shared out to it; part of the costs in the answer, as in OpenCost. */
  readonly idleNano: NodeParts;
  readonly volumes: Attached;
  readonly loadBalancers: Attached;
  readonly cpuUsageMaxCores: number | null;
  readonly ramUsageMaxBytes: number | null;
}

/** What an allocation costs with the idle that was shared out to it. */
export function totalNano(sums: AllocationSums): Nano {
  return costNano(sums) + nodeNano(sums.idleNano) + sums.sharedNano;
}

/** One allocation in the response form of OpenCost (core/pkg/opencost/allocation_json.go, `AllocationJSON`). */
export type AllocationJson = ReturnType<typeof toAllocationJson> & {
  readonly proportionalAssetResourceCosts?: Readonly<Record<string, object>>;
};

/**
 * Writes an allocation as OpenCost does. What Burnwatch does not know is null (their form allows it), never
 * zero; adjustments are zero, since prices are never reconciled behind the caller's back.
 *
 * @param single whether it is one container of one pod: only then are its maxima meaningful.
 */
export function toAllocationJson(
  name: string,
  window: Window,
  sums: AllocationSums,
  single: boolean,
) {
  const minutes = (sums.end - sums.start) / MINUTE_MS;
  const hours = (sums.end - sums.start) / HOUR_MS;
  const average = (amountHours: number): number => (hours > 0 ? amountHours / hours : 0);
  const cpuNano = sums.cpuNano + sums.idleNano.cpuNano;
  const ramNano = sums.ramNano + sums.idleNano.ramNano;
  const gpuNano = sums.gpuNano + sums.idleNano.gpuNano;
  const cpuEfficiency = efficiency(sums.cpuUsageCoreHours, sums.cpuRequestCoreHours, cpuNano);
  const ramEfficiency = efficiency(sums.ramUsageByteHours, sums.ramRequestByteHours, ramNano);
  const weight = cpuNano + ramNano;
  // Hours that an older version recorded have the money of volumes and not their size.
  const isSizeKnown = sums.storageNano === 0 || sums.storageByteHours > 0;
  const internetNano = sums.networkNano - sums.networkZoneNano - sums.networkRegionNano;
  return {
    name,
    properties: sums.properties,
    window: { start: formatTime(window.start), end: formatTime(window.end) },
    start: formatTime(sums.start),
    end: formatTime(sums.end),
    minutes,
    cpuCores: average(sums.cpuCoreHours),
    cpuCoreRequestAverage: average(sums.cpuRequestCoreHours),
    cpuCoreUsageAverage: average(sums.cpuUsageCoreHours),
    cpuCoreHours: sums.cpuCoreHours,
    cpuCost: fromNano(cpuNano),
    cpuCostAdjustment: 0,
    cpuCostIdle: fromNano(sums.idleNano.cpuNano),
    cpuEfficiency,
    gpuCount: average(sums.gpuHours),
    gpuRequestAverage: average(sums.gpuHours),
    gpuUsageAverage: sums.gpuUsageHours === null ? null : average(sums.gpuUsageHours),
    gpuHours: sums.gpuHours,
    gpuCost: fromNano(gpuNano),
    gpuCostAdjustment: 0,
    gpuCostIdle: fromNano(sums.idleNano.gpuNano),
    gpuEfficiency:
      sums.gpuUsageHours === null
        ? null
        : sums.gpuHours > 0
          ? sums.gpuUsageHours / sums.gpuHours
          : 0,
    networkTransferBytes: sums.networkTransferBytes,
    networkReceiveBytes: sums.networkReceiveBytes,
    networkCost: fromNano(sums.networkNano),
    networkCrossZoneCost: fromNano(sums.networkZoneNano),
    networkCrossRegionCost: fromNano(sums.networkRegionNano),
    networkInternetCost: fromNano(internetNano),
    networkCostAdjustment: 0,
    loadBalancerCost: fromNano(sums.loadBalancerNano),
    loadBalancerCostAdjustment: 0,
    pvBytes: isSizeKnown ? average(sums.storageByteHours) : null,
    pvByteHours: isSizeKnown ? sums.storageByteHours : null,
    pvCost: fromNano(sums.storageNano),
    pvs: volumesJson(sums.volumes),
    pvCostAdjustment: 0,
    ramBytes: average(sums.ramByteHours),
    ramByteRequestAverage: average(sums.ramRequestByteHours),
    ramByteUsageAverage: average(sums.ramUsageByteHours),
    ramByteHours: sums.ramByteHours,
    ramCost: fromNano(ramNano),
    ramCostAdjustment: 0,
    ramCostIdle: fromNano(sums.idleNano.ramNano),
    ramEfficiency,
    externalCost: 0,
    sharedCost: fromNano(sums.sharedNano),
    totalCost: fromNano(totalNano(sums)),
    totalEfficiency: weight > 0 ? (cpuEfficiency * cpuNano + ramEfficiency * ramNano) / weight : 0,
    rawAllocationOnly: single
      ? { cpuCoreUsageMax: sums.cpuUsageMaxCores, ramByteUsageMax: sums.ramUsageMaxBytes }
      : null,
    lbAllocations: loadBalancersJson(sums.loadBalancers),
  };
}

/** Null without any, as in OpenCost; kubectl-cost adds them up. */
function volumesJson(volumes: Attached) {
  const entries = Object.entries(volumes).map(([key, { nano, amount }]) => [
    key,
    { byteHours: amount, cost: fromNano(nano), providerID: '', adjustment: 0 },
  ]);
  return entries.length === 0 ? null : (Object.fromEntries(entries) as Record<string, object>);
}

function loadBalancersJson(loadBalancers: Attached) {
  const entries = Object.entries(loadBalancers).map(([key, { nano, amount }]) => [
    key,
    {
      service: key.slice(key.indexOf('/') + 1),
      cost: fromNano(nano),
      private: false,
      ip: '',
      hours: amount,
      adjustment: 0,
    },
  ]);
  return entries.length === 0 ? null : (Object.fromEntries(entries) as Record<string, object>);
}

/** OpenCost: usage / request; without a request 1 for usage that cost something, else 0. */
function efficiency(usage: number, request: number, nano: Nano): number {
  if (request > 0) return usage / request;
  return usage > 0 && nano > 0 ? 1 : 0;
}
