import type { TimeMs } from '../../../model/time.ts';

/** Since when a workload has done nothing (or a claim was mounted by no pod). Busy ones have no row. */
export interface IdleState {
  readonly since: TimeMs;
  /** Last window that was known to be idle: a gap longer than a day begins the count anew. */
  readonly seen: TimeMs;
  /** Smoothed cost in units of currency an hour. */
  readonly hourly: number;
}
