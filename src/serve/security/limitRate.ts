import { getConnInfo } from '@hono/node-server/conninfo';
import type { MiddlewareHandler } from 'hono';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { clientAddress } from './clientAddress.ts';
import { RateLimiter, type RateLimitRule } from './rateLimit.ts';

/** Enough for a page with all its parts and a script that polls; far too little to guess a token. */
const RULE = { perSecond: 100, burst: 200 };

/** Limits each client, known by its address. */
export function limitRate(
  { now, config }: Pick<ServeDeps, 'now' | 'config'>,
  rule: RateLimitRule = RULE,
): MiddlewareHandler {
  const limiter = new RateLimiter(rule);
  return async (context, next) => {
    const { address } = getConnInfo(context).remote;
    const forwardedFor = context.req.header('x-forwarded-for');
    const client = clientAddress(address, forwardedFor, config().serve.trustedProxies);
    const wait = limiter.take(client, now());
    if (wait !== null)
      throw new HttpProblem(429, 'Too Many Requests', `Wait ${wait} s`, {
        'retry-after': String(wait),
      });
    await next();
  };
}
