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

/** The bills of a history: imported beside a running daemon, kept apart from what was recorded. */
export interface BillStore {
  /**
   * Puts the days of a bill in place of those of an earlier import.
   * @throws HistoryError `closed` when a day is in a closed month, unless `reopen`.
   */
  importDays(bill: {
    readonly source: string;
    readonly days: readonly BillDay[];
    readonly reopen: boolean;
    readonly at: TimeMs;
  }): Promise<void>;
  /** Closes months for good: their bill and their windows are not changed any more. */
  closeMonths(months: readonly TimeMs[], at: TimeMs): Promise<void>;
  /** Days with a bill in [from, to), oldest first. */
  billDays(from: TimeMs, to: TimeMs): Promise<readonly BillDay[]>;
  closedMonths(): Promise<readonly TimeMs[]>;
  close(): Promise<void>;
}
