import type { MiddlewareHandler, Context } from 'hono';
import { timingSafeEqual } from 'node:crypto';
import { HttpProblem } from '../problem.ts';
import type { ServerEnv } from './access.ts';

/**
 * Everything that a page needs comes from this server; nothing inline runs. Scripts and styles are
 * files of ours, images may be data: URLs (charts).
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Security headers on every answer, errors included.
 * @param isHttps browsers that reached the pages by https never come back without it
 */
export function securityHeaders(isHttps: () => boolean): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    headers.set('content-security-policy', CONTENT_SECURITY_POLICY);
    if (isHttps()) headers.set('strict-transport-security', 'max-age=31536000');
    headers.set('x-content-type-options', 'nosniff');
    headers.set('x-frame-options', 'DENY');
    headers.set('referrer-policy', 'same-origin');
    headers.set('cross-origin-opener-policy', 'same-origin');
    headers.set('cross-origin-resource-policy', 'same-origin');
    headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=()');
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  };
}

const LOCAL_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Without tokens every client on loopback may do everything, so a page elsewhere must not reach us by a DNS
 * name that it points at 127.0.0.1 (DNS rebinding): only loopback's own names are answered.
 */
export function onlyLocalNames(): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? '';
    const name = host.replace(/:\d+$/, '').toLowerCase();
    if (!LOCAL_NAMES.has(name))
      throw new HttpProblem(
        421,
        'Without tokens only localhost is answered: set serve.tokens to use another name',
      );
    await next();
  };
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
export const CSRF_FIELD = 'csrf';
const CSRF_HEADER = 'x-burnwatch-csrf';

/**
 * Refuses changes that another site makes a browser send. Bearer tokens are exempt: a browser never
 * adds them by itself. Sessions must bring back their token, in a header or a form field; and whatever
 * a browser says about the origin (`Origin`, `Sec-Fetch-Site`) must be this server itself.
 */
export function refuseForgedChanges(
  externalUrl: () => string | undefined,
): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const { method } = context.req;
    const { principal, session } = context.var;
    if (SAFE_METHODS.has(method) || principal.via === 'bearer') return next();
    refuseCrossSite(context, externalUrl());
    if (session !== null && !sameToken(await tokenGiven(context.req), session.csrfToken))
      throw new HttpProblem(403, 'The form is stale: reload the page and try again');
    return next();
  };
}

/**
 * Refuses what a browser says comes from another site than the one it asks, or than the address that people
 * reach us at: a proxy may put another host into the request.
 *
 * @throws HttpProblem 403
 */
export function refuseCrossSite({ req }: Context, externalUrl: string | undefined): void {
  const site = req.header('sec-fetch-site');
  const origin = req.header('origin');
  const isForeign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined &&
      hostOf(origin) !== req.header('host') &&
      (externalUrl === undefined || origin !== new URL(externalUrl).origin));
  if (isForeign) throw new HttpProblem(403, 'Changes must come from Burnwatch’s own pages');
}

async function tokenGiven(request: {
  header(name: string): string | undefined;
  parseBody(): Promise<Record<string, unknown>>;
}): Promise<string> {
  const header = request.header(CSRF_HEADER);
  if (header !== undefined) return header;
  const type = request.header('content-type') ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) return '';
  const field = (await request.parseBody())[CSRF_FIELD];
  return typeof field === 'string' ? field : '';
}

function sameToken(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}
