import type { Reading } from '../model/reading.ts';
import type { Resources } from '../model/resources.ts';
import type { DataProblem } from '../model/snapshot.ts';
import type { TimeMs, Window } from '../model/time.ts';
import type { WorkloadRef } from '../model/workload.ts';

/** One window of one container, as stored. */
export interface UsagePoint extends Resources {
  readonly window: Window;
  readonly cpuUsageCores: Reading;
  readonly ramUsageBytes: Reading;
  readonly ramPeakBytes: Reading;
  readonly networkReceiveBytesPerSecond: Reading;
  readonly networkTransmitBytesPerSecond: Reading;
  readonly diskReadBytesPerSecond: Reading;
  readonly diskWriteBytesPerSecond: Reading;
  readonly throttledShare: Reading;
  readonly restarts: Reading;
  readonly runShare: number;
  readonly coverage: number;
}

/** How whole the data of a sealed window are. */
export interface WindowCoverage {
  readonly start: TimeMs;
  /** 0..1. */
  readonly coverage: number;
  readonly complete: boolean;
  readonly problems: readonly DataProblem[];
}

/** UTC days that begin in [from, to), the day of `from` included. */
export interface ContainerDaysQuery {
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly namespaces: readonly string[] | null;
}

/** Times are starts of windows, in [from, to). */
export interface StoredWindowsQuery {
  readonly namespace: string;
  readonly from: TimeMs;
  readonly to: TimeMs;
}

/** Times are starts of windows, in [from, to). */
export interface UsageQuery {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  /** One container by name, or null for all of the workload's. */
  readonly container: string | null;
  /** One pod by name, or null for the sum over pods. */
  readonly pod: string | null;
  readonly from: TimeMs;
  readonly to: TimeMs;
}

export interface SeriesQuery extends UsageQuery {
  /** At least 2; the answer never has more points. */
  readonly maxPoints: number;
  /** Leaves window rows out: cheap over weeks, for what is usual at an hour of the day. */
  readonly onlyHours?: boolean;
}

/** One or several windows put together: means over time, except where the name says otherwise. */
export interface SeriesPoint extends UsagePoint {
  /**
   * Highest window of the point; from hours, the highest window of a single container. With `ramPeakBytes`
   * it keeps a spike visible that the mean would hide. `restarts` is the sum.
   */
  readonly cpuUsageMaxCores: Reading;
  readonly source: SeriesRange['source'];
}

/** Adjoining points that came from the same level of the history. */
export interface SeriesRange {
  readonly from: TimeMs;
  readonly to: TimeMs;
  /** `hour`: the window rows are gone, and with them limits, disk, throttling and restarts. */
  readonly source: 'window' | 'hour';
  readonly resolutionMs: number;
}

export interface UsageSeries {
  readonly points: readonly SeriesPoint[];
  readonly ranges: readonly SeriesRange[];
}
