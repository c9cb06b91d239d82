import { writeFileSync } from 'node:fs';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkTokenReview } from '../../src/cli/online/accessCheck.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import { tokenAuthenticator } from '../../src/serve/security/access.ts';
import { tokenReviewAuthenticator } from '../../src/serve/security/tokenReview.ts';
import { ApiServer } from '../support/apiServer/apiServer.ts';
import { Kubectl } from '../support/apiServer/kubectl.ts';
import { ApiStatus } from '../support/apiServer/status.ts';
import { testApp, type TestApp } from '../support/serve/testApp.ts';
import { TempFolder } from '../support/tempFolder.ts';

const OWN = 'token-of-burnwatch';
const FOR_US = ['burnwatch'];
let server: ApiServer;
let folder: TempFolder;
let now: number;
beforeEach(async () => {
  folder = new TempFolder();
  now = Date.UTC(2026, 10, 24, 7);
  server = await ApiServer.start({ tls: true, tokens: { [OWN]: 'burnwatch' } });
  server.bearers.set('shop-dev', { username: 'dana', groups: ['devs'], audiences: FOR_US });
  server.bearers.set('sre', { username: 'sam', audiences: FOR_US });
  server.bearers.set('stranger', { username: 'otto', audiences: FOR_US });
  server.denials.push(
    { user: 'dana', resource: 'pods', verb: 'get', unlessIn: ['shop'] },
    { user: 'otto', resource: 'pods', verb: 'get' },
  );
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** The server of cluster `test` with tokens of its own and those of Kubernetes. */
function app(tokenReview: object = {}, cluster = 'test'): TestApp {
  const kubeconfig = folder.file('kubeconfig');
  writeFileSync(kubeconfig, server.kubeconfig(OWN));
  const config = configSchema.parse({
    cluster,
    workloads: { kubeconfig },
    serve: { tokenReview },
  });
  const review = tokenReviewAuthenticator({
    settings: config.serve.tokenReview!,
    workloads: config.workloads,
    cluster: config.cluster,
    machine: { env: {} },
    log: pino({ level: 'silent' }),
    namespaces: () => Promise.resolve(['pay', 'shop']),
    now: () => now,
  });
  const root = { name: 'root', token: 'root-token', scopes: ['admin'] } as const;
  return testApp(true, {
    config: () => config,
    authenticators: [tokenAuthenticator([root]), review],
    now: () => now,
  });
}

const asked = (what: string) =>
  server.requests.filter(({ path }) => path.endsWith(`/${what}reviews`)).length;

async function findings(
  { ask }: TestApp,
  token: string,
  init: RequestInit = {},
): Promise<string[]> {
  const answer = await ask('/api/v1/findings', token, init);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { id: string }[]).map(({ id }) => id);
}

describe('Sec: tokens of Kubernetes', () => {
  it('show the namespaces whose pods their user may get, by every way out', async () => {
    const server1 = app();
    expect(await findings(server1, 'shop-dev')).toEqual(['shop-1', 'shop-2']);
    expect((await server1.ask('/api/v1/findings/pay-1', 'shop-dev')).status).toBe(404);
    expect((await server1.ask('/digests', 'shop-dev')).status).toBe(403);
    await server1.ask('/allocation/compute?window=24h', 'shop-dev');
    await server1.ask('/api/v1/costs?window=24h', 'shop-dev');
    const costs = { name: 'costs', arguments: { window: '24h' } };
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: costs };
    const accept = 'application/json, text/event-stream';
    const mcp = await server1.ask('/mcp', 'shop-dev', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify(call),
    });
    expect(mcp.status).toBe(200);
    expect(server1.asked.length).toBeGreaterThan(2);
    for (const query of server1.asked) expect(query).toMatchObject({ namespaces: ['shop'] });
    const page = await server1.ask('/', 'shop-dev', { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('kubernetes:dana');
  });

  it('show everything to who may get pods in all namespaces, and change nothing by default', async () => {
    const { ask } = app();
    expect(await findings({ ask } as TestApp, 'sre')).toHaveLength(4);
    const acknowledge = { method: 'POST' };
    const path = '/api/v1/findings/shop-1/acknowledge';
    expect((await ask(path, 'sre', acknowledge)).status).toBe(403);
    expect((await ask('/-/reload', 'sre', acknowledge)).status).toBe(403);
    const more = app({ scopes: ['read', 'ack'] });
    expect((await more.ask(path, 'sre', acknowledge)).status).toBe(200);
    expect(more.audit).toMatchObject([{ who: 'kubernetes:sam', action: 'finding.acknowledge' }]);
  });

  it('show nothing to who may get no pods, and to tokens that nobody has', async () => {
    const { ask } = app();
    const none = await ask('/api/v1/findings', 'stranger');
    expect([none.status, await none.text()]).toEqual([
      403,
      expect.stringContaining('otto may get'),
    ]);
    expect((await ask('/api/v1/findings', 'made-up')).status).toBe(401);
    expect((await ask('/api/v1/findings', 'root-token')).status).toBe(200);
  });

  it('must be meant for Burnwatch: one for the API server is none, and the other way round', async () => {
    server.bearers.set('for-the-api', { username: 'sam' });
    server.bearers.set('of-old', { username: 'sam', knowsNoAudiences: true });
    const { ask } = app();
    expect((await ask('/api/v1/findings', 'for-the-api')).status).toBe(401);
    // Its authenticator did not look at the audience at all.
    expect((await ask('/api/v1/findings', 'of-old')).status).toBe(401);
    const forApi = app({ audiences: [] });
    expect(await findings(forApi, 'for-the-api')).toHaveLength(4);
    expect(await findings(forApi, 'of-old')).toHaveLength(4);
    expect((await forApi.ask('/api/v1/findings', 'sre')).status).toBe(401);
  });

  it('are judged by their groups too', async () => {
    server.denials.push({ user: 'gil', resource: 'pods', verb: 'get', unlessGroup: 'auditors' });
    server.bearers.set('gil', { username: 'gil', groups: ['auditors'], audiences: FOR_US });
    server.bearers.set('gil-no-more', { username: 'gil', audiences: FOR_US });
    const server1 = app();
    expect(await findings(server1, 'gil')).toHaveLength(4);
    expect((await server1.ask('/api/v1/findings', 'gil-no-more')).status).toBe(403);
  });

  it('are reviewed once a minute: a right that was taken away is gone by then, a refusal after seconds', async () => {
    const server1 = app();
    for (let time = 0; time < 5; time += 1) await findings(server1, 'shop-dev');
    await Promise.all(Array.from({ length: 5 }, () => findings(server1, 'sre')));
    expect([asked('token'), asked('subjectaccess')]).toEqual([2, 4]);
    server.bearers.delete('sre');
    server.denials.push({ user: 'dana', resource: 'pods' });
    now += MINUTE_MS + 1;
    expect((await server1.ask('/api/v1/findings', 'sre')).status).toBe(401);
    expect((await server1.ask('/api/v1/findings', 'shop-dev')).status).toBe(403);
    server.denials.splice(0);
    server.bearers.set('sre', { username: 'sam', audiences: FOR_US });
    expect((await server1.ask('/api/v1/findings', 'sre')).status).toBe(401);
    now += 11_000;
    expect(await findings(server1, 'sre')).toHaveLength(4);
    expect(await findings(server1, 'shop-dev')).toHaveLength(4);
  });

  it('cannot pass for a configured token, and hold in their own cluster alone', async () => {
    server.bearers.set('evil', { username: 'root', audiences: FOR_US });
    const { ask } = app({ scopes: ['read', 'ack'] });
    const plan = await ask('/api/v1/events', 'evil', { method: 'POST', body: '{}' });
    expect(plan.status).toBe(403);
    const page = await ask('/', 'evil', { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('kubernetes:root');
    // The session of another cluster’s user.
    const elsewhere = tokenReviewAuthenticator({
      settings: configSchema.parse({ serve: { tokenReview: {} } }).serve.tokenReview!,
      workloads: configSchema.parse({ workloads: { kubeconfig: folder.file('kubeconfig') } })
        .workloads,
      cluster: 'other',
      machine: { env: {} },
      log: pino({ level: 'silent' }),
      namespaces: () => Promise.resolve(['shop']),
      now: () => now,
    });
    const both = testApp(true, { authenticators: [elsewhere] });
    expect((await both.ask('/api/v1/findings', 'sre')).status).toBe(403);
  });

  it('begin a session that ends with the token or the right', async () => {
    const { ask } = app();
    const form = new URLSearchParams({ token: 'shop-dev', next: '/findings' });
    const login = await ask('/login', null, { method: 'POST', body: form });
    expect(login.status).toBe(303);
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(cookie).not.toContain('shop-dev');
    const headers = { cookie };
    expect((await ask('/api/v1/findings/shop-1', null, { headers })).status).toBe(200);
    expect((await ask('/api/v1/findings/pay-1', null, { headers })).status).toBe(404);
    server.bearers.delete('shop-dev');
    now += MINUTE_MS + 1;
    expect((await ask('/api/v1/findings/shop-1', null, { headers })).status).toBe(401);
    server.bearers.set('shop-dev', { username: 'dana', audiences: FOR_US });
    now += MINUTE_MS;
    expect((await ask('/api/v1/findings/shop-1', null, { headers })).status).toBe(401);
  });

  it('are answered with 503 while the API server cannot be asked, those of the configuration as ever', async () => {
    const { ask } = app();
    server.faults.push({ path: 'tokenreviews', status: new ApiStatus(500, 'InternalError', 'no') });
    const answer = await ask('/api/v1/findings', 'sre');
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain(server.url);
    expect((await ask('/api/v1/findings', 'root-token')).status).toBe(200);
    server.faults.splice(0);
    server.denials.push({ user: 'burnwatch', resource: 'tokenreviews.authentication.k8s.io' });
    expect((await ask('/api/v1/findings', 'sre')).status).toBe(503);
  }, 20_000);

  it('that are guessed become no load of the API server', async () => {
    const { ask } = app();
    const guesses = await Promise.all(
      Array.from({ length: 150 }, (_, index) => ask('/api/v1/findings', `guess-${index}`)),
    );
    const texts = await Promise.all(guesses.map((answer) => answer.text()));
    expect(texts.filter((text) => text.includes('Too many tokens'))).toHaveLength(50);
    expect(guesses.filter(({ status }) => status === 200)).toEqual([]);
    expect(asked('token')).toBeLessThanOrEqual(100);
  }, 20_000);
});

describe('check-config --online', () => {
  it('says whether Burnwatch may review, and what to grant', async () => {
    const signal = AbortSignal.timeout(20_000);
    writeFileSync(folder.file('kubeconfig'), server.kubeconfig(OWN));
    const workloads = { kubeconfig: folder.file('kubeconfig') };
    const config = configSchema.parse({ workloads, serve: { tokenReview: {} } });
    expect(await checkTokenReview(config, now, signal)).toMatchObject([{ level: 'ok' }]);
    expect(await checkTokenReview(configSchema.parse({}), now, signal)).toBeNull();
    const resource = 'subjectaccessreviews.authorization.k8s.io';
    server.denials.push({ user: 'burnwatch', resource });
    expect(await checkTokenReview(config, now, signal)).toEqual([
      { level: 'failed', text: expect.stringMatching(/cannot create.*; grant "create" on token/) },
    ]);
  });
});

describe('the stand-in’s reviews, as the real kubectl sees them', () => {
  it('are checked, answered, and for whom may create them', async () => {
    await using kubectl = await Kubectl.for(server, OWN);
    const create = (object: object) =>
      kubectl.run(['create', '-f', '-', '--validate=false', '-o', 'json'], JSON.stringify(object));
    const review = (spec: object, kind = 'TokenReview', group = 'authentication.k8s.io') =>
      create({ apiVersion: `${group}/v1`, kind, spec });
    const good = await review({ token: 'sre', audiences: ['x', 'burnwatch'] });
    expect(good.stderr).toBe('');
    expect(JSON.parse(good.stdout)).toMatchObject({
      status: { authenticated: true, audiences: ['burnwatch'], user: { username: 'sam' } },
    });
    expect((await review({})).stderr).toContain('token is required for TokenReview');
    const access = (spec: object) => review(spec, 'SubjectAccessReview', 'authorization.k8s.io');
    const resourceAttributes = { verb: 'get', resource: 'pods', namespace: 'pay' };
    expect(JSON.parse((await access({ user: 'dana', resourceAttributes })).stdout)).toMatchObject({
      status: { allowed: false },
    });
    expect((await access({ resourceAttributes })).stderr).toContain(
      'at least one of user or group',
    );
    expect((await access({ user: 'dana' })).stderr).toContain('exactly one of');
    server.denials.push({ user: 'burnwatch', resource: 'tokenreviews.authentication.k8s.io' });
    expect((await review({ token: 'sre' })).stderr).toContain(
      'User "burnwatch" cannot create resource "tokenreviews" in API group "authentication.k8s.io" at the cluster scope',
    );
  }, 30_000);
});
