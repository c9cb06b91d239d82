import type { CostTable } from '../../store/costTable.ts';
import type { Nano } from '../../model/money.ts';
import type { Window } from '../../model/time.ts';
import { splitNano } from '../../cost/exact.ts';
import type { AllocationProperties, AllocationSums } from './allocationJson.ts';
import { nodeProperties, type AllocationContext } from './toAllocations.ts';

interface IdleNano {
  readonly cpu: Nano;
  readonly ram: Nano;
  readonly gpu: Nano;
}

/** Idle by node, clamped at zero per node and resource as OpenCost has it (Burnwatch's own idle is signed). */
function idleOfNodes(table: CostTable): ReadonlyMap<string, IdleNano> {
  return new Map(
    (table.nodes ?? []).map((node) => [
      node.node,
      {
        cpu: Math.max(0, node.idleCpuNano),
        ram: Math.max(0, node.idleRamNano),
        gpu: Math.max(0, node.idleGpuNano),
      },
    ]),
  );
}

/** The idle of the nodes that are wanted as one allocation of the cluster; null when there is none. */
export function idleAllocation(
  table: CostTable,
  { cluster, held, nodes }: AllocationContext,
  isWanted: (idle: AllocationSums) => boolean,
): AllocationSums | null {
  const wanted = [...idleOfNodes(table)].flatMap(([node, idle]) => {
    const properties = nodeProperties(cluster, node, nodes);
    return isWanted(idleOf(properties, held, idle)) ? [idle] : [];
  });
  const idle = total(wanted);
  return idle.cpu + idle.ram + idle.gpu === 0 ? null : idleOf({ cluster }, held, idle);
}

function idleOf(
  properties: AllocationProperties,
  held: Window,
  { cpu, ram, gpu }: IdleNano,
): AllocationSums {
  return {
    properties,
    start: held.start,
    end: held.end,
    cpuCoreHours: 0,
    cpuRequestCoreHours: 0,
    cpuUsageCoreHours: 0,
    ramByteHours: 0,
    ramRequestByteHours: 0,
    ramUsageByteHours: 0,
    gpuHours: 0,
    gpuUsageHours: 0,
    networkTransferBytes: 0,
    networkReceiveBytes: 0,
    cpuNano: cpu,
    ramNano: ram,
    gpuNano: gpu,
    storageNano: 0,
    storageByteHours: 0,
    networkNano: 0,
    networkZoneNano: 0,
    networkRegionNano: 0,
    loadBalancerNano: 0,
    sharedNano: 0,
    idleNano: { cpu: 0, ram: 0, gpu: 0 },
    cpuUsageMaxCores: null,
    ramUsageMaxBytes: null,
  };
}

/**
 * Shares idle out to allocations, each resource by what they cost of it: over the cluster, or node by node.
 * What no allocation can carry (nothing runs on the node) stays as `rest`.
 */
export function shareIdle(
  allocations: readonly AllocationSums[],
  table: CostTable,
  byNode: boolean,
): { readonly allocations: readonly AllocationSums[]; readonly rest: IdleNano } {
  const idle = idleOfNodes(table);
  const pools = byNode
    ? [...idle].map(([node, nano]) => ({ nano, members: membersOn(allocations, node) }))
    : [{ nano: total(idle.values()), members: allocations.map((_, index) => index) }];
  const shares = allocations.map(() => ({ cpu: 0, ram: 0, gpu: 0 }));
  const rest = { cpu: 0, ram: 0, gpu: 0 };
  for (const { nano, members } of pools) {
    for (const resource of ['cpu', 'ram', 'gpu'] as const) {
      const weights = members.map((index) => allocations[index]?.[`${resource}Nano`] ?? 0);
      if (!weights.some((weight) => weight > 0)) rest[resource] += nano[resource];
      else {
        const parts = splitNano(nano[resource], weights);
        members.forEach((index, at) => {
          const share = shares[index];
          if (share !== undefined) share[resource] += parts[at] ?? 0;
        });
      }
    }
  }
  const shared = allocations.map((sums, index) => ({
    ...sums,
    idleNano: shares[index] ?? sums.idleNano,
  }));
  return { allocations: shared, rest };
}

function membersOn(allocations: readonly AllocationSums[], node: string): readonly number[] {
  return allocations.flatMap((sums, index) => (sums.properties.node === node ? [index] : []));
}

function total(idles: Iterable<IdleNano>): IdleNano {
  const sum = { cpu: 0, ram: 0, gpu: 0 };
  for (const idle of idles) {
    sum.cpu += idle.cpu;
    sum.ram += idle.ram;
    sum.gpu += idle.gpu;
  }
  return sum;
}
