import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import { OidcLogin } from './oidc.ts';
import { MARKUP, testApp, type TestApp } from '../../../test/support/serve/testApp.ts';

/** How each way out keeps a tenant to its own namespaces, or why it need not. */
const WAYS_OUT: Readonly<Record<string, WayOut>> = {
  'GET /assets/:file': { open: true },
  'GET /login': { open: true },
  'POST /login': { open: true },
  // It says only where the provider is, and takes what the provider has signed.
  'GET /login/oidc': { open: true },
  'GET /login/callback': { open: true },
  // It takes Slack's signature.
  'POST /slack/interactions': { open: true },
  'POST /logout': { own: '/logout' },
  'GET /api/v1/openapi.json': { own: '/api/v1/openapi.json' },
  'POST /ingest/falco': { scope: 'ingest', own: '/ingest/falco' },
  'POST /ingest/alertmanager': { scope: 'ingest', own: '/ingest/alertmanager' },
  'POST /ingest/audit': { scope: 'ingest', own: '/ingest/audit' },
  'POST /ingest/ocsf': { scope: 'ingest', own: '/ingest/ocsf' },
  'POST /-/reload': { scope: 'admin', own: '/-/reload' },
  'POST /mcp': { own: '/mcp' },
  'GET /api/v1/costs': { asks: '/api/v1/costs?window=24h' },
  'GET /api/v1/explore': { asks: '/api/v1/explore?window=24h' },
  'GET /api/v1/budgets': { lists: '/api/v1/budgets' },
  'GET /api/v1/owners': { asks: '/api/v1/owners' },
  'GET /api/v1/prices': { refuses: '/api/v1/prices' },
  'GET /api/v1/unit-costs': { lists: '/api/v1/unit-costs' },
  'GET /api/v1/digests': { refuses: '/api/v1/digests' },
  'GET /api/v1/digests/:week': { refuses: '/api/v1/digests/2026-W47' },
  'GET /api/v1/events': { lists: '/api/v1/events' },
  'POST /api/v1/events': { scope: 'silence', own: '/api/v1/events' },
  'DELETE /api/v1/events/:id': { scope: 'silence', own: '/api/v1/events/none' },
  'GET /api/v1/findings': { lists: '/api/v1/findings' },
  'GET /api/v1/findings/:id': { hides: '/api/v1/findings/ID' },
  'GET /api/v1/findings/:id/series': { hides: '/api/v1/findings/ID/series' },
  'POST /api/v1/findings/:id/acknowledge': {
    scope: 'ack',
    hides: '/api/v1/findings/ID/acknowledge',
  },
  'POST /api/v1/findings/:id/accept': {
    scope: 'ack',
    hides: '/api/v1/findings/ID/accept',
    body: { reason: 'known', until: '2026-12-01T00:00:00Z' },
  },
  'POST /api/v1/findings/:id/not-abuse': {
    scope: 'silence',
    hides: '/api/v1/findings/ID/not-abuse',
    body: { reason: 'known' },
  },
  'POST /api/v1/findings/:id/reopen': { scope: 'ack', hides: '/api/v1/findings/ID/reopen' },
  'GET /api/v1/series': {
    hides: '/api/v1/series?namespace=NAMESPACE&kind=Deployment&workload=x',
  },
  'GET /api/v1/signals': { asks: '/api/v1/signals' },
  'GET /api/v1/silences': { lists: '/api/v1/silences' },
  'POST /api/v1/silences': { scope: 'silence', own: '/api/v1/silences' },
  'DELETE /api/v1/silences/:id': { scope: 'silence', own: '/api/v1/silences/none' },
  ...openCostWays(''),
  ...openCostWays('/model'),
  'GET /api/v1/response': { lists: '/api/v1/response?state=all' },
  'POST /api/v1/response': {
    scope: 'ack',
    own: '/api/v1/response',
  },
  'GET /api/v1/response/:id': { hides: '/api/v1/response/ID' },
  'GET /api/v1/response/:id/evidence': { scope: 'admin', own: '/api/v1/response/none/evidence' },
  'POST /api/v1/response/:id/approve': { scope: 'ack', hides: '/api/v1/response/ID/approve' },
  'POST /api/v1/response/:id/undo': { scope: 'ack', hides: '/api/v1/response/ID/undo' },
  'GET /api/v1/recommendations': { lists: '/api/v1/recommendations?all=true' },
  'GET /api/v1/savings': { lists: '/api/v1/savings' },
  'GET /api/v1/posture': { lists: '/api/v1/posture' },
  'GET /': { lists: '/' },
  'GET /namespaces/:namespace': { hides: '/namespaces/NAMESPACE' },
  'GET /namespaces/:namespace/:kind/:name': { hides: '/namespaces/NAMESPACE/Deployment/x' },
  'GET /namespaces/:namespace/:kind/:name/charts': {
    hides: '/namespaces/NAMESPACE/Deployment/x/charts',
  },
  'GET /budgets': { lists: '/budgets' },
  'GET /owners': { asks: '/owners' },
  'GET /prices': { refuses: '/prices' },
  'GET /unit-costs': { lists: '/unit-costs' },
  'GET /explore': { asks: '/explore' },
  'GET /recommendations': { lists: '/recommendations' },
  'GET /savings': { lists: '/savings' },
  'GET /posture': { lists: '/posture' },
  'GET /posture/:namespace': { hides: '/posture/NAMESPACE' },
  'GET /signals': { lists: '/signals' },
  'GET /control-plane': { refuses: '/control-plane' },
  'GET /findings': { lists: '/findings?state=all&namespace=pay' },
  'POST /findings/acknowledge': { scope: 'ack', own: '/findings/acknowledge' },
  'GET /silences': { lists: '/silences' },
  'POST /silences': { scope: 'silence', own: '/silences' },
  'POST /silences/:id/expire': { scope: 'silence', own: '/silences/none/expire' },
  'GET /events': { lists: '/events' },
  'POST /events': { scope: 'silence', own: '/events' },
  'POST /events/:id/remove': { scope: 'silence', own: '/events/none/remove' },
  'GET /response': { lists: '/response' },
  'GET /response/:id': { hides: '/response/ID' },
  'POST /response/:id/approve': { scope: 'ack', own: '/response/none/approve' },
  'POST /response/:id/undo': { scope: 'ack', hides: '/response/ID/undo' },
  'POST /findings/:id/respond': { scope: 'ack', own: '/findings/none/respond' },
  'GET /system': { lists: '/system' },
  'GET /digests': { refuses: '/digests' },
  'GET /digests/:week': { refuses: '/digests/2026-W47' },
  'GET /findings/:id': { hides: '/findings/ID' },
  'GET /findings/:id/charts': { hides: '/findings/ID/charts' },
  'POST /findings/:id/decide': { scope: 'ack', hides: '/findings/ID/decide' },
  'POST /findings/:id/silence': { scope: 'silence', hides: '/findings/ID/silence' },
};

