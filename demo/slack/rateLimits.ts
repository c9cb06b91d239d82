import type { SlackRates } from './options.ts';

/** Slack's tiers, calls a minute (docs.slack.dev, rate limits). */
const TIER_2 = 20;
const TIER_3 = 50;
const TIER_4 = 100;

const PER_MINUTE: Readonly<Record<string, number>> = {
  'chat.update': TIER_3,
  'chat.delete': TIER_3,
  'chat.postEphemeral': TIER_4,
  'conversations.history': TIER_3,
  'conversations.replies': TIER_3,
  'conversations.list': TIER_2,
  'conversations.info': TIER_3,
  'conversations.open': TIER_3,
  'users.lookupByEmail': TIER_3,
  'users.info': TIER_4,
  'usergroups.list': TIER_2,
  'usergroups.users.list': TIER_2,
  'files.getUploadURLExternal': TIER_4,
  'files.completeUploadExternal': TIER_4,
  'files.info': TIER_4,
  'auth.test': TIER_4,
};

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Says how long a call has to wait, as Slack does: about one post a second and channel with a short
 * burst, and each other method by its tier.
 */
export class RateLimits {
  readonly #rates: SlackRates | null;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rates: SlackRates | null) {
    this.#rates = rates;
  }

  /** Seconds for `Retry-After`, or null when the call may go on (and counts). */
  retryAfter(method: string, channel: string | undefined, now: number): number | null {
    if (this.#rates === null) return null;
    if (method === 'chat.postMessage') {
      const { postsPerSecond, burst } = this.#rates;
      return this.#take(`post ${channel ?? ''}`, burst, postsPerSecond, now);
    }
    const perMinute = PER_MINUTE[method];
    return perMinute === undefined ? null : this.#take(method, perMinute, perMinute / 60, now);
  }

  #take(key: string, capacity: number, perSecond: number, now: number): number | null {
    const bucket = this.#buckets.get(key) ?? { tokens: capacity, at: now };
    this.#buckets.set(key, bucket);
    const passed = Math.max(0, now - bucket.at) / 1_000;
    bucket.tokens = Math.min(capacity, bucket.tokens + passed * perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    bucket.tokens -= 1;
    return null;
  }
}
