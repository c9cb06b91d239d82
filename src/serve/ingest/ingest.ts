import { createHash } from 'node:crypto';
import type { Hono, MiddlewareHandler } from 'hono';
import { SIGNAL_ROUTES, type SignalRoute } from '../../collect/signals/readers.ts';
import { SignalRefused } from '../../collect/signals/reading.ts';
import type { Signal } from '../../model/signal.ts';
import { SECOND_MS } from '../../model/time.ts';
import { HistoryError } from '../../store/history.ts';
import { SignalsFull } from '../../store/signals.ts';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { requireScope, type ServerEnv } from '../security/access.ts';
import type { Principal } from '../security/principal.ts';
import { RateLimiter } from '../security/rateLimit.ts';
import { parseJson, readBody } from './readBody.ts';

export const INGEST_PATHS = '/ingest/*';

/** Requests of one token; each may have a thousand events. */
const RATE = { perSecond: 20, burst: 100 };
/** Less than the server gives a whole request: so that the refusal has a reason. */
const BODY_MS = 20 * SECOND_MS;

/** Counts every answer of these paths, also those of the steps before the handler. */
export function countIngest({ ingested }: Pick<ServeDeps, 'ingested'>): MiddlewareHandler {
  return async (context, next) => {
    await next();
    ingested?.answered(routeOf(context.req.path) ?? 'other', context.res.status);
  };
}

/**
 * Where other tools send their events: a token with the scope `ingest`, a bounded body, a known form. What is answered
 * with 200 is on the disk; what is refused changes nothing.
 */
export function mountIngest(app: Hono<ServerEnv>, deps: ServeDeps): void {
  const limiter = new RateLimiter(RATE);
  for (const [name, route] of Object.entries(SIGNAL_ROUTES)) {
    app.post(`/ingest/${name}`, requireScope('ingest'), async (context) => {
      const { principal } = context.var;
      requireRoute(principal, name, route, deps);
      const wait = limiter.take(principal.name, deps.now());
      if (wait !== null)
        throw new HttpProblem(
          429,
          `Too many requests of the token "${principal.name}": wait ${wait} s`,
          { 'retry-after': String(wait) },
        );
      const limits = { maxBytes: route.maxBytes, timeoutMs: BODY_MS };
      const text = await readBody(context.req.raw, limits);
      const signals = read(route, text, deps);
      requireOwn(principal, signals);
      const digest = createHash('sha256').update(`${name}\n${text}`).digest('base64url');
      const kept = await keep({ signals, digest, at: deps.now() }, deps);
      deps.ingested?.kept(name, kept);
      return context.json(kept);
    });
  }
}

/** @throws HttpProblem 401, 403 */
function requireRoute(
  principal: Principal,
  name: string,
  { key }: SignalRoute,
  { config }: ServeDeps,
): void {
  if (principal.via !== 'bearer')
    throw new HttpProblem(
      401,
      'A token with the scope "ingest" is needed (serve.tokens): Authorization: Bearer …',
      {
        'www-authenticate': 'Bearer realm="burnwatch"',
      },
    );
  if (!config().signals[key])
    throw new HttpProblem(403, `signals.${key} is off in the configuration`);
  if (name === 'audit' && principal.namespaces !== null)
    throw new HttpProblem(
      403,
      `The token "${principal.name}" is for some namespaces only: audit events are of the whole cluster`,
    );
}

/** @throws HttpProblem 400 */
function read(
  { read: reader }: SignalRoute,
  text: string,
  { now, config }: ServeDeps,
): readonly Signal[] {
  try {
    return reader(parseJson(text), { now: now(), windowMs: config().schedule.window });
  } catch (error) {
    if (error instanceof SignalRefused) throw new HttpProblem(400, error.message);
    throw error;
  }
}

/** @throws HttpProblem 403 where a token for some namespaces sends events of others */
function requireOwn({ name, namespaces }: Principal, signals: readonly Signal[]): void {
  if (namespaces === null) return;
  const isForeign = signals.some(
    ({ target: { namespace } }) => namespace === null || !namespaces.has(namespace),
  );
  if (isForeign)
    throw new HttpProblem(403, `The token "${name}" may send events of its own namespaces only`);
  // Who runs the miner may well hold the token of its namespace.
  if (signals.some(({ isWithdrawn }) => isWithdrawn === true))
    throw new HttpProblem(
      403,
      `The token "${name}" is for some namespaces only: it may not withdraw what a tool reported`,
    );
}

/** @throws HttpProblem 429 while too much waits, 503 while the history cannot be written */
async function keep(
  batch: Parameters<ServeDeps['stores']['signals']['append']>[0],
  { stores }: ServeDeps,
) {
  try {
    return await stores.signals.append(batch);
  } catch (error) {
    if (error instanceof SignalsFull)
      throw new HttpProblem(429, `${error.message}: wait 60 s`, { 'retry-after': '60' });
    if (error instanceof HistoryError)
      throw new HttpProblem(503, 'The history cannot be written now: send it again', {
        'retry-after': '10',
      });
    throw error;
  }
}

/** True for a path that takes larger bodies than pages and API do. */
export function isIngest(path: string): boolean {
  return routeOf(path) !== null;
}

/** The last part of a path that takes events; null for any other path. */
function routeOf(path: string): string | null {
  return Object.keys(SIGNAL_ROUTES).find((name) => path === `/ingest/${name}`) ?? null;
}
