import { MINUTE_MS, SECOND_MS, type TimeMs } from '../../model/time.ts';

export interface RateLimitRule {
  /** Requests a second that a client may keep up. */
  readonly perSecond: number;
  /** Requests it may make at once. */
  readonly burst: number;
}

/** Clients remembered at most; beyond it the longest unseen is forgotten. */
const MAX_CLIENTS = 10_000;

interface Bucket {
  tokens: number;
  at: TimeMs;
}

/** A token bucket per client. Bounded in memory, whatever the number of clients. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #rule: RateLimitRule;

  constructor(rule: RateLimitRule) {
    this.#rule = rule;
  }

  /** Takes one request; the seconds to wait when the client has none left, else null. */
  take(client: string, now: TimeMs): number | null {
    const { perSecond, burst } = this.#rule;
    const bucket = this.#buckets.get(client) ?? { tokens: burst, at: now };
    const elapsed = Math.min(MINUTE_MS, Math.max(0, now - bucket.at)) / SECOND_MS;
    bucket.tokens = Math.min(burst, bucket.tokens + elapsed * perSecond);
    bucket.at = now;
    // Deleting and setting again keeps the map in the order of last use.
    this.#buckets.delete(client);
    this.#buckets.set(client, bucket);
    const oldest = this.#buckets.keys().next();
    if (this.#buckets.size > MAX_CLIENTS && oldest.done !== true)
      this.#buckets.delete(oldest.value);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perSecond);
    bucket.tokens -= 1;
    return null;
  }
}
