import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import { createPrometheusClient } from './client.ts';
import { createCloudLogin, signing } from './cloudLogin.ts';

interface Seen {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  vi.unstubAllEnvs();
});

/** A server that remembers what it was asked. */
async function serve(
  answer: (seen: Seen) => object | number,
): Promise<{ url: string; all: Seen[] }> {
  const all: Seen[] = [];
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      const seen = { path: incoming.url ?? '', headers: incoming.headers, body };
      all.push(seen);
      const answered = answer(seen);
      const headers = { 'content-type': 'application/json', 'metadata-flavor': 'Google' };
      if (typeof answered === 'number') response.writeHead(answered, headers).end('{}');
      else response.writeHead(200, headers).end(JSON.stringify(answered));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, all };
}

const nothing = { status: 'success', data: { resultType: 'matrix', result: [] } };
const span = { grid: { startSeconds: 1_800_000_000, stepSeconds: 300, points: 2 }, from: 0, to: 1 };

async function query(prometheus: object, times = 1): Promise<void> {
  const { prometheus: config } = configSchema.parse({ prometheus });
  const deps = { random: () => 0.5, now: Date.now, sleep: async () => undefined };
  const client = await createPrometheusClient({ ...config, attempts: 1 }, deps);
  cleanups.push(() => client.close());
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: times }, () => client.range('up', span, signal)));
}

const KEYS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};

describe('a login by Signature Version 4', () => {
  // AWS' Signature Version 4 test suite: names, requests and signatures as published.
  it.each([
    [
      'get-vanilla',
      'GET',
      '/',
      '',
      '',
      'host;x-amz-date',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      '',
      '',
      'host;x-amz-date',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'post-vanilla',
      'POST',
      '/',
      '',
      '',
      'host;x-amz-date',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'post-x-www-form-urlencoded',
      'POST',
      '/',
      'application/x-www-form-urlencoded',
      'Param1=value1',
      'content-type;host;x-amz-date',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])(
    'signs %s as AWS has published it',
    async (_, method, path, contentType, body, headers, signature) => {
      const login = await signing(
        { region: 'us-east-1', service: 'service' },
        { credentials: KEYS, now: () => new Date('2015-08-30T12:36:00Z') },
      );
      const url = new URL(`https://example.amazonaws.com${path}`);
      expect(await login.authorize({ method, url, contentType, body })).toMatchObject({
        'x-amz-date': '20150830T123600Z',
        authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${headers}, Signature=${signature}`,
      });
    },
  );

  it('signs what is sent, with credentials of the container’s agent', async () => {
    const agent = await serve(() => ({
      AccessKeyId: 'ASIAPOD',
      SecretAccessKey: 'pod-secret',
      Token: 'pod-session',
      Expiration: new Date(Date.now() + 3_600_000).toISOString(),
    }));
    const store = await serve(() => nothing);
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${agent.url}/v1/credentials`);
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'pod-identity');
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
      vi.stubEnv(name, '/nowhere/at/all');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    const url = `${store.url}/workspaces/ws-1`;
    await query({ url, sigv4: { region: 'eu-central-1' } });

    expect(agent.all[0]?.headers.authorization).toBe('pod-identity');
    const { path, headers, body } = store.all[0]!;
    expect(path).toBe('/workspaces/ws-1/api/v1/query_range');
    expect(headers['x-amz-security-token']).toBe('pod-session');
    expect(headers.authorization).toBe(expectedSignature('pod-secret', path, headers, body));
  });

  it('says which key has no credentials', async () => {
    const store = await serve(() => nothing);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    const config = { url: store.url, sigv4: { region: 'eu-central-1', profile: 'nobody' } };
    await expect(query(config)).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/^prometheus\.sigv4: no credentials: /),
    });
    expect(store.all).toEqual([]);
  });
});

