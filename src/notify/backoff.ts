import { DAY_MS, MINUTE_MS, SECOND_MS, type TimeMs } from '../model/time.ts';
import type { ChannelError } from '../store/notifications/delivery.ts';
import type { Outcome } from '../store/notifications/deliveryStore.ts';

const FIRST_MS = 2 * SECOND_MS;
const LONGEST_MS = 10 * MINUTE_MS;
/** While an operator has to repair a channel, it is tried this often: the repair shows by itself. */
const REPAIR_MS = 5 * MINUTE_MS;
/** After a lost answer the message gets this long to appear before it is looked for. */
const DOUBT_MS = 10 * SECOND_MS;
/** News older than this is no news: the delivery is given up, visibly. */
const GIVE_UP_MS = 3 * DAY_MS;

/**
 * What becomes of a delivery whose attempt failed: exponential back-off with full jitter, never
 * earlier than the other side asked for, and a dead letter when it cannot be sent or is too old.
 *
 * @param attempts attempts made, this one included
 */
export function afterFailure(
  error: ChannelError,
  attempts: number,
  createdAt: TimeMs,
  now: TimeMs,
  random: number,
): Outcome {
  const { code, message, inDoubt } = error;
  const final = error.kind === 'target' || error.kind === 'message';
  // A clock that jumped ahead must not kill what was never tried twice.
  if (final || (now - createdAt > GIVE_UP_MS && attempts > 1)) {
    return { state: 'dead', code, error: message };
  }
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20));
  const jittered = Math.max(SECOND_MS, random * ceiling);
  const wait = Math.max(
    error.kind === 'operator' ? REPAIR_MS : jittered,
    error.retryAfterMs ?? 0,
    inDoubt ? DOUBT_MS : 0,
  );
  return { state: 'pending', dueAt: now + Math.ceil(wait), code, error: message, inDoubt };
}
