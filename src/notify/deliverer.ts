import { MINUTE_MS, SECOND_MS } from '../model/time.ts';
import { afterFailure } from './backoff.ts';
import type { Clock } from './clock.ts';
import {
  ChannelError,
  type Channel,
  type ClaimedDelivery,
  type Delivery,
  type Receipt,
} from '../store/notifications/delivery.ts';
import type { Receiver } from '../store/notifications/receiver.ts';
import type { DeliveryStore } from '../store/notifications/deliveryStore.ts';

/** Longer than any send can take, so that only a dead process loses its claim. */
const LEASE_MS = 2 * MINUTE_MS;
const SEND_MARGIN_MS = 20 * SECOND_MS;

/** Gets everything that happens to deliveries: for the log and for `/metrics`. */
export interface DeliveryObserver {
  sent(delivery: ClaimedDelivery): void;
  failed(delivery: ClaimedDelivery, error: ChannelError, willRetry: boolean): void;
  /** A picture could not be added; the message itself is there. */
  followFailed?(delivery: ClaimedDelivery, error: ChannelError): void;
}

export interface DelivererParts {
  readonly store: DeliveryStore;
  readonly channels: readonly Channel[];
  readonly clock: Clock;
  readonly observer: DeliveryObserver;
  /** Says a dead letter elsewhere; null when there is nowhere else. */
  fallbackFor(delivery: ClaimedDelivery, error: ChannelError): Delivery | null;
}

/** What one call sent. */
export interface DeliverySummary {
  readonly sent: number;
  readonly failed: number;
  readonly dead: number;
}

/**
 * Sends everything that is due: receivers side by side, one receiver's deliveries in order. The first
 * failure that waiting may heal ends that receiver's turn, so that nothing overtakes it.
 */
export async function deliverDue(
  parts: DelivererParts,
  signal: AbortSignal,
): Promise<DeliverySummary> {
  const receivers = await parts.store.receiversDue(parts.clock.now());
  const summaries = await Promise.all(
    receivers.map((receiver) => deliverTo(receiver, parts, signal)),
  );
  const add = (key: keyof DeliverySummary) =>
    summaries.reduce((sum, summary) => sum + summary[key], 0);
  return { sent: add('sent'), failed: add('failed'), dead: add('dead') };
}

async function deliverTo(
  receiver: Receiver,
  parts: DelivererParts,
  signal: AbortSignal,
): Promise<DeliverySummary> {
  const { store, clock } = parts;
  const summary = { sent: 0, failed: 0, dead: 0 };
  while (!signal.aborted) {
    const claimedAt = clock.now();
    const delivery = await store.claim(receiver, claimedAt, LEASE_MS);
    if (delivery === null) break;
    // A process that was paused meanwhile sends nothing: another one may have claimed it by now.
    if (clock.now() > claimedAt + LEASE_MS - SEND_MARGIN_MS) break;
    const error = await attempt(delivery, parts, signal);
    if (error === null) {
      summary.sent += 1;
      continue;
    }
    const now = clock.now();
    const attempts = delivery.attempts + 1;
    const outcome = afterFailure(error, attempts, delivery.createdAt, now, clock.random());
    const dead = outcome.state === 'dead';
    const fallback = dead ? parts.fallbackFor(delivery, error) : null;
    if (fallback !== null) await store.enqueue([fallback]);
    await store.settle(delivery.id, now, outcome);
    parts.observer.failed(delivery, error, !dead);
    if (dead) summary.dead += 1;
    else {
      summary.failed += 1;
      break;
    }
  }
  return summary;
}

/** Sends one delivery and settles it; returns why it failed, or null. */
async function attempt(
  delivery: ClaimedDelivery,
  parts: DelivererParts,
  signal: AbortSignal,
): Promise<ChannelError | null> {
  let receipt: Receipt;
  // A send that outlives its lease could meet the process that took it over.
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LEASE_MS - SEND_MARGIN_MS)]);
  try {
    receipt = await sendOnce(delivery, parts.channels, limited);
  } catch (error) {
    return asChannelError(error);
  }
  await parts.store.settle(delivery.id, parts.clock.now(), { state: 'sent', receipt });
  parts.observer.sent(delivery);
  await follow(delivery, receipt, parts, signal);
  return null;
}

/** The message is out and recorded: whatever happens to its picture changes nothing about that. */
async function follow(
  delivery: ClaimedDelivery,
  receipt: Receipt,
  { channels, store, clock, observer }: DelivererParts,
  signal: AbortSignal,
): Promise<void> {
  const channel = channels.find(({ name }) => name === delivery.receiver.channel);
  if (channel?.follow === undefined) return;
  try {
    const replaced = await channel.follow(delivery, receipt, signal);
    if (replaced === null) return;
    await store.settle(delivery.id, clock.now(), { state: 'sent', receipt: replaced });
  } catch (error) {
    observer.followFailed?.(delivery, asChannelError(error));
  }
}

/** A delivery in doubt is looked for first; it is sent only when it is not there or the channel cannot look. */
async function sendOnce(
  delivery: ClaimedDelivery,
  channels: readonly Channel[],
  signal: AbortSignal,
): Promise<Receipt> {
  const name = delivery.receiver.channel;
  const channel = channels.find((candidate) => candidate.name === name);
  if (channel === undefined) {
    const text = `the channel ${name} is not configured any more`;
    throw new ChannelError('target', 'channel-removed', text);
  }
  if (delivery.inDoubt) {
    const found = await channel.find?.(delivery, signal);
    if (found) return found;
  }
  return channel.send(delivery, signal);
}

/** A programming error in a channel must not stop the others: it is kept and retried, in doubt. */
function asChannelError(error: unknown): ChannelError {
  if (error instanceof ChannelError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ChannelError('transient', 'internal', message, { inDoubt: true, cause: error });
}
