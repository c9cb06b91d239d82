import { addParts, NODE_PARTS } from '../../model/costParts.ts';
import { UNALLOCATED, type CostDimension, type CostRow } from '../../store/costTable.ts';
import {
  type AllocationProperties,
  type AllocationSums,
  type Attached,
  ADDED,
} from './allocationJson.ts';
import type { FilterField } from './filter/filterForm.ts';
import { isLabel, type AggregateField } from './parseAggregate.ts';

/** Volumes that no pod mounts, and load balancers. */
export const UNMOUNTED = '__unmounted__';

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
  dimensions: readonly CostDimension[],
): readonly Keyed[] {
  return allocations.map((sums, index) => {
    const row = rows[index];
    const labels = dimensions.map((dimension, part) => [dimension, row?.parts?.[part]] as const);
    return {
      sums,
      owner: row?.owner ?? null,
      labels: new Map(
        labels.filter((entry): entry is [CostDimension, string] => entry[1] !== undefined),
      ),
    };
  });
}

/**
 * Adds allocations up by key, in the order of the keys.
 * @param metadata whether labels that all parts have stay labels of the whole.
 */
export function aggregate(
  keyed: readonly Keyed[],
  fields: readonly AggregateField[],
  metadata: boolean,
): ReadonlyMap<string, AllocationGroup> {
  const groups = new Map<string, { sums: AllocationSums; members: Keyed[] }>();
  for (const each of keyed) {
    const key = keyOf(fields, each);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { sums: each.sums, members: [each] });
    else {
      group.sums = add(group.sums, each.sums, metadata);
      group.members.push(each);
    }
  }
  return new Map([...groups].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Allocations of one key. */
export interface AllocationGroup {
  readonly sums: AllocationSums;
  readonly members: readonly Keyed[];
}

/** As OpenCost makes its keys (allocationprops.go, `GenerateKey`). */
export function keyOf(fields: readonly AggregateField[], keyed: Keyed): string {
  return fields.map((field) => partOfKey(field, keyed)).join('/');
}

function partOfKey(field: AggregateField, { sums, labels, owner }: Keyed): string {
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
    case 'service':
      return properties.services?.[0] ?? UNALLOCATED;
    case 'owner':
      return owner ?? UNALLOCATED;
    default:
      if (isLabel(field)) return labels.get(field) ?? UNALLOCATED;
      return controllerKind === field ? (controller ?? UNALLOCATED) : UNALLOCATED;
  }
}

/** What an allocation has of a field that it is filtered by. */
export function fieldOf({ sums, labels, owner }: Keyed): (field: FilterField) => string | null {
  const { properties } = sums;
  return (field) => {
    if (isLabel(field)) {
      const value = labels.get(field);
      return value === undefined || value === UNALLOCATED ? null : value;
    }
    switch (field) {
      case 'controllerName':
        return properties.controller ?? null;
      case 'provider':
        return properties.providerID ?? null;
      case 'owner':
        return owner;
      case 'type':
      case 'name':
        return null;
      default:
        return properties[field] ?? null;
    }
  };
}

function add(left: AllocationSums, right: AllocationSums, metadata: boolean): AllocationSums {
  return {
    properties: intersection(left.properties, right.properties, metadata),
    start: Math.min(left.start, right.start),
    end: Math.max(left.end, right.end),
    ...addParts(ADDED, left, right),
    gpuUsageHours:
      left.gpuUsageHours === null || right.gpuUsageHours === null
        ? null
        : left.gpuUsageHours + right.gpuUsageHours,
    idleNano: addParts(NODE_PARTS, left.idleNano, right.idleNano),
    volumes: addAttached(left.volumes, right.volumes),
    loadBalancers: addAttached(left.loadBalancers, right.loadBalancers),
    cpuUsageMaxCores: null,
    ramUsageMaxBytes: null,
  };
}

function addAttached(left: Attached, right: Attached): Attached {
  const sum: Record<string, Attached[string]> = { ...left };
  for (const [key, { nano, amount }] of Object.entries(right)) {
    const before = sum[key] ?? { nano: 0, amount: 0 };
    sum[key] = { nano: before.nano + nano, amount: before.amount + amount };
  }
  return sum;
}

/**
 * What both share; labels only with `metadata`, within a namespace, and leaving out what has no pod
 * (allocationprops.go, `Intersection`).
 */
function intersection(
  left: AllocationProperties,
  right: AllocationProperties,
  metadata: boolean,
): AllocationProperties {
  const shared = Object.entries(left).filter(
    ([name, value]) =>
      typeof value === 'string' && right[name as keyof AllocationProperties] === value,
  );
  const properties = Object.fromEntries(shared) as AllocationProperties;
  if (!metadata || left.namespace !== right.namespace) return properties;
  if (left.container === UNMOUNTED) return withLabels(properties, right.labels ?? {});
  if (right.container === UNMOUNTED) return withLabels(properties, left.labels ?? {});
  const both = Object.entries(left.labels ?? {}).filter(
    ([name, value]) => right.labels?.[name] === value,
  );
  return withLabels(properties, Object.fromEntries(both));
}

function withLabels(
  properties: AllocationProperties,
  labels: Readonly<Record<string, string>>,
): AllocationProperties {
  return Object.keys(labels).length === 0 ? properties : { ...properties, labels };
}
