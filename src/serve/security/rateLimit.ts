import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { LRUCache } from 'lru-cache';
import { BlockList, isIP } from 'node:net';
import { MINUTE_MS, SECOND_MS, type TimeMs } from '../../model/time.ts';
import type { ServeConfig } from '../config.ts';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { parseNetwork } from '../../model/network.ts';

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
  readonly #buckets = new LRUCache<string, Bucket>({ max: MAX_CLIENTS });
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
    this.#buckets.set(client, bucket);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perSecond);
    bucket.tokens -= 1;
    return null;
  }
}

/** Enough for a page with all its parts and a script that polls; far too little to guess a token. */
const RULE = { perSecond: 100, burst: 200 };

/** Limits each client, known by its address. */
export function limitRate(
  { now, config }: Pick<ServeDeps, 'now' | 'config'>,
  rule: RateLimitRule = RULE,
): MiddlewareHandler {
  const limiter = new RateLimiter(rule);
  return async (context, next) => {
    const client = requestAddress(context, config());
    const wait = limiter.take(client, now());
    if (wait !== null)
      throw new HttpProblem(429, `Wait ${wait} s`, {
        'retry-after': String(wait),
      });
    await next();
  };
}

/** The address of the client of a request. */
export function requestAddress(context: Context, { serve }: Pick<ServeConfig, 'serve'>): string {
  const { address } = getConnInfo(context).remote;
  return clientAddress(address, context.req.header('x-forwarded-for'), serve.trustedProxies);
}

/**
 * Who is asking, as an address: the other end of the connection or, where that is one of our own proxies,
 * the last address in `X-Forwarded-For` that no proxy of ours has. What stands before it was written by
 * the client, and is not believed.
 *
 * @param trusted networks of our proxies, as the configuration has them
 */
export function clientAddress(
  remote: string | undefined,
  forwardedFor: string | undefined,
  trusted: readonly string[],
): string {
  const connected = plain(remote ?? 'unknown');
  if (trusted.length === 0 || forwardedFor === undefined) return connected;
  const proxies = listOf(trusted);
  const path = forwardedFor.split(',').map((part) => plain(part.trim()));
  let client = connected;
  while (isOneOf(proxies, client)) {
    const before = path.pop();
    // A proxy that does not say for whom: it is the client, as far as can be known.
    if (before === undefined || isIP(before) === 0) break;
    client = before;
  }
  return client;
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network !== null) list.addSubnet(network.address, network.prefix, network.family);
  }
  return list;
}

function isOneOf(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** An IPv4 address that came in over IPv6 is the same client. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
