import type { FailedByScope } from './evaluate.ts';
import type { Reported } from './reviewVerdicts.ts';
import type { TimeMs } from '../../model/time.ts';

/** Check → how often it passed and failed; checks that could not be evaluated are not in it. */
export type CheckCounts = Readonly<Record<string, readonly [passed: number, failed: number]>>;

/** How a namespace stood on one day. */
export interface PostureDay {
  readonly day: TimeMs;
  readonly score: number;
  /** As `NamespacePosture.known`. */
  readonly known: number;
  /** Failures of each scope of which something could be evaluated; absent before they were counted. */
  readonly failed?: FailedByScope;
}

/** What is remembered of one namespace's posture. */
export interface PostureState {
  /** What the score is compared with: the day before, or the day before it fell. */
  readonly reference: CheckCounts;
  /** The score at the first hour of each UTC day and what it knew (0..1), oldest first. */
  readonly trend: readonly PostureDay[];
  /** Since when the score is lower; null while it is not. */
  readonly fellAt: TimeMs | null;
  /** What of access and network is reported as findings. */
  readonly reported: Reported;
  /** Of the cluster’s own row: the checks that were made before anywhere. */
  readonly reviewed?: readonly string[];
}