function openCostWays(prefix: string): Readonly<Record<string, WayOut>> {
  const asked = ['/allocation', '/allocation/compute', '/allocation/summary'];
  const asking = [...asked, '/allocation/compute/summary', '/assets'].map((path) => [
    `GET ${prefix}${path}`,
    { asks: `${prefix}${path}?window=24h` },
  ]);
  return {
    ...(Object.fromEntries(asking) as Record<string, WayOut>),
    [`GET ${prefix}/allNodePricing`]: { refuses: `${prefix}/allNodePricing` },
    [`GET ${prefix}/clusterInfo`]: { own: `${prefix}/clusterInfo` },
    [`GET ${prefix}/healthz`]: { own: `${prefix}/healthz` },
  };
}

interface WayOut {
  /** Reached without a token, says nothing. */
  readonly open?: true;
  /** The scope that it needs beyond `read`. */
  readonly scope?: 'ack' | 'silence' | 'ingest' | 'admin';
  /** Answers 404 for what belongs to another tenant; ID and NAMESPACE are put in. */
  readonly hides?: string;
  /** Is for those who see the whole cluster: 403 for a tenant. */
  readonly refuses?: string;
  /** Lists only what is the tenant's. */
  readonly lists?: string;
  /** Asks the history for the tenant's namespaces only. */
  readonly asks?: string;
  /** Says nothing about any namespace. */
  readonly own?: string;
  readonly body?: object;
}

