import type { Finding, FindingEvent, FindingKind, OperatorAction } from '../model/finding.ts';
import type { TimeMs } from '../model/time.ts';

export interface FindingQuery {
  readonly state: 'open' | 'all';
  readonly kind: FindingKind | null;
  readonly since: TimeMs | null;
  readonly namespaces: readonly string[] | null;
}

/** A part of the answer to a query. */
export interface PageOf {
  readonly offset: number;
  readonly limit: number;
}

/** One page of findings, newest first. */
export interface FindingPage {
  readonly findings: readonly Finding[];
  /** Of all pages. */
  readonly total: number;
}

/** A message that a channel took; wall clock. */
export interface SentMessage {
  readonly channel: string;
  readonly target: string;
  readonly at: TimeMs;
}

/** A finding event with its place in the order of recording. */
export interface StoredEvent extends FindingEvent {
  readonly seq: number;
  /** Recorded in a muted window: never sent by itself. */
  readonly suppressed: boolean;
}

/** An operator's decision with its place in the order of appending. */
export interface StoredAction extends OperatorAction {
  readonly seq: number;
  /** End of the window that merged it into its finding; null while none has. */
  readonly appliedAt: TimeMs | null;
}

/**
 * Operators' decisions, appended by the process that serves them (HTTP, Slack, the command line) while another
 * process or thread writes windows. A decision shows at once; the next window merges it for good.
 */
export interface OperatorLog {
  /** Appends an action; returns its place in the order. */
  append(action: OperatorAction): Promise<number>;
  /** Actions after `after` (0: from the first), oldest first. */
  list(after: number, limit: number): Promise<readonly StoredAction[]>;
  close(): Promise<void>;
}
