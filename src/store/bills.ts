import type { Nano } from '../model/money.ts';
import type { TimeMs } from '../model/time.ts';

/** What is billed beside the nodes. */
export type BillParts = Readonly<Record<(typeof BILL_PARTS)[number], Nano>>;

export const BILL_PARTS = ['storageNano', 'networkNano', 'loadBalancerNano'] as const;

/** A UTC day of an imported bill. */
export interface BillDay {
  readonly day: TimeMs;
  /** All charges of the day that were chosen for this cluster. */
  readonly totalNano: Nano;
  /** Charges without any resource: spread over the nodes that the bill does not name. */
  readonly poolNano: Nano;
  /** Volumes, load balancers and traffic of the cluster. */
  readonly parts: BillParts;
  /** Why charges are for nothing of the cluster, as far as that can be said, with how much. */
  readonly reasons: ReadonlyMap<string, Nano>;
  /** Charges by node name. */
  readonly nodes: ReadonlyMap<string, Nano>;
  /** What the provider itself says that each namespace used; empty where it does not split machines. */
  readonly namespaces: ReadonlyMap<string, Nano>;
}

/** A month with what is charged for it, as a text of the caller's. */
export interface FrozenMonth {
  readonly month: TimeMs;
  readonly frozen: string;
}

/** What a later bill changed about a closed month. */
export interface BillCorrection {
  readonly month: TimeMs;
  readonly at: TimeMs;
  /** Name of the bill. */
  readonly source: string;
  readonly nano: Nano;
}

/** The bills of a history: imported beside a running daemon, kept apart from what was recorded. */
export interface BillStore {
  /**
   * Puts the days of a bill in place of those of an earlier import. What it says of a day of a closed month is kept as a
   * correction instead: the difference to what was billed and corrected before. `reopen` opens the month again.
   *
   * @returns the corrections that it made, a month each; none where it says the same as before
   */
  importDays(bill: {
    readonly source: string;
    readonly days: readonly BillDay[];
    readonly reopen: boolean;
    readonly at: TimeMs;
  }): Promise<readonly BillCorrection[]>;
  /** Closes months for good: their bill, their windows and what was charged for them are not changed any more. */
  closeMonths(months: readonly FrozenMonth[], at: TimeMs): Promise<void>;
  /** What was charged for a closed month; null while it is open. */
  frozenMonth(month: TimeMs): Promise<string | null>;
  /** Corrections of closed months that came in [from, to), oldest first. */
  corrections(from: TimeMs, to: TimeMs): Promise<readonly BillCorrection[]>;
  /** Days with a bill in [from, to), oldest first. */
  billDays(from: TimeMs, to: TimeMs): Promise<readonly BillDay[]>;
  closedMonths(): Promise<readonly TimeMs[]>;
  close(): Promise<void>;
}
