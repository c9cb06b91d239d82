import type { Cloud } from './nodeFacts.ts';
import type { TimeMs } from '../model/time.ts';

/** One machine type in one region of a price list. Prices are per node and hour. */
export interface PriceListEntry {
  readonly cloud: Cloud | null;
  readonly instanceType: string;
  readonly region: string;
  readonly vcpus: number | null;
  readonly memoryGiB: number | null;
  /** On-demand; null where the list has none. */
  readonly price: number | null;
  readonly spotPrice: number | null;
}

/** A price list as it was loaded. Lists are asked in order: the operator's own, then the shipped one. */
export interface PriceList {
  /** Where it came from, for people. */
  readonly source: string;
  /** The day the prices are from, or null when the list does not say. */
  readonly asOf: TimeMs | null;
  readonly currency: string;
  /** False for the small list that ships with Burnwatch: a gap in it is no surprise. */
  readonly configured: boolean;
  find(instanceType: string, region: string | null, cloud: Cloud | null): PriceListEntry | null;
}
