import type { TimeMs } from '../src/model/time.ts';
import type { DisplayIo } from './display.ts';

/** What the demo was asked for. */
export interface DemoOptions {
  readonly folder: string;
  readonly days: number;
  readonly seed: number;
  /** How many clusters are made up. */
  readonly clusters: number;
  /** Keeps the history in a PostgreSQL of its own, which ends with the demo. */
  readonly postgres: boolean;
  /** Ends by itself when everything has been shown. */
  readonly once: boolean;
  readonly version: string;
}

/** What the demo may touch of the world. */
export interface DemoHost extends DisplayIo {
  out(text: string): void;
  /** Seals the past through the command that a user has for it. */
  backfill(configFile: string, cluster: string, from: TimeMs): Promise<void>;
}
