import type { Collector } from '../collect/collector.ts';
import type { HistoryWriter } from '../store/history.ts';
import type { WindowConfig } from './config.ts';
import type { Thresholds } from '../detect/detectors.ts';
import type { PriceList } from '../cost/priceList.ts';
import type { Detector } from '../detect/detector.ts';

/** Everything that is decided before a window is looked at. A reload makes a new one. */
export interface Settings {
  readonly config: WindowConfig;
  readonly thresholds: Thresholds;
  readonly detectors: readonly Detector<unknown>[];
  /** Prices by instance type, region and capacity type; the first list that knows a node answers. */
  readonly priceLists: readonly PriceList[];
  /** Hash of the configuration without its secrets, kept with each window. */
  readonly configHash: string;
}

/** What a cycle reads from and writes to. */
export interface CyclePorts {
  readonly collector: Collector;
  readonly history: HistoryWriter;
}
