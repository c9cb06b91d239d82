import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import type { TimeMs } from '../../model/time.ts';
import { HttpProblem } from '../problem.ts';
import { RateLimiter, type RateLimitRule } from './rateLimit.ts';

/** Enough for a page with all its parts and a script that polls; far too little to guess a token. */
const RULE = { perSecond: 100, burst: 200 };

/** Limits each client, known by its address. */
export function limitRate(now: () => TimeMs, rule: RateLimitRule = RULE): MiddlewareHandler {
  const limiter = new RateLimiter(rule);
  return async (context, next) => {
    const wait = limiter.take(addressOf(context), now());
    if (wait !== null)
      throw new HttpProblem(429, 'Too Many Requests', `Wait ${wait} s`, {
        'retry-after': String(wait),
      });
    await next();
  };
}

function addressOf(context: Context): string {
  return getConnInfo(context).remote.address ?? 'unknown';
}
