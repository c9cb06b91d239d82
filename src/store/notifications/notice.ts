import type { Digest, OwnerDigest } from '../digests/digest.ts';
import type { Finding, FindingEvent } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';

/**
 * Why a receiver gets a message, as in Alertmanager's dedup stage: nothing is ever sent without one.
 *
 * - `new`: it opened since the last plan;
 * - `already-open`: it was open already when the receiver could first be reached (after a muted backfill,
 *   a silence, a maintenance window, the preview);
 * - `worse`, `better`: its severity changed;
 * - `reopened`: it fires again within a day after it was resolved;
 * - `review-due`: an acceptance ended;
 * - `acknowledged`, `accepted`: a person decided;
 * - `reminder`: open and unacknowledged for a reminder interval;
 * - `resolved`: it is over;
 * - `missed`: it began and ended while Burnwatch was down.
 */
export type NoticeReason =
  | 'new'
  | 'already-open'
  | 'worse'
  | 'better'
  | 'reopened'
  | 'review-due'
  | 'acknowledged'
  | 'accepted'
  | 'reminder'
  | 'resolved'
  | 'missed';

/** Who a notice is written for; it decides the first line. */
export type Audience = 'security' | 'pager' | 'owner' | 'platform';

/** What happened to one finding of a conversation since its last notice. */
export interface NoticeChange {
  readonly findingId: string;
  readonly reason: NoticeReason;
  /** One plain sentence. */
  readonly text: string;
}

/** News about one finding, or about several that belong together. */
export interface FindingsNotice {
  readonly kind: 'findings';
  readonly audience: Audience;
  /** In the preview: who would have got it. Null outside. */
  readonly insteadOf: string | null;
  readonly changes: readonly NoticeChange[];
  /** Every finding of the conversation as it stands, the most severe first; at most `MAX_LISTED`. */
  readonly findings: readonly Finding[];
  /** Findings of the conversation, also those that are not listed. */
  readonly total: number;
  /** When it was planned, wall clock: the age of the data counts from here. */
  readonly at: TimeMs;
  /** End of the last sealed window: how far the data reach. */
  readonly dataUntil: TimeMs | null;
  /** When the receiver could have got it first; set for `already-open`. */
  readonly since: TimeMs | null;
  /** What else the reader should know, for example that it could not be delivered elsewhere. */
  readonly note: string | null;
}

/** A plain message of Burnwatch about itself: pages held back, owners that cannot be reached. */
export interface NoteNotice {
  readonly kind: 'note';
  readonly audience: Audience;
  readonly title: string;
  readonly lines: readonly string[];
  /** A file that goes with it, where the channel can carry one (e-mail). */
  readonly attachment?: NoteAttachment;
  /** Added to the thread of this message instead of being one of its own; Slack's ids. */
  readonly replyTo?: { readonly channel: string; readonly ts: string };
  /** What can be done about a response to a finding, with a button. */
  readonly response?: {
    readonly id: string;
    readonly hash: string;
    readonly offer: 'approve' | 'undo';
  };
}

export interface NoteAttachment {
  /** `2026-10-team-shop.csv` */
  readonly filename: string;
  readonly contentType: 'text/csv';
  readonly text: string;
}

/** Finding events as they happened, for machines that keep events (SIEM). */
export interface EventsNotice {
  readonly kind: 'events';
  readonly events: readonly FindingEvent[];
}

/** Everything that fires now, for machines that keep state (Alertmanager). */
export interface AlertsNotice {
  readonly kind: 'alerts';
  readonly at: TimeMs;
  readonly findings: readonly Finding[];
  /** End of the last sealed window, for receivers that are to notice when there are no more; else null. */
  readonly sealedUntil: TimeMs | null;
}

/** The weekly digest for the platform channel; `ownerDigests` are left out, each goes to its owner. */
export interface DigestNotice {
  readonly kind: 'digest';
  readonly audience: 'platform';
  readonly digest: Digest;
  /** What else the reader should know: who gets it after the preview, where it could not be delivered. */
  readonly lines: readonly string[];
}

/** The short weekly digest of one owner. */
export interface OwnerDigestNotice {
  readonly kind: 'owner-digest';
  readonly audience: 'owner';
  readonly frame: DigestFrame;
  readonly digest: OwnerDigest;
  readonly lines: readonly string[];
}

/** What an owner's digest has in common with the platform's. */
export type DigestFrame = Pick<
  Digest,
  'cluster' | 'currency' | 'timezone' | 'week' | 'late' | 'comparison' | 'coverage' | 'priceBasis'
>;

export type Notice =
  FindingsNotice | NoteNotice | EventsNotice | AlertsNotice | DigestNotice | OwnerDigestNotice;

/** A group notice carries this many findings whole; the rest is a number and a link. */
export const MAX_LISTED = 25;
