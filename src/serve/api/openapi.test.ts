import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testApp } from '../../../test/support/serve/testApp.ts';
import type { ServerEnv } from '../security/access.ts';
import { LOCAL_OPERATOR } from '../security/principal.ts';
import { defineRoute, pageOf, pageQuery } from './route.ts';
import { mountApi } from './routes.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly required: boolean }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A request that each operation answers well; the server's made-up history has `shop-1`. */
const REQUESTS: Readonly<Record<string, { readonly query?: string; readonly body?: object }>> = {
  getCosts: { query: 'window=24h' },
  getExplore: { query: 'window=24h&filter=namespace=shop&filter=owner!=x' },
  getBudgets: {},
  getOwners: {},
  getPrices: {},
  getUnitCosts: {},
  getDigests: {},
  getDigestsWeek: {},
  getFindings: {},
  getFindingsId: {},
  getFindingsIdSeries: {},
  postFindingsIdAcknowledge: {},
  postFindingsIdAccept: { body: { reason: 'known', until: '2026-12-01T00:00:00Z' } },
  postFindingsIdNotAbuse: { body: { reason: 'known' } },
  postFindingsIdReopen: {},
  getSeries: { query: 'namespace=shop&kind=Deployment&workload=x' },
  getRecommendations: { query: 'all=true' },
  getSavings: {},
  getPosture: {},
  getSignals: {},
  getSilences: {},
  postSilences: {
    body: { matchers: ['namespace=shop'], endsAt: '2026-11-25T00:00:00Z', reason: 'test' },
  },
  deleteSilencesId: {},
  getEvents: {},
  postEvents: {
    body: { name: 'sale', startsAt: '2026-11-24T00:00:00Z', endsAt: '2026-11-25T00:00:00Z' },
  },
  deleteEventsId: {},
  getResponse: { query: 'state=all' },
  getResponseId: {},
  getResponseIdEvidence: {},
  postResponseIdApprove: {},
  postResponseIdUndo: {},
  postResponse: {},
};

const { ask, silences, actions } = testApp();
const document = (await (await ask('/api/v1/openapi.json', 'root-token')).json()) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

describe('the OpenAPI document', () => {
  it('is of version 3.1, and names each operation once', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
      Object.keys(REQUESTS).sort(),
    );
  });

  it('has a parameter for every placeholder', () => {
    for (const { path, parameters } of operations) {
      const required = parameters.filter(({ required }) => required).map(({ name }) => name);
      for (const [, name] of path.matchAll(/\{(\w+)\}/g)) expect(required).toContain(name);
    }
  });

  // Planning needs a cluster: test/respond plans through the API.
  const answering = operations.filter(({ operationId }) => operationId !== 'postResponse');
  it.each(answering)('$method $path answers what it says', async (operation) => {
    const { path, method, operationId, responses } = operation;
    const { query = '', body } = REQUESTS[operationId] ?? {};
    const event = actions.find(({ action }) => action === 'plan')?.decision.event;
    const id = path.startsWith('/api/v1/silences')
      ? (silences[0]?.id ?? '')
      : path.startsWith('/api/v1/events')
        ? (event?.id ?? '')
        : 'shop-1';
    const asked = path.replace('{id}', id).replace('{week}', '2026-W47');
    const answer = await ask(`${asked}?${query}`, 'root-token', {
      method: method.toUpperCase(),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const said = responses[answer.status]?.content?.['application/json']?.schema;
    if (said === undefined)
      throw new Error(`${answer.status} is not in the document: ${await answer.text()}`);
    expect(answer.headers.get('content-type')).toBe('application/json');
    const parsed = z.fromJSONSchema(said as never).safeParse(await answer.json());
    expect(parsed.error).toBeUndefined();
  });

  it.each(operations)('$method $path says what is wrong as it says', async (operation) => {
    const { path, method, responses } = operation;
    const answer = await ask(`${path}?no-such=parameter`, 'root-token', {
      method: method.toUpperCase(),
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      status: 400,
      detail: expect.stringContaining('no-such'),
    });
    expect(responses['default']?.content).toHaveProperty(['application/problem+json']);
  });
});

describe('a GET', () => {
  it.each([
    ['"TAG"', 304],
    ['W/"TAG"', 304],
    ['"other", W/"TAG"', 304],
    ['*', 304],
    ['"other"', 200],
  ])('with If-None-Match %s answers %i', async (given, status) => {
    const etag = (await ask('/api/v1/findings', 'root-token')).headers.get('etag') ?? '';
    const headers = { 'if-none-match': given.replaceAll('"TAG"', etag) };
    expect((await ask('/api/v1/findings', 'root-token', { headers })).status).toBe(status);
  });

  it('is answered anew once there is a next page, though its own page is as it was', async () => {
    const rows = [1, 2];
    const list = defineRoute({
      method: 'get',
      path: '/rows',
      scope: 'read',
      summary: 'A list that grows',
      query: z.strictObject(pageQuery),
      response: z.array(z.number()),
      handle: async ({ query }) => pageOf(rows, query, (row) => row),
    });
    const app = new Hono<ServerEnv>();
    app.use(async (context, next) => {
      context.set('principal', LOCAL_OPERATOR);
      await next();
    });
    mountApi(app, [list], {} as never);
    const get = (etag = '') =>
      app.request('/api/v1/rows?limit=2', { headers: { 'if-none-match': etag } });
    const etagOf = ({ headers }: Response) => headers.get('etag') ?? '';
    const full = await get();
    expect((await get(etagOf(full))).status).toBe(304);
    rows.push(3);
    const again = await get(etagOf(full));
    expect([again.status, await again.json()]).toEqual([200, [1, 2]]);
    expect(again.headers.get('x-total-count')).toBe('3');
    expect(again.headers.get('link')).toContain('offset=2');
    expect((await get(etagOf(again))).status).toBe(304);
  });

  it('and a HEAD have the same headers', async () => {
    const get = await ask('/api/v1/findings', 'root-token');
    const head = await ask('/api/v1/findings', 'root-token', { method: 'HEAD' });
    expect([...head.headers]).toEqual([...get.headers]);
    expect(await head.text()).toBe('');
  });
});
