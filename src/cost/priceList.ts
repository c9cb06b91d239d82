import type { TimeMs } from '../model/time.ts';

/** One machine type in one region of a price list. Prices are per node and hour. */
export interface PriceListEntry {
  readonly instanceType: string;
  /** Empty when the list is not by region. */
  readonly region: string;
  /** The operating system that the price includes. */
  readonly os: string;
  readonly vcpus: number | null;
  readonly memoryGiB: number | null;
  /** GPUs that the price includes; null when the list has no such column, zero when it names none. */
  readonly accelerators: number | null;
  /** On-demand; null where the list has none. */
  readonly price: number | null;
  /** Mean over the region's zones; null where the list has none. */
  readonly spotPrice: number | null;
  readonly spotByZone: ReadonlyMap<string, number>;
}

/** A price list as it was loaded. Lists are asked in order: the operator's own, then the shipped ones. */
export interface PriceList {
  /** Where it came from, for people. */
  readonly source: string;
  /** The day the prices are from, or null when the list does not say. */
  readonly asOf: TimeMs | null;
  readonly currency: string;
  /** False for the small lists that ship with Burnwatch: a gap in them is no surprise. */
  readonly configured: boolean;
  /** @param os the system that is wanted: an entry for it, else the one for Linux. */
  find(instanceType: string, region: string | null, os?: string): PriceListEntry | null;
  /** Every machine type that the list has for the region and system of an entry, with it; empty where sizes are unknown. */
  sizes(like: PriceListEntry): readonly PriceListEntry[];
}
