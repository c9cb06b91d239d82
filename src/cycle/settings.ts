import type { WindowConfig } from './config.ts';
import type { Thresholds } from '../detect/detectors.ts';
import type { PriceList } from '../cost/priceList.ts';
import type { Detector } from '../detect/detector.ts';
import type { Scope } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Everything that is decided before a window is looked at. A reload makes a new one. */
export interface Settings {
  readonly config: WindowConfig;
  readonly thresholds: Thresholds;
  readonly detectors: readonly Detector<unknown>[];
  /** Prices by instance type, region and capacity type; the first list that knows a node answers. */
  readonly priceLists: readonly PriceList[];
  /** Hash of the configuration without its secrets, kept with each window. */
  readonly configHash: string;
  /** Who owns a scope, by the labels and annotations that the window shows; null for nobody known. */
  ownerOf(scope: Scope, snapshot: Snapshot): string | null;
  /** The same for every pod of a window, so that costs can be asked by owner. */
  podOwners(snapshot: Snapshot): ReadonlyMap<string, string>;
}
