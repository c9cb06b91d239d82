import type { TimeMs } from '../../model/time.ts';
import type { Delivery } from '../notifications/delivery.ts';
import type { Digest } from './digest.ts';

/** A digest as the archive lists it. */
export interface DigestEntry {
  /** `2026-W47`. */
  readonly week: string;
  readonly start: TimeMs;
  readonly end: TimeMs;
  /** When it was first stored, and last sent; wall clock. */
  readonly createdAt: TimeMs;
  readonly sentAt: TimeMs;
  /** How often it was sent: more than once only by `digest --again`. */
  readonly sends: number;
}

/** A digest of the archive as it was last sent. */
export interface StoredDigest extends DigestEntry {
  readonly digest: Digest;
}

/**
 * Where digests are kept and become deliveries. One row a week, by the week's start, written in one
 * transaction with the deliveries: the second attempt, after a restart or by another process,
 * writes nothing, and what was written will be sent.
 */
export interface DigestStore {
  /**
   * Stores a digest and what is to be sent of it.
   * @param again also when the week has one: it is replaced and sent once more.
   * @returns false when the week has one already; nothing was written then.
   */
  record(
    digest: Digest,
    deliveriesOf: (sends: number) => readonly Delivery[],
    options: { readonly again: boolean; readonly at: TimeMs },
  ): Promise<boolean>;
  close(): Promise<void>;
}
