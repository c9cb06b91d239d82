import type { Finding, FindingEvent, FindingState, Severity } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import type { ClaimedDelivery, Delivery, Receipt } from './delivery.ts';
import type { Receiver } from './receiver.ts';
import type { NoticeReason } from './notice.ts';
import type { Silence } from '../silences/silence.ts';

/** A finding event as the history holds it. */
export interface RecordedEvent {
  readonly event: FindingEvent;
  /** Its window was muted (`backfill --no-notify`): it is not sent. */
  readonly suppressed: boolean;
}

/** The last notice of a finding that a receiver got (Alertmanager's notification log). */
export interface NotifiedRecord {
  readonly receiver: Receiver;
  readonly findingId: string;
  readonly conversation: string;
  readonly state: FindingState;
  readonly severity: Severity;
  readonly reason: NoticeReason;
  /** When that notice was planned, wall clock. */
  readonly at: TimeMs;
}

/** One consistent look at everything that planning needs, read in a single transaction. */
export interface PlanningView {
  /** Findings of the cluster that speaks for all, where that is another one. */
  readonly elsewhere?: readonly Finding[];
  /** Names this view; `commitPlan` refuses if another plan was committed in between. */
  readonly version: number;
  /** The last event of this view; the next one begins after it. */
  readonly cursor: number;
  /** Finding events not planned yet, oldest first. */
  readonly events: readonly RecordedEvent[];
  /** Findings that are not resolved, that have new events, or that share a conversation with such. */
  readonly findings: readonly Finding[];
  /** The last notices that receivers got of these findings. */
  readonly records: readonly NotifiedRecord[];
  readonly silences: readonly Silence[];
  /** End of the last sealed window. */
  readonly watermark: TimeMs | null;
  /** After a backup was restored: nothing is planned before this window is sealed again. */
  readonly holdUntil: TimeMs | null;
  /** The same where no record says what was sent: what was first seen until then counts as sent. */
  readonly toldUntil: TimeMs | null;
  /** Wall clock of the first plan ever: the preview counts from here. Null before it. */
  readonly installedAt: TimeMs | null;
  /** Pages that were planned in the last two days, oldest first. */
  readonly pages: readonly SentPage[];
  /** Keys of notes that were sent once and are not repeated. */
  readonly saidOnce: ReadonlySet<string>;
}

/** One page sent to a pager about one conversation. */
export interface SentPage {
  readonly receiver: Receiver;
  readonly at: TimeMs;
}

/** What a plan writes, in one transaction. */
export interface Plan {
  readonly at: TimeMs;
  readonly deliveries: readonly Delivery[];
  readonly records: readonly NotifiedRecord[];
  /** Pages among the deliveries, for `paging.maxPerDay`. */
  readonly pages: readonly SentPage[];
  readonly saidOnce: readonly string[];
}

/** How an attempt ended. */
export type Outcome =
  | { readonly state: 'sent'; readonly receipt: Receipt }
  | {
      readonly state: 'pending';
      readonly dueAt: TimeMs;
      readonly code: string;
      readonly error: string;
      readonly inDoubt: boolean;
    }
  | { readonly state: 'dead'; readonly code: string; readonly error: string };

/** A delivery as an operator sees it. */
export interface DeliveryStatus {
  readonly id: string;
  readonly receiver: Receiver;
  readonly conversation: string;
  readonly state: 'pending' | 'sending' | 'sent' | 'dead' | 'superseded';
  readonly attempts: number;
  readonly createdAt: TimeMs;
  readonly dueAt: TimeMs;
  readonly sentAt: TimeMs | null;
  readonly code: string | null;
  readonly error: string | null;
}

/**
 * Where deliveries live. Rows are wall-clock facts, kept apart from the deterministic history.
 * Several processes may share one store: a plan is committed by compare-and-swap, a delivery is
 * claimed with a lease.
 */
export interface DeliveryStore {
  /** @param now the wall clock, for what has an age (pages, silences) */
  view(now: TimeMs): Promise<PlanningView>;
  /** Commits a plan made from a view; false when another process was faster. */
  commitPlan(view: PlanningView, plan: Plan): Promise<boolean>;
  /** Adds deliveries outside a plan (a digest, a fall-back); an id that exists already is left alone. */
  enqueue(deliveries: readonly Delivery[]): Promise<void>;
  /** Receivers that have something due now. */
  receiversDue(now: TimeMs): Promise<readonly Receiver[]>;
  /**
   * Takes the next delivery of a receiver, in order of priority then age; null when there is none, it
   * is not due yet, or another process holds one. The row says `sending` until `settle` or `leaseMs` have
   * passed; after that it may be claimed again, in doubt.
   */
  claim(receiver: Receiver, now: TimeMs, leaseMs: number): Promise<ClaimedDelivery | null>;
  settle(id: string, now: TimeMs, outcome: Outcome): Promise<void>;
  /** When the next delivery is due; null when nothing waits. */
  nextDueAt(): Promise<TimeMs | null>;
  /** Deliveries that were given up, and those that wait, newest first. */
  deliveries(state: DeliveryStatus['state'], limit: number): Promise<readonly DeliveryStatus[]>;
  /** Puts a dead letter back into the queue; false when there is none of that id. */
  revive(id: string, now: TimeMs): Promise<boolean>;
  /** How long the queue is, for `/metrics`. */
  queue(): Promise<QueueLength>;
  close(): Promise<void>;
}

/** What waits, and what was given up in the days that are kept. */
export interface QueueLength {
  readonly waiting: number;
  readonly dead: number;
  /** When the oldest that waits was made; null when nothing waits. */
  readonly oldestAt: TimeMs | null;
}
