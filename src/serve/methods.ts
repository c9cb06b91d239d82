import type { Env, Hono, MiddlewareHandler } from 'hono';
import { TrieRouter } from 'hono/router/trie-router';
import { HttpProblem } from './problem.ts';

/**
 * What may be done at an address by the routes that `app` has so far: `GET`, `HEAD`, `OPTIONS` and so on, in
 * that order; empty for an address that no route knows.
 */
export function methodsOf<E extends Env>({ routes }: Hono<E>): (path: string) => readonly string[] {
  const router = new TrieRouter<string>();
  // What stands in front of routes is mounted for every method.
  for (const { method, path } of routes) if (method !== 'ALL') router.add('ALL', path, method);
  return (path) => {
    const known = new Set(router.match('ALL', path)[0].map(([method]) => method));
    if (known.size === 0) return [];
    // A HEAD is a GET whose body stays away.
    const reads = known.delete('GET') ? ['GET', 'HEAD'] : [];
    return [...reads, ...[...known].sort(), 'OPTIONS'];
  };
}

/**
 * Stands behind routes: what reaches it matched none. Where only the method differs, OPTIONS is
 * answered with the methods there are, and anything else is refused with 405 (RFC 9110, 15.5.6). A path that nothing knows passes.
 */
export function refuseOtherMethods<E extends Env>(app: Hono<E>): MiddlewareHandler<E> {
  const methodsAt = methodsOf(app);
  return async (context, next) => {
    const methods = methodsAt(context.req.path);
    if (methods.length === 0) return next();
    const headers = { allow: methods.join(', ') };
    if (context.req.method === 'OPTIONS') return context.body(null, 204, headers);
    const detail = `${context.req.method} is not possible here, but ${headers.allow}`;
    throw new HttpProblem(405, detail, headers);
  };
}
