import { Registry } from '@prometheus-io/client';
import { describe, expect, it } from 'vitest';
import { createProbes } from './probes.ts';
import { testApp } from '../../test/support/serve/testApp.ts';

const WELL = {
  registry: new Registry(),
  openRegistry: new Registry(),
  unhealthy: () => null,
  notReady: () => null,
};
const { ask } = testApp(true, { probes: WELL });
/** Asked so often that its limit of requests is used up. */
const { ask: askEach, app } = testApp(true, { probes: WELL });

/** Every address that the server knows, placeholders filled in. */
const PATHS = [
  ...new Set(app.routes.filter(({ method }) => method !== 'ALL').map(({ path }) => path)),
];

describe('a method that a known address has not', () => {
  it.each([
    ['PUT', '/api/v1/findings', 'GET, HEAD, OPTIONS'],
    ['GET', '/api/v1/findings/shop-1/acknowledge', 'POST, OPTIONS'],
    ['PATCH', '/api/v1/silences', 'GET, HEAD, POST, OPTIONS'],
    ['GET', '/api/v1/silences/1', 'DELETE, OPTIONS'],
    ['POST', '/api/v1/openapi.json', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/allocation/compute', 'GET, HEAD, OPTIONS'],
    ['POST', '/', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/findings/shop-1', 'GET, HEAD, OPTIONS'],
    ['GET', '/findings/shop-1/decide', 'POST, OPTIONS'],
    ['GET', '/-/reload', 'POST, OPTIONS'],
    ['POST', '/metrics', 'GET, HEAD, OPTIONS'],
    ['GET', '/logout', 'POST, OPTIONS'],
  ])('is refused: %s %s', async (method, path, allow) => {
    const answer = await ask(path, 'root-token', { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answer.json()).toMatchObject({
      status: 405,
      title: 'Method Not Allowed',
      detail: `${method} is not possible here, but ${allow}`,
    });
  });

  it('is refused without a body where only the head was asked for', async () => {
    const answer = await ask('/-/reload', 'root-token', { method: 'HEAD' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expect(await answer.text()).toBe('');
  });

  it.each(PATHS)('is refused at %s, and OPTIONS says which there are', async (pattern) => {
    const path = pattern.replaceAll(/:\w+/g, 'shop-1');
    const answer = await askEach(path, 'root-token', { method: 'PROPFIND' });
    const options = await askEach(path, 'root-token', { method: 'OPTIONS' });
    expect([answer.status, options.status, await options.text()]).toEqual([405, 204, '']);
    expect(options.headers.get('allow')).toBe(answer.headers.get('allow'));
  });

  it('is refused as a page in a browser', async () => {
    const headers = { accept: 'text/html' };
    const answer = await ask('/findings/shop-1/decide', 'root-token', { headers });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expect(await answer.text()).toContain('Method Not Allowed');
  });

  it('needs no authentication only where the request needs none', async () => {
    expect((await ask('/login', null, { method: 'PUT' })).status).toBe(405);
    expect((await ask('/-/healthy', null, { method: 'POST' })).status).toBe(405);
    expect((await ask('/api/v1/findings', null, { method: 'PUT' })).status).toBe(401);
    expect((await ask('/api/v1/findings', null, { method: 'OPTIONS' })).status).toBe(401);
  });

  it('leaves an address that nothing knows unknown', async () => {
    for (const method of ['GET', 'POST', 'OPTIONS'])
      expect((await ask('/api/v1/nothing', 'root-token', { method })).status).toBe(404);
    expect((await ask('/api/v1/findings/nobody', 'root-token')).status).toBe(404);
  });

  it('is refused by the probes’ own listener too', async () => {
    const probes = createProbes(WELL);
    const asked = async (method: string, path: string) => {
      const answer = await probes.request(path, { method });
      return [answer.status, answer.headers.get('allow')];
    };
    expect(await asked('POST', '/metrics')).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect(await asked('OPTIONS', '/-/ready')).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect(await asked('HEAD', '/-/healthy')).toEqual([200, null]);
    expect(await asked('POST', '/api/v1/findings')).toEqual([404, null]);
  });
});
