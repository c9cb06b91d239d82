import { ConfigError } from '../config/configError.ts';
import { Counter, Registry } from '@prometheus-io/client';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../daemon/config/schema.ts';
import { testApp as serving } from '../../test/support/serve/testApp.ts';

describe('the server', () => {
  it('answers no request without a token once one is configured', async () => {
    for (const path of ['/api/v1/findings', '/api/v1/costs', '/api/v1/openapi.json', '/nothing']) {
      const answer = await serving().ask(path, null);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    }
    expect((await serving().ask('/api/v1/findings', 'wrong')).status).toBe(401);
  });

  it('shows its health to all, and its metrics to principals of all namespaces', async () => {
    const registry = new Registry();
    registry.registerMetric(
      new Counter({ name: 'burnwatch_test_total', help: 'A test', registers: [] }),
    );
    const probes = {
      registry,
      openRegistry: new Registry(),
      unhealthy: () => null,
      notReady: () => 'The history is not open yet',
    };
    const { ask } = serving(true, { probes });
    expect((await ask('/-/healthy', null)).status).toBe(200);
    const ready = await ask('/-/ready', null);
    expect([ready.status, await ready.text()]).toEqual([503, 'The history is not open yet\n']);
    expect((await ask('/metrics', null)).status).toBe(401);
    expect((await ask('/metrics', 'shop-token')).status).toBe(403);
    expect(await (await ask('/metrics', 'looker-token')).text()).toContain(
      'burnwatch_test_total 0',
    );
    const local = await serving(false, { probes }).ask('/metrics', null);
    expect(await local.text()).toContain('burnwatch_test_total 0');
  });

  it('refuses what the token has no scope for', async () => {
    const answer = await serving().ask('/-/reload', 'shop-token', { method: 'POST' });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('"admin"') });
    expect((await serving().ask('/-/reload', 'root-token', { method: 'POST' })).status).toBe(200);
  });

  it('shows a tenant only its own namespaces, by every route', async () => {
    const { ask, asked } = serving();
    const list = (await (await ask('/api/v1/findings', 'shop-token')).json()) as { id: string }[];
    expect(list.map(({ id }) => id)).toEqual(['shop-1', 'shop-2']);
    expect((await ask('/api/v1/findings/pay-1', 'shop-token')).status).toBe(404);
    expect((await ask('/api/v1/findings/cluster-1', 'shop-token')).status).toBe(404);
    expect((await ask('/api/v1/findings/shop-1', 'shop-token')).status).toBe(200);
    await ask('/api/v1/costs?window=24h', 'shop-token');
    expect(asked).toMatchObject([{ namespaces: ['shop'] }]);
  });

  it('answers with security headers, errors included', async () => {
    for (const token of ['root-token', null]) {
      const { headers } = await serving().ask('/api/v1/findings', token);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('answers only to loopback’s own names while there are no tokens', async () => {
    expect((await serving(false).ask('/api/v1/findings', null)).status).toBe(200);
    const rebound = await serving(false).ask('/api/v1/findings', null, {
      headers: { host: 'attacker.example' },
    });
    expect(rebound.status).toBe(421);
  });

  it.each([
    {
      oidc: {
        issuer: 'https://a.example',
        clientId: 'b',
        groups: [{ group: 'g', scopes: ['read'] }],
      },
    },
    { serve: { tokenReview: {} } },
    { serve: { tokens: [{ name: 'a', token: 'x'.repeat(16), scopes: ['read'] }] } },
  ])('is closed to whom it does not know once the configuration has %j', async (more) => {
    const { ask } = serving(false, {
      config: () => configSchema.parse({ cluster: 'test', ...more }),
    });
    expect((await ask('/api/v1/findings', null)).status).toBe(401);
    expect((await ask('/-/reload', null, { method: 'POST' })).status).toBe(401);
    expect((await ask('/login', null)).status).toBe(200);
  });

  it('refuses a change that another site makes a browser send', async () => {
    const { ask } = serving(false);
    const foreign = { method: 'POST', headers: { origin: 'https://attacker.example' } };
    expect((await ask('/-/reload', null, foreign)).status).toBe(403);
    const crossSite = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await ask('/-/reload', null, crossSite)).status).toBe(403);
    expect((await ask('/-/reload', null, { method: 'POST' })).status).toBe(200);
  });

  it('slows a flood down and says for how long', async () => {
    const { ask } = serving();
    const answers = await Promise.all(
      Array.from({ length: 250 }, () => ask('/api/v1/findings', 'guess')),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(50);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
  });

  it('slows down each client behind a proxy of ours, and not all of them for one', async () => {
    const serve = { trustedProxies: ['127.0.0.0/8'] };
    const { ask } = serving(true, { config: () => configSchema.parse({ cluster: 'test', serve }) });
    const from = (client: string) => ({ headers: { 'x-forwarded-for': `1.1.1.1, ${client}` } });
    const flood = Array.from({ length: 201 }, () =>
      ask('/api/v1/silences', 'guess', from('9.9.9.9')),
    );
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect((await ask('/api/v1/silences', 'root-token', from('8.8.8.8'))).status).toBe(200);
  });

  it('takes a form of its own page where a proxy names another host', async () => {
    const serve = { externalUrl: 'https://burnwatch.example/' };
    const { ask } = serving(true, { config: () => configSchema.parse({ cluster: 'test', serve }) });
    const login = (origin: string) =>
      ask('/login', null, {
        method: 'POST',
        headers: { origin },
        body: new URLSearchParams({ token: 'root-token' }),
      });
    expect((await login('https://burnwatch.example')).status).toBe(303);
    expect((await login('https://burnwatch.example.attacker.example')).status).toBe(403);
    expect((await login('http://burnwatch.example')).status).toBe(403);
  });

  it('refuses a body that is too large', async () => {
    const answer = await serving().ask('/-/reload', 'root-token', {
      method: 'POST',
      body: 'x'.repeat(70_000),
    });
    expect(answer.status).toBe(413);
  });

  it('answers a reload of an invalid configuration with file, line, key and cure', async () => {
    const problem = {
      file: 'burnwatch.yaml',
      line: 3,
      key: 'budgetz',
      message: 'is not a known key',
    };
    const reload = () => Promise.reject(new ConfigError([problem]));
    const answer = await serving(true, { reload }).ask('/-/reload', 'root-token', {
      method: 'POST',
    });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('burnwatch.yaml:3: budgetz: is not a known key');
  });

  it('tells nothing internal when something breaks', async () => {
    const reload = () => Promise.reject(new Error('secret path'));
    const answer = await serving(true, { reload }).ask('/-/reload', 'root-token', {
      method: 'POST',
    });
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
  });
});

describe('the API', () => {
  it('pages, and says where the next page is', async () => {
    const answer = await serving().ask('/api/v1/findings?limit=2', 'root-token');
    expect(await answer.json()).toHaveLength(2);
    expect(answer.headers.get('x-total-count')).toBe('4');
    expect(answer.headers.get('link')).toBe('</api/v1/findings?limit=2&offset=2>; rel="next"');
  });

  it.each([
    ['/api/v1/findings?limit=5000', 'query.limit'],
    ['/api/v1/findings?kind=nonsense', 'query.kind'],
    ['/api/v1/findings?colour=red', 'colour'],
    ['/api/v1/costs?window=soon', 'window: "soon" is not a span of time'],
    ['/api/v1/costs?by=planet', '"planet" is none of'],
    ['/api/v1/costs?window=900d', 'At most 400 days'],
  ])('refuses %s and says what is wrong', async (path, detail) => {
    const answer = await serving().ask(path, 'root-token');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(detail) });
  });
});
