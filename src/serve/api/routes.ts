import { createHash } from 'node:crypto';
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import { getCosts } from './costs.ts';
import { deleteEvent, listEvents, postEvent } from './events.ts';
import { getExplore } from './explore.ts';
import {
  acceptFinding,
  acknowledgeFinding,
  notAbuse,
  reopenFinding,
  getFinding,
  listFindings,
} from './findings.ts';
import { getBudgets, getDigest, getOwners, getPrices, getUnitCosts, listDigests } from './money.ts';
import { getPosture } from './posture.ts';
import { listRecommendations } from './recommendations.ts';
import type { ApiRoute, ApiAnswer } from './route.ts';
import { getSavings } from './savings.ts';
import { getFindingSeries, getSeries } from './series.ts';
import { listSignals } from './signals.ts';
import { deleteSilence, listSilences, postSilence } from './silences.ts';
import { RESPONSE_ROUTES } from './responses.ts';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { requireEveryNamespace, requireScope, type ServerEnv } from '../security/access.ts';
import type { PageOf } from '../../store/findingLog.ts';
import { askerOf } from '../changes.ts';
import { visibleNamespaces } from '../security/principal.ts';

/** Every call of the API. */
export const API_ROUTES: readonly ApiRoute[] = [
  getCosts,
  getExplore,
  getBudgets,
  getOwners,
  getPrices,
  getUnitCosts,
  listDigests,
  getDigest,
  listFindings,
  getFinding,
  getFindingSeries,
  acknowledgeFinding,
  acceptFinding,
  notAbuse,
  reopenFinding,
  getSeries,
  listSignals,
  listRecommendations,
  getSavings,
  getPosture,
  listSilences,
  postSilence,
  deleteSilence,
  listEvents,
  postEvent,
  deleteEvent,
  ...RESPONSE_ROUTES,
];

/** Puts the API's calls under `/api/v1`, each behind its scope and its schemas. */
export function mountApi(app: Hono<ServerEnv>, routes: readonly ApiRoute[], deps: ServeDeps): void {
  for (const route of routes) {
    const path = `/api/v1${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    if (route.isWholeCluster === true)
      app.on(route.method.toUpperCase(), path, requireEveryNamespace());
    app.on(route.method.toUpperCase(), path, requireScope(route.scope), async (context) => {
      const { principal } = context.var;
      const request = {
        principal,
        namespaces: visibleNamespaces(principal),
        get asker() {
          return askerOf(context, 'api', deps);
        },
        params: parse(route.params, context.req.param(), 'path'),
        query: parse(route.query, queryOf(context), 'query'),
        body: route.body === null ? null : parse(route.body, await jsonOf(context), 'body'),
      };
      const { total, ...answer } = await route.handle(request, deps);
      const paging =
        total === undefined ? {} : pageHeaders(context, request.query as PageOf, total);
      return send(context, route.status, { ...answer, headers: { ...answer.headers, ...paging } });
    });
  }
}

function pageHeaders(context: Context, { limit, offset }: PageOf, total: number) {
  const headers: Record<string, string> = { 'x-total-count': String(total) };
  if (offset + limit < total) {
    const next = new URL(context.req.url);
    next.searchParams.set('offset', String(offset + limit));
    headers['link'] = `<${next.pathname}${next.search}>; rel="next"`;
  }
  return headers;
}

/** Answers with JSON or CSV; a GET with the current ETag is answered 304. */
function send(
  context: Context<ServerEnv>,
  status: 200 | 201,
  answer: ApiAnswer<unknown>,
): Response {
  const text = 'text' in answer ? answer.text : JSON.stringify(answer.body);
  const type = ('type' in answer ? answer.type : undefined) ?? 'application/json';
  const json = { ...answer.headers, 'content-type': type };
  // A HEAD is a GET whose body stays away: its headers are the same.
  if (!['GET', 'HEAD'].includes(context.req.method)) return context.body(text, status, json);
  // Headers are part of what is tagged: a page may be as it was while there is a next one now.
  const hash = createHash('sha256').update(JSON.stringify(json)).update(text);
  const etag = `"${hash.digest('base64url').slice(0, 22)}"`;
  const caching = { etag, 'cache-control': 'private, no-cache', vary: 'Authorization, Cookie' };
  if (hasLatest(context.req.header('if-none-match'), etag)) return context.body(null, 304, caching);
  return context.body(text, status, { ...json, ...caching });
}

/** `*`, or a list with our tag in it; a proxy that compresses makes it a weak one (RFC 9110, 13.1.2). */
function hasLatest(given: string | undefined, etag: string): boolean {
  if (given === undefined) return false;
  return (
    given.trim() === '*' || given.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  );
}

/** The parameters of an address; one that comes several times is a list. */
function queryOf({ req }: Context<ServerEnv>): Readonly<Record<string, unknown>> {
  const all = Object.entries(req.queries());
  return Object.fromEntries(
    all.map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  );
}

async function jsonOf(context: Context<ServerEnv>): Promise<unknown> {
  try {
    const text = await context.req.text();
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new HttpProblem(400, 'The body must be JSON');
  }
}

function parse(schema: z.ZodType, value: unknown, where: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const details = result.error.issues.map(
    ({ path, message }) => `${[where, ...path].join('.')}: ${message}`,
  );
  throw new HttpProblem(400, details.join('; '));
}