function routesOf({ app }: TestApp): readonly string[] {
  const all = app.routes.filter(({ method }) => method !== 'ALL');
  return [...new Set(all.map(({ method, path }) => `${method} ${path}`))].sort();
}

function entries(): readonly (readonly [string, string, WayOut])[] {
  return Object.entries(WAYS_OUT).map(([route, way]) => [
    route.split(' ')[0] ?? '',
    (way.hides ?? way.refuses ?? way.lists ?? way.asks ?? way.own ?? '')
      .replace('ID', 'pay-1')
      .replace('NAMESPACE', 'pay'),
    way,
  ]);
}

function request(method: string, { body }: WayOut): RequestInit {
  if (method === 'GET') return {};
  return {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  };
}

describe('Sec: every way out', () => {
  it('is in the table of this test', () => {
    const groups = [{ group: 'sre', scopes: ['read' as const] }];
    const issuer = 'https://login.example.com';
    const { oidc: settings } = configSchema.parse({ oidc: { issuer, clientId: 'x', groups } });
    const parts = { externalUrl: 'https://burnwatch.example', log: pino({ level: 'silent' }) };
    const oidc = new OidcLogin({ settings: settings!, ...parts, now: Date.now });
    expect(routesOf(testApp(true, { oidc }))).toEqual(Object.keys(WAYS_OUT).sort());
  });

  const closed = entries().filter(([, , { open }]) => open !== true);

  it.each(closed)('%s %s needs a token', async (method, path, way) => {
    const answer = await testApp().ask(path, null, request(method, way));
    expect(answer.status).toBe(401);
  });

  it.each(closed.filter(([, , { scope }]) => scope !== undefined))(
    '%s %s needs its scope',
    async (method, path, way) => {
      const app = testApp();
      const answer = await app.ask(path, 'looker-token', request(method, way));
      expect(answer.status).toBe(403);
      expect(app.actions).toEqual([]);
      expect(app.silences).toEqual([]);
    },
  );

  it.each(closed.filter(([, , { hides }]) => hides !== undefined))(
    '%s %s does not tell another tenant’s from what does not exist',
    async (method, path, way) => {
      const app = testApp();
      const theirs = await app.ask(path, 'shop-token', request(method, way));
      const nothing = await app.ask(
        path.replace('pay-1', 'none-1').replace('=pay', '=none').replace('/pay', '/none'),
        'shop-token',
        request(method, way),
      );
      expect(theirs.status).toBe(404);
      expect(await theirs.text()).toBe(await nothing.text());
      expect(app.actions).toEqual([]);
    },
  );

  it.each(closed.filter(([, , { refuses }]) => refuses !== undefined))(
    '%s %s is not for who sees only some namespaces',
    async (method, path, way) => {
      const answer = await testApp().ask(path, 'shop-token', request(method, way));
      expect(answer.status).toBe(403);
    },
  );

  it.each(closed.filter(([, , { asks }]) => asks !== undefined))(
    '%s %s asks for the tenant’s namespaces only',
    async (method, path, way) => {
      const app = testApp();
      await app.ask(path, 'shop-token', request(method, way));
      expect(app.asked.length).toBeGreaterThan(0);
      for (const query of app.asked) expect(query).toMatchObject({ namespaces: ['shop'] });
    },
  );

  it.each(closed.filter(([, , { lists }]) => lists !== undefined))(
    '%s %s lists the tenant’s only',
    async (method, path, way) => {
      const app = testApp();
      await app.ask('/api/v1/silences', 'root-token', {
        method: 'POST',
        body: JSON.stringify({
          matchers: ['namespace=pay'],
          endsAt: '2026-11-25T00:00:00Z',
          reason: 'pay is theirs',
        }),
      });
      const text = await (await app.ask(path, 'shop-token', request(method, way))).text();
      expect(text.replaceAll('value="pay"', '')).not.toMatch(/\bpay\b|cluster-1|ledger/);
    },
  );
});

