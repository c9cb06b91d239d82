import type { TimeMs } from '../../model/time.ts';
import type { Notice } from './notice.ts';
import type { Receiver } from './receiver.ts';

/**
 * A message that is to be sent. The row is committed before the first attempt and again before every
 * attempt, so that a crash at any instant leaves it either unsent or *in doubt*, never forgotten.
 *
 * `pending` → `sending` → `sent` | `pending` (again later) | `dead`; `superseded` when newer news of
 * the same conversation took its place before it went out.
 */
export interface Delivery {
  /** Derived from receiver, conversation and what changed: the idempotency id on the wire. */
  readonly id: string;
  readonly receiver: Receiver;
  /** Deliveries of one conversation edit one message and add to its thread. */
  readonly conversation: string;
  /** Larger first: critical abuse overtakes a queue of news. */
  readonly priority: number;
  readonly notice: Notice;
  readonly createdAt: TimeMs;
}

/** A delivery that this process may send now. */
export interface ClaimedDelivery extends Delivery {
  /** Attempts before this one. */
  readonly attempts: number;
  /** True when an earlier attempt may have arrived although no answer came: look before sending. */
  readonly inDoubt: boolean;
  /** What the channel answered to the first message of the conversation; null before there is one. */
  readonly root: Receipt | null;
}

/** What a channel answers: enough to edit the message later. */
export interface Receipt {
  /** The channel's own ids; for Slack `{ channel, ts }`. Empty where there is nothing to come back to. */
  readonly ids: Readonly<Record<string, string>>;
}

/** One way out: Slack, a webhook, Alertmanager, the SIEM, the log. One small file each. */
export interface Channel {
  /** As in `Receiver.channel`. */
  readonly name: string;
  /**
   * Sends one delivery. In flight work ends at `signal`; what was sent by then is in doubt.
   * @throws ChannelError
   */
  send(delivery: ClaimedDelivery, signal: AbortSignal): Promise<Receipt>;
  /**
   * Looks for a delivery in doubt at the receiver. Null where it did not arrive or cannot be looked for, as in
   * channels without this: it is sent again then, and may be shown twice.
   * @throws ChannelError
   */
  find?(delivery: ClaimedDelivery, signal: AbortSignal): Promise<Receipt | null>;
  /**
   * What may come after a message arrived and was recorded (a picture); it may fail without harm.
   * Returns a receipt that replaces the first, or null. @throws ChannelError
   */
  follow?(
    delivery: ClaimedDelivery,
    receipt: Receipt,
    signal: AbortSignal,
  ): Promise<Receipt | null>;
}

/**
 * Why a send failed, for the notifier's decision:
 * - `transient`: waiting helps (network, 5xx, 429);
 * - `operator`: the channel is broken until an operator repairs it (token revoked): kept and
 *   tried rarely;
 * - `target`: this address does not work (channel not found): sent elsewhere;
 * - `message`: this message cannot be sent as it is.
 */
export type FailureKind = 'transient' | 'operator' | 'target' | 'message';

/** A send failed. `code` is the channel's own word for it and becomes a metric label. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly kind: FailureKind;
  readonly code: string;
  /** True when the message may have arrived all the same (a lost answer). */
  readonly inDoubt: boolean;
  /** How long the other side asked to wait; null when it did not say. Milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(
    kind: FailureKind,
    code: string,
    message: string,
    more: { inDoubt?: boolean; retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.kind = kind;
    this.code = code;
    this.inDoubt = more.inDoubt ?? false;
    this.retryAfterMs = more.retryAfterMs ?? null;
  }
}
