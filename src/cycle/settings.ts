import type { Config } from '../config/schema.ts';
import type { Thresholds } from '../config/thresholds.ts';
import type { Detector } from '../detect/detector.ts';

/** Everything that is decided before a window is looked at. A reload makes a new one. */
export interface Settings {
  readonly config: Config;
  readonly thresholds: Thresholds;
  readonly detectors: readonly Detector<unknown>[];
  /** Hash of the configuration without its secrets, kept with each window. */
  readonly configHash: string;
}