/** The signature of a request as it arrived, by the steps that AWS documents. */
function expectedSignature(
  secret: string,
  path: string,
  headers: IncomingMessage['headers'],
  body: string,
): string {
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const mac = (key: string | Buffer, text: string) =>
    createHmac('sha256', key).update(text).digest();
  const names = ['content-type', 'host', 'x-amz-date', 'x-amz-security-token'];
  const lines = names.map((name) => `${name}:${String(headers[name])}\n`).join('');
  const canonical = ['POST', path, '', lines, names.join(';'), sha(body)].join('\n');
  const at = String(headers['x-amz-date']);
  const scope = `${at.slice(0, 8)}/eu-central-1/aps/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', at, scope, sha(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((last, part) => mac(last, part), `AWS4${secret}`);
  return `AWS4-HMAC-SHA256 Credential=ASIAPOD/${scope}, SignedHeaders=${names.join(';')}, Signature=${mac(key, text).toString('hex')}`;
}

describe('a login of Google Cloud', () => {
  it('takes the token of the metadata server', async () => {
    const metadata = await serve(() => ({ access_token: 'of-the-node', expires_in: 3_600 }));
    const store = await serve(() => nothing);
    vi.stubEnv('GCE_METADATA_HOST', new URL(metadata.url).host);
    vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present');
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '');
    vi.stubEnv('HOME', '/nowhere/at/all');
    await query({ url: store.url, googleIam: {} }, 3);
    expect(store.all.map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 3 }, () => 'Bearer of-the-node'),
    );
    const tokens = metadata.all.filter(({ path }) => path.includes('/token'));
    expect(tokens.every(({ headers }) => headers['metadata-flavor'] === 'Google')).toBe(true);
    expect(tokens.length).toBeLessThanOrEqual(3);
  });

  it('says which file it cannot use', async () => {
    const { prometheus } = configSchema.parse({
      prometheus: { googleIam: { credentialsFile: '/nowhere/account.json' } },
    });
    const login = await createCloudLogin(prometheus);
    const request = { method: 'POST', url: new URL('http://x'), contentType: '', body: '' };
    await expect(login!.authorize(request)).rejects.toThrow(
      /^prometheus\.googleIam: no credentials: .*\/nowhere\/account\.json/,
    );
  });
});

describe('a login by OAuth 2', () => {
  const oauth2 = (url: string) => ({
    tokenUrl: `${url}/token`,
    clientId: 'burnwatch',
    clientSecret: 'a-secret',
    scopes: ['metrics.read'],
    parameters: { audience: 'metrics' },
  });

  it('asks for one token, and for the next before it expires', async () => {
    let life = 3_600;
    const server = await serve(() => ({
      access_token: 'a-token',
      token_type: 'Bearer',
      expires_in: life,
    }));
    const store = await serve(() => nothing);
    await query({ url: store.url, oauth2: oauth2(server.url) }, 3);
    expect(server.all).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(server.all[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'burnwatch',
      client_secret: 'a-secret',
      scope: 'metrics.read',
      audience: 'metrics',
    });
    expect(store.all.map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 3 }, () => 'Bearer a-token'),
    );
    life = 30;
    const { prometheus } = configSchema.parse({ prometheus: { oauth2: oauth2(server.url) } });
    const login = await createCloudLogin(prometheus);
    const request = { method: 'POST', url: new URL(store.url), contentType: '', body: '' };
    for (let count = 0; count < 2; count += 1) await login!.authorize(request);
    expect(server.all).toHaveLength(3);
  });

  it('says which key was refused, without the secret, and asks again', async () => {
    const server = await serve(() => 401);
    const { prometheus } = configSchema.parse({ prometheus: { oauth2: oauth2(server.url) } });
    const login = await createCloudLogin(prometheus);
    const request = { method: 'POST', url: new URL('http://x'), contentType: '', body: '' };
    for (let count = 0; count < 2; count += 1) {
      const error = await login!.authorize(request).then(String, String);
      expect(error).toMatch(/prometheus\.oauth2: no credentials: /);
      expect(error).not.toContain('a-secret');
    }
    expect(server.all).toHaveLength(2);
  });
});
