import { meanKnown } from '../../model/reading.ts';
import type { PriceListEntry } from '../priceList.ts';

/** Columns that hold numbers. */
export const NUMBERS = ['AcceleratorCount', 'vCPUs', 'MemoryGiB', 'Price', 'SpotPrice'] as const;

/** One row of a list; null is an empty cell. */
export type EntryRow = Record<(typeof NUMBERS)[number], number | null> & {
  readonly InstanceType: string;
  readonly Region: string;
  /** Lower case; empty is Linux. */
  readonly OperatingSystem: string;
  readonly AvailabilityZone: string;
};

interface MutableEntry extends Omit<PriceListEntry, 'price' | 'spotPrice' | 'spotByZone'> {
  price: number | null;
  readonly spotByZone: Map<string, number>;
}

/** Rows by instance type and region: on-demand prices hold for a region, spot prices for a zone. */
export class EntryTable {
  private readonly byType = new Map<string, Map<string, MutableEntry>>();

  get size(): number {
    return this.byType.size;
  }

  add(row: EntryRow): void {
    if (row.InstanceType === '') return;
    const os = row.OperatingSystem === '' ? 'linux' : row.OperatingSystem;
    const key = keyOf(row.InstanceType, os);
    const regions = this.byType.get(key) ?? new Map<string, MutableEntry>();
    this.byType.set(key, regions);
    const entry = regions.get(row.Region) ?? {
      instanceType: row.InstanceType,
      region: row.Region,
      os,
      vcpus: row.vCPUs,
      memoryGiB: row.MemoryGiB,
      accelerators: row.AcceleratorCount,
      price: null,
      spotByZone: new Map<string, number>(),
    };
    regions.set(row.Region, entry);
    // A price of zero is a list that does not know: no machine is free.
    if (row.Price !== null && row.Price > 0) entry.price ??= row.Price;
    if (row.SpotPrice !== null && row.SpotPrice > 0) {
      entry.spotByZone.set(row.AvailabilityZone, row.SpotPrice);
    }
  }

  /**
   * An entry without a region holds everywhere. When the node's region is unknown, the only one of an
   * operator's own list is meant; of a shipped list it would be a guess.
   */
  find(
    instanceType: string,
    region: string | null,
    isOwn: boolean,
    os = 'linux',
  ): PriceListEntry | null {
    const regions = this.byType.get(keyOf(instanceType, os));
    const found = regions === undefined ? null : inRegion(regions, region, isOwn);
    return found === null && os !== 'linux' ? this.find(instanceType, region, isOwn) : found;
  }

  /** Every machine type for the same region and system. */
  sizes({ region, os }: PriceListEntry): readonly PriceListEntry[] {
    return [...this.byType.values()].flatMap((regions): readonly PriceListEntry[] => {
      const entry = regions.get(region);
      return entry === undefined || entry.os !== os ? [] : [withMean(entry)];
    });
  }
}

function keyOf(instanceType: string, os: string): string {
  return `${instanceType}\n${os}`;
}

function inRegion(
  regions: ReadonlyMap<string, MutableEntry>,
  region: string | null,
  isOwn: boolean,
): PriceListEntry | null {
  const only =
    isOwn && region === null && regions.size === 1 ? [...regions.values()][0] : undefined;
  const entry = regions.get(region ?? '') ?? regions.get('') ?? only;
  return entry === undefined ? null : withMean(entry);
}

function withMean(entry: MutableEntry): PriceListEntry {
  return { ...entry, spotPrice: meanKnown([...entry.spotByZone.values()]) };
}
