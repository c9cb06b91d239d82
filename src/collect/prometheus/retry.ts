import { CollectError } from '../collector.ts';

/** Time and chance, injected so that tests need neither. */
export interface RetryDeps {
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Resolves after `ms`; rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** A failure together with the pause that the server asked for by `Retry-After`, if it did. */
export class RetryAfter extends Error {
  readonly failure: CollectError;
  readonly pauseMs: number | null;
  constructor(failure: CollectError, pauseMs: number | null) {
    super(failure.message);
    this.failure = failure;
    this.pauseMs = pauseMs;
  }
}

export interface RetryOptions<T> {
  /** The first attempt included. */
  readonly attempts: number;
  readonly deps: RetryDeps;
  readonly signal: AbortSignal;
  /** A second opinion on retryable failures. */
  readonly worthRepeating: (failure: CollectError) => boolean;
  /** Fails with a {@link RetryAfter}; anything else is passed on as it is. */
  readonly attempt: () => Promise<T>;
}

/**
 * Tries up to `attempts` times while failures are retryable, with exponential pauses and full jitter
 * (clients that were refused together must not come back together). A `Retry-After` of the server is
 * obeyed; one beyond half a minute ends the attempts, and the next cycle asks again.
 *
 * @throws CollectError of the last attempt.
 */
export async function withRetries<T>(options: RetryOptions<T>): Promise<T> {
  const { attempts, deps, signal, worthRepeating, attempt } = options;
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!(thrown instanceof RetryAfter)) throw thrown;
      const { failure, pauseMs } = thrown;
      if (!failure.retryable || !worthRepeating(failure) || tried >= attempts) throw failure;
      const pause = pauseMs ?? deps.random() * backoff(tried);
      if (pause > LONGEST_PAUSE_MS) throw failure;
      await deps.sleep(pause, signal).catch(() => undefined);
      if (signal.aborted) throw aborted();
    }
  }
}

function backoff(tried: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tried - 1));
}

/** The error of a run that was told to stop. */
export function aborted(): CollectError {
  return new CollectError('aborted', 'stopped before Prometheus had answered', false);
}

/** `Retry-After` in milliseconds: seconds or an HTTP date; null when absent or unreadable. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined || header.trim() === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}
