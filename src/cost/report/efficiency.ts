import type { CostRow } from '../../store/costTable.ts';

export interface Efficiency {
  readonly cpuEfficiency: number;
  readonly ramEfficiency: number;
  readonly gpuEfficiency?: number;
  readonly efficiency: number;
}

/**
 * The efficiency of several rows together, weighted by cost; null where nothing was requested. Use above the requests
 * of one row does not make up for another's waste.
 */
export function efficiencyOfAll(
  rows: readonly { readonly cost: number; readonly efficiency: number }[],
): number | null {
  const total = rows.reduce((sum, { cost }) => sum + cost, 0);
  const used = rows.reduce(
    (sum, { cost, efficiency }) => sum + cost * shownEfficiency(efficiency),
    0,
  );
  return total > 0 ? used / total : null;
}

/** As people are shown it: the share of what was requested that was used, and who uses more has used all of it. */
export function shownEfficiency(efficiency: number): number {
  return Math.min(1, efficiency);
}

/**
 * Efficiency as the OpenCost specification has it: usage / request per resource, 1 for usage without a
 * request, 0 for neither; the total is weighted by what the resources cost and may pass 1. GPUs join
 * it where their utilisation was measured.
 */
export function efficiencyOf(cost: CostRow): Efficiency {
  const cpuEfficiency = ratio(cost.cpuUsageCoreHours, cost.cpuRequestCoreHours);
  const ramEfficiency = ratio(cost.ramUsageByteHours, cost.ramRequestByteHours);
  const gpuUsage = cost.gpuUsageHours ?? null;
  const gpu = gpuUsage === null || cost.gpuHours === 0 ? null : gpuUsage / cost.gpuHours;
  const gpuNano = gpu === null ? 0 : cost.gpuNano;
  const weight = cost.cpuNano + cost.ramNano + gpuNano;
  const weighted =
    cpuEfficiency * cost.cpuNano + ramEfficiency * cost.ramNano + (gpu ?? 0) * gpuNano;
  return {
    cpuEfficiency,
    ramEfficiency,
    ...(gpu === null ? {} : { gpuEfficiency: gpu }),
    efficiency: weight > 0 ? weighted / weight : 0,
  };
}

function ratio(usage: number, request: number): number {
  if (request > 0) return usage / request;
  return usage > 0 ? 1 : 0;
}
