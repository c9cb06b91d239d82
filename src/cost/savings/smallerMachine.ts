import { GIB } from '../nodes.ts';
import type { PriceList, PriceListEntry } from '../priceList.ts';
import { HEADROOM, type SavingsNode } from './estimateSavings.ts';
import { ALLOCATABLE_SHARE } from './readPlacement.ts';
import type { Requested } from './removableNodes.ts';

/** A machine type that would do, and what it costs of the node's own type, 0..1. */
export interface SmallerMachine {
  readonly instanceType: string;
  readonly vcpus: number;
  readonly memoryGiB: number;
  readonly priceShare: number;
}

/**
 * The cheapest machine type of the node's own family whose room, with a tenth kept free, takes what is requested on the node.
 * Null where none is cheaper; undefined where no list knows the node's own type with its size.
 */
export function smallerMachine(
  { instanceType = null, region = null }: Pick<SavingsNode, 'instanceType' | 'region'>,
  requested: Pick<Requested, 'cpuCores' | 'ramBytes'>,
  lists: readonly PriceList[],
): SmallerMachine | null | undefined {
  const family = instanceType === null ? null : machineFamily(instanceType);
  if (instanceType === null || family === null) return undefined;
  for (const list of lists) {
    const own = list.find(instanceType, region);
    if (own === null || own.price === null) continue;
    const ownPrice = own.price;
    const fitting = list.sizes(own).flatMap((entry): readonly SmallerMachine[] => {
      const { vcpus, memoryGiB, price } = entry;
      if (vcpus === null || memoryGiB === null || price === null || price >= ownPrice) return [];
      const isAlike =
        machineFamily(entry.instanceType) === family &&
        (entry.accelerators ?? 0) === (own.accelerators ?? 0);
      const room = ALLOCATABLE_SHARE * (1 - HEADROOM);
      const fits =
        requested.cpuCores <= room * vcpus && requested.ramBytes <= room * memoryGiB * GIB;
      return isAlike && fits ? [toMachine(entry, vcpus, memoryGiB, price / ownPrice)] : [];
    });
    return fitting.toSorted((a, b) => a.priceShare - b.priceShare)[0] ?? null;
  }
  return undefined;
}

function toMachine(
  { instanceType }: PriceListEntry,
  vcpus: number,
  memoryGiB: number,
  priceShare: number,
): SmallerMachine {
  return { instanceType, vcpus, memoryGiB, priceShare };
}

/** Where each cloud's names of machine types have their size; what is left is the family. */
const FAMILIES = [
  // m5.2xlarge → m5
  /^([a-z][\w-]*)\.[\w-]+$/,
  // n2-standard-8, n2-highmem-4 → n2
  /^([a-z]\d+[a-z]*)-[a-z]+-\d+$/,
  // Standard_D8s_v5 → Standard_D, s_v5
  /^(Standard_[A-Z]+)\d+(?:-\d+)?([a-z]*(?:_\w+)?)$/,
];

/** The family of a machine type, of which other sizes have the same processor; null where its name follows no known form. */
export function machineFamily(instanceType: string): string | null {
  for (const form of FAMILIES) {
    const [, ...parts] = form.exec(instanceType) ?? [];
    if (parts.length > 0) return parts.join(' ');
  }
  return null;
}