it('Sec: gaps of the data are shown only to those who see the whole cluster', async () => {
  const { ask } = testApp();
  expect(await (await ask('/system', 'root-token')).text()).toContain('Node pay: no price');
  expect(await (await ask('/system', 'shop-token')).text()).not.toContain('Node pay');
});

describe('Sec: what a tenant sees of a finding', () => {
  it.each(['/findings/shop-1', '/api/v1/findings/shop-1', '/api/v1/findings'])(
    '%s does not name other tenants’ workloads with the same image',
    async (path) => {
      const { ask } = testApp();
      expect(await (await ask(path, 'shop-token')).text()).not.toContain('ledger');
      expect(await (await ask(path, 'root-token')).text()).toContain('ledger');
    },
  );

  it('looks for similar workloads in its own namespaces', async () => {
    const { ask, asked } = testApp();
    await ask('/findings/shop-1', 'shop-token');
    expect(asked).toContainEqual(expect.objectContaining({ namespaces: ['shop'] }));
  });
});

describe('Sec: keeping abuse quiet', () => {
  const silence = (matchers: readonly string[]): RequestInit => ({
    method: 'POST',
    body: JSON.stringify({ matchers, endsAt: '2026-11-25T00:00:00Z', reason: 'why not' }),
  });
  const notAbuse = { method: 'POST', body: JSON.stringify({ reason: 'mine' }) };

  it('is refused to the token of a namespace: it may be the miner’s', async () => {
    const app = testApp();
    const refused = [
      await app.ask('/api/v1/findings/shop-1/not-abuse', 'shop-token', notAbuse),
      await app.ask('/api/v1/silences', 'shop-token', silence(['namespace=shop'])),
      await app.ask('/api/v1/silences', 'shop-token', silence(['kind!=budget', 'namespace=shop'])),
    ];
    for (const answer of refused) expect(answer.status).toBe(403);
    expect(app.actions).toEqual([]);
    expect(app.silences).toEqual([]);
  });

  it('is for a token with the scope that sees the whole cluster', async () => {
    const app = testApp();
    const path = '/api/v1/findings/shop-1/not-abuse';
    expect((await app.ask(path, 'security-token', notAbuse)).status).toBe(200);
    expect(app.actions).toMatchObject([{ findingId: 'shop-1', action: 'not-abuse' }]);
  });

  it('leaves a namespace’s token what is its own', async () => {
    const app = testApp();
    const own = silence(['namespace=shop', 'kind=overprovisioned']);
    expect((await app.ask('/api/v1/silences', 'shop-token', own)).status).toBe(201);
    const wide = silence(['namespace=~"shop|pay"', 'kind=overprovisioned']);
    expect((await app.ask('/api/v1/silences', 'shop-token', wide)).status).toBe(403);
    const acknowledge = await app.ask('/api/v1/findings/shop-1/acknowledge', 'shop-token', {
      method: 'POST',
    });
    expect(acknowledge.status).toBe(200);
  });
});

