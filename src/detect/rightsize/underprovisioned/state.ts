import type { TimeMs } from '../../../model/time.ts';

/** What one container has suffered lately. Only containers under pressure have a row. */
export interface PressureState {
  /** Ends of the windows with OOM kills, ascending, within the span that counts. */
  readonly oomKills: readonly TimeMs[];
  /** Highest memory limit (or peak) in force at one of them, bytes; null while unknown. */
  readonly oomBytes: number | null;
  /** Hour being summed: throttled shares added up over the windows that are known. */
  readonly hour: TimeMs;
  readonly sum: number;
  readonly known: number;
  /** Whole hours in a row above the opening, and below the closing threshold. */
  readonly hoursAbove: number;
  readonly hoursBelow: number;
  readonly throttledSince: TimeMs | null;
  readonly lastShare: number;
  /** Windows in a row above the request on a full node, and since when. */
  readonly overWindows: number;
  readonly overSince: TimeMs | null;
}
