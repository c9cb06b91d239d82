import type { MiddlewareHandler } from 'hono';
import { HttpProblem } from '../problem.ts';

const LOCAL_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Without tokens anybody on loopback may do everything, so a page elsewhere must not reach us by a DNS
 * name that it points at 127.0.0.1 (DNS rebinding): only loopback's own names are answered.
 */
export function onlyLocalNames(): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? '';
    const name = host.replace(/:\d+$/, '').toLowerCase();
    if (!LOCAL_NAMES.has(name))
      throw new HttpProblem(
        421,
        'Misdirected Request',
        'Without tokens only localhost is answered: set serve.tokens to use another name',
      );
    await next();
  };
}