describe('Sec: silences', () => {
  const add = ({ ask }: TestApp, matchers: readonly string[], reason = 'test') =>
    ask('/silences', 'security-token', {
      method: 'POST',
      body: new URLSearchParams({ matchers: matchers.join('\n'), reason, for: '4h' }),
    });

  it('are as modest by the form as by the API', async () => {
    const app = testApp();
    const many = Array.from({ length: 21 }, (_, index) => `namespace!=n${index}`);
    expect((await add(app, many)).status).toBe(400);
    expect((await add(app, [`workload=${' '.repeat(2_000)}x`])).status).toBe(400);
    expect((await add(app, ['namespace=shop'], 'y'.repeat(501))).status).toBe(400);
    expect(app.silences).toEqual([]);
  });

  it('are at most a hundred at once by one token', async () => {
    const app = testApp();
    const statuses = [];
    for (let count = 0; count < 101; count += 1)
      statuses.push((await add(app, [`namespace=n${count}`])).status);
    expect(statuses.filter((status) => status === 303)).toHaveLength(100);
    expect(statuses.at(-1)).toBe(409);
  });
});

describe('Sec: changes', () => {
  it('are written down: who, what, by which way', async () => {
    const app = testApp();
    await app.ask('/api/v1/findings/shop-1/acknowledge', 'security-token', {
      method: 'POST',
      body: JSON.stringify({ reason: 'on it' }),
    });
    await app.ask('/api/v1/silences', 'root-token', {
      method: 'POST',
      body: JSON.stringify({
        matchers: ['namespace=shop'],
        endsAt: '2026-11-25T00:00:00Z',
        reason: 'load test',
      }),
    });
    const id = app.silences[0]?.id ?? '';
    await app.ask(`/api/v1/silences/${id}`, 'root-token', { method: 'DELETE' });
    await app.ask('/-/reload', 'root-token', { method: 'POST' });
    expect(app.audit).toMatchObject([
      { who: 'security', via: 'api', action: 'finding.acknowledge', subject: 'shop-1' },
      { who: 'root', via: 'api', action: 'silence.add', namespace: 'shop' },
      { who: 'root', via: 'api', action: 'silence.expire', subject: id },
      { who: 'root', via: 'api', action: 'config.reload' },
    ]);
  });

  it('need a reason where they keep something quiet', async () => {
    const { ask, actions } = testApp();
    const answer = await ask('/api/v1/findings/shop-2/accept', 'root-token', {
      method: 'POST',
      body: JSON.stringify({ reason: ' \u200b ', until: '2026-12-01T00:00:00Z' }),
    });
    expect(answer.status).toBe(400);
    expect(actions).toEqual([]);
  });
});

