import { addParts, COST_PARTS, NODE_PARTS, RESOURCE_HOURS } from '../../model/costParts.ts';
import type { CostRow } from '../../store/costTable.ts';
import type { AllocationProperties, AllocationSums } from './allocationJson.ts';
import { isLabel, type AggregateField } from './parseAggregate.ts';

/** What allocations are keyed by that lack what was asked for. */
export const UNALLOCATED = '__unallocated__';

/** An allocation with what the history was asked by beyond its properties: labels and owner. */
export interface Keyed {
  readonly sums: AllocationSums;
  readonly labels: ReadonlyMap<string, string>;
  readonly owner: string | null;
}

/** Ties allocations to the label values that their rows were asked by. */
export function keyRows(
  rows: readonly CostRow[],
  allocations: readonly AllocationSums[],
  dimensions: readonly string[],
): readonly Keyed[] {
  return allocations.map((sums, index) => {
    const row = rows[index];
    const labels = dimensions.map((dimension, part) => [dimension, row?.parts?.[part]] as const);
    return {
      sums,
      owner: row?.owner ?? null,
      labels: new Map(labels.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    };
  });
}

/** Adds allocations up by key, in the order of the keys. */
export function aggregate(
  keyed: readonly Keyed[],
  fields: readonly AggregateField[],
): ReadonlyMap<string, { readonly sums: AllocationSums; readonly count: number }> {
  const groups = new Map<string, { sums: AllocationSums; count: number }>();
  for (const each of keyed) {
    const key = fields.map((field) => keyOf(field, each)).join('/');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { sums: each.sums, count: 1 });
    else groups.set(key, { sums: add(group.sums, each.sums), count: group.count + 1 });
  }
  return new Map([...groups].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** As OpenCost makes its keys (allocationprops.go, `GenerateKey`). */
function keyOf(field: AggregateField, { sums, labels, owner }: Keyed): string {
  const { properties } = sums;
  const { controller, controllerKind } = properties;
  switch (field) {
    case 'cluster':
    case 'node':
    case 'namespace':
    case 'container':
    case 'providerID':
      return properties[field] ?? '';
    case 'pod':
      return properties.pod ?? UNALLOCATED;
    case 'controllerKind':
      return controllerKind ?? UNALLOCATED;
    case 'controller':
      return controller === undefined ? UNALLOCATED : `${controllerKind}:${controller}`;
    case 'deployment':
    case 'statefulset':
    case 'daemonset':
    case 'job':
      return controllerKind === field ? (controller ?? UNALLOCATED) : UNALLOCATED;
    case 'service':
      return properties.services?.[0] ?? UNALLOCATED;
    case 'owner':
      return owner ?? UNALLOCATED;
    default:
      return isLabel(field) ? (labels.get(field) ?? UNALLOCATED) : UNALLOCATED;
  }
}

const ADDED = [
  ...RESOURCE_HOURS,
  ...COST_PARTS,
  'networkTransferBytes',
  'networkReceiveBytes',
  'storageByteHours',
  'networkZoneNano',
  'networkRegionNano',
  'sharedNano',
] as const;

function add(left: AllocationSums, right: AllocationSums): AllocationSums {
  return {
    properties: intersection(left.properties, right.properties),
    start: Math.min(left.start, right.start),
    end: Math.max(left.end, right.end),
    ...addParts(ADDED, left, right),
    gpuUsageHours:
      left.gpuUsageHours === null || right.gpuUsageHours === null
        ? null
        : left.gpuUsageHours + right.gpuUsageHours,
    idleNano: addParts(NODE_PARTS, left.idleNano, right.idleNano),
    cpuUsageMaxCores: null,
    ramUsageMaxBytes: null,
  };
}

/** What both share; labels only where they are the very same pod's (OpenCost drops them when it aggregates). */
function intersection(
  left: AllocationProperties,
  right: AllocationProperties,
): AllocationProperties {
  const shared = Object.entries(left).filter(
    ([name, value]) =>
      typeof value === 'string' && right[name as keyof AllocationProperties] === value,
  );
  return Object.fromEntries(shared) as AllocationProperties;
}
