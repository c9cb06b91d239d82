import type { ControlPlaneReading } from '../../model/controlPlane.ts';
import type { TimeMs } from '../../model/time.ts';

/** A scrape job of a component, as far as it was ever seen. */
export interface ComponentRow {
  readonly row: 'component';
  readonly component: string;
  /** Windows in which it was up. */
  readonly seen: number;
  readonly up: number;
  readonly down: number;
  readonly lastUp: TimeMs;
  /** Start of the first window without it; 0 while it is up. */
  readonly since: TimeMs;
  readonly windows: number;
}

/** A client of the API: its user and program, and its requests. */
export interface ClientRow {
  readonly row: 'client';
  readonly user: string;
  readonly userAgent: string;
  /** Requests of a window as they usually are; not learnt while they are far above. */
  readonly usual: number;
  readonly windows: number;
  readonly last: ClientCalls;
  readonly lastSeen: TimeMs;
}

/** Requests of one window. */
export interface ClientCalls {
  readonly total: number;
  readonly unlimitedLists: number;
  readonly watches: number;
  readonly failedLogins: number;
  readonly sourceIps: readonly string[];
  /** The most frequent, such as `list pods`. */
  readonly calls: readonly string[];
}

/** Something beyond its limit: since when, and for how many windows it has been so, or no longer. */
export interface AlarmRow {
  readonly row: 'alarm';
  readonly since: TimeMs;
  readonly on: number;
  readonly off: number;
  readonly isOpen: boolean;
}

/** What the last window showed. */
export interface LastRow {
  readonly row: 'last';
  readonly at: TimeMs;
  readonly readings: readonly ControlPlaneReading[];
}

export type ControlPlaneRow = ComponentRow | ClientRow | AlarmRow | LastRow;