describe('Sec: the session of a browser', () => {
  async function login({ ask }: TestApp, token = 'security-token') {
    const answer = await form(ask, '/login', { token, next: '/findings/shop-1' });
    const cookie = answer.headers.get('set-cookie') ?? '';
    return { answer, cookie, session: cookie.split(';')[0] ?? '' };
  }

  function form(
    ask: TestApp['ask'],
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return ask(path, null, { method: 'POST', headers, body: new URLSearchParams(fields) });
  }

  it('begins with a token and a cookie that scripts and other sites do not get', async () => {
    const { answer, cookie } = await login(testApp());
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/findings/shop-1');
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect(cookie).not.toContain('security-token');
  });

  it('has a cookie for https only where the pages are reached by it', async () => {
    const serve = { externalUrl: 'https://burnwatch.example' };
    const app = testApp(true, { config: () => configSchema.parse({ serve }) });
    const { answer, cookie, session } = await login(app);
    expect(cookie).toMatch(/^__Host-.*Secure/);
    expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/);
    expect((await app.ask('/', null, { headers: { cookie: session } })).status).toBe(200);
    const plain = session.replace('__Host-', '');
    expect((await app.ask('/', null, { headers: { cookie: plain } })).status).toBe(401);
    expect((await login(testApp())).cookie).not.toMatch(/Secure/);
  });

  it('does not begin with a wrong token, and guessing is slowed down', async () => {
    const { ask } = testApp();
    const answers = [];
    for (let guess = 0; guess < 15; guess += 1)
      answers.push((await form(ask, '/login', { token: `guess-${guess}` })).status);
    expect(answers.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    expect(answers.slice(10)).toEqual(Array.from({ length: 5 }, () => 429));
  });

  it.each(['multipart/form-data', 'multipart/form-data; boundary=x', 'text/plain'])(
    'does not begin by a body of %s, which is nobody’s failure but the sender’s',
    async (type) => {
      const broken = { method: 'POST', headers: { 'content-type': type }, body: 'token=x' };
      const { ask } = testApp();
      expect((await ask('/login', null, broken)).status).toBe(415);
      expect((await ask('/silences', 'root-token', broken)).status).toBe(415);
    },
  );

  it.each(['https://attacker.example/', '//attacker.example', '/\\attacker.example'])(
    'does not send to %s afterwards',
    async (next) => {
      const answer = await form(testApp().ask, '/login', { token: 'root-token', next });
      expect(answer.headers.get('location')).toBe('/');
    },
  );

  it('changes nothing without the page’s token (CSRF)', async () => {
    const app = testApp();
    const { session } = await login(app);
    const headers = { cookie: session };
    const acknowledge = { action: 'acknowledge' };
    const path = '/findings/shop-1/decide';
    expect((await form(app.ask, path, acknowledge, headers)).status).toBe(403);
    const stale = { ...acknowledge, csrf: 'stale' };
    expect((await form(app.ask, path, stale, headers)).status).toBe(403);
    expect(app.actions).toEqual([]);
    const page = await (await app.ask('/findings/shop-1', null, { headers })).text();
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const answer = await form(app.ask, path, { ...acknowledge, csrf }, headers);
    expect(answer.headers.get('location')).toBe('/findings/shop-1?done=acknowledge');
    expect(app.actions).toMatchObject([{ action: 'acknowledge', decision: { by: 'security' } }]);
    expect(app.audit).toMatchObject([{ via: 'page', action: 'finding.acknowledge' }]);
  });

  it('refuses a form that another site sends, login included', async () => {
    const { ask } = testApp();
    const foreign = { origin: 'https://attacker.example' };
    expect((await form(ask, '/login', { token: 'root-token' }, foreign)).status).toBe(403);
  });

  it('ends with the logout', async () => {
    const app = testApp();
    const { session } = await login(app);
    const headers = { cookie: session };
    const page = await (await app.ask('/findings/shop-1', null, { headers })).text();
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    expect((await form(app.ask, '/logout', { csrf }, headers)).status).toBe(303);
    expect((await app.ask('/findings/shop-1', null, { headers })).status).toBe(401);
  });

  it('sends a person without one to the login, and back afterwards', async () => {
    const answer = await testApp().ask('/findings/shop-1?from=1', null, {
      headers: { accept: 'text/html' },
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/login?next=%2Ffindings%2Fshop-1%3Ffrom%3D1');
  });
});

describe('Sec: names that are an attack', () => {
  it.each([
    ['/findings/shop-1', '&lt;img src=x'],
    ['/findings/shop-1/charts', 'Charts.'],
  ])('%s shows them as text', async (path, escaped) => {
    const text = await (await testApp().ask(path, 'root-token')).text();
    expect(text).not.toContain('<img src=x');
    expect(text).toContain(escaped);
  });

  it('has no inline script or style in a page', async () => {
    const answer = await testApp().ask('/findings/shop-1', 'root-token');
    const text = await answer.text();
    expect(text).not.toMatch(/<[a-z][^<>]*\s(on\w+|style)=|<style/);
    expect(text.match(/<script(?! src="\/assets\/| type="application\/json")/g)).toBeNull();
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(text).not.toContain(MARKUP);
  });
});

describe('Sec: addresses', () => {
  it.each([
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/../../../etc/passwd',
    '/assets/app.js',
    '/assets/%00',
  ])('%s is no file of ours', async (path) => {
    const { status } = await testApp().ask(path, 'root-token');
    expect(status).toBe(404);
  });
});
