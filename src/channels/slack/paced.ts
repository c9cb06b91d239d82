import type { Clock } from '../../notify/clock.ts';

/** About one message a second and channel is what Slack allows (docs.slack.dev, rate limits). */
const INTERVAL_MS = 1_100;

/**
 * One queue a channel: calls run in order, at least an interval apart, so that a burst of findings does
 * not run into the limit. Different channels do not wait for each other.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #tails = new Map<string, Promise<void>>();
  readonly #nextAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `call` when it is the channel's turn. */
  async run<T>(channel: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(channel) ?? Promise.resolve();
    const mine = Promise.withResolvers<void>();
    this.#tails.set(channel, mine.promise);
    try {
      await before;
      const now = this.#clock.now();
      // A clock that was set back must not make us wait for hours.
      const wait = Math.min(INTERVAL_MS, (this.#nextAt.get(channel) ?? 0) - now);
      if (wait > 0) await this.#clock.sleep(wait, signal);
      signal.throwIfAborted();
      this.#nextAt.set(channel, this.#clock.now() + INTERVAL_MS);
      return await call();
    } finally {
      mine.resolve();
      if (this.#tails.get(channel) === mine.promise) this.#tails.delete(channel);
    }
  }
}
