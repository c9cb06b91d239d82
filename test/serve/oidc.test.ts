import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOidc } from '../../src/cli/online/accessCheck.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { OidcLogin } from '../../src/serve/security/oidc.ts';
import { openPage, startBrowser } from '../support/browser.ts';
import { OidcProvider, type ProviderOptions } from '../support/serve/oidcProvider.ts';
import { testApp, type TestApp } from '../support/serve/testApp.ts';
import { serveShop } from '../support/serveShop.ts';
import { writeShopHistory } from '../support/shopHistory.ts';
import { TempHistory } from '../support/tempHistory.ts';

const SECRET = 'canary-client-secret';
const PEOPLE = {
  ana: { groups: ['sre', 'devs'] },
  dana: { groups: ['devs'], email: 'dana@example.com', email_verified: true },
  otto: { groups: ['others'] },
  mallory: { groups: 'devs', email: 'ana@example.com', email_verified: false },
};
const GROUPS = [
  { group: 'sre', scopes: ['admin'] },
  { group: 'devs', scopes: ['read', 'ack'], namespaces: ['shop'] },
];
const HERE = 'http://localhost:9465';
let provider: OidcProvider;
let logged: string[];
let now: number;
beforeEach(async () => {
  provider = await OidcProvider.start();
  logged = [];
  now = Date.now();
});
afterEach(() => provider[Symbol.asyncDispose]());

function partsOf(oidc: object = {}) {
  const config = configSchema.parse({
    cluster: 'test',
    serve: { externalUrl: HERE },
    oidc: {
      issuer: provider.issuer,
      clientId: 'burnwatch',
      clientSecret: SECRET,
      scopes: ['openid', 'groups', 'email'],
      groups: GROUPS,
      ...oidc,
    },
  });
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  const login = new OidcLogin({
    settings: config.oidc!,
    externalUrl: HERE,
    log,
    now: () => now,
  });
  return { config, login };
}

/** A server at which nobody has a token: people come by the provider alone. */
function app(oidc: object = {}, options: Partial<ProviderOptions> = {}): TestApp {
  provider.serve(HERE, { people: PEOPLE, secret: SECRET, ...options });
  const { config, login } = partsOf(oidc);
  return testApp(false, { config: () => config, oidc: login, now: () => now });
}

function cookieOf(answer: Response): string {
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}

/** Sends the browser to the provider. */
async function begin(
  { ask }: TestApp,
  next = '/findings',
): Promise<{ url: string; cookie: string }> {
  const answer = await ask(`/login/oidc?next=${encodeURIComponent(next)}`, null);
  expect(answer.status).toBe(303);
  return { url: answer.headers.get('location') ?? '', cookie: cookieOf(answer) };
}

/** Comes back from it. */
function comeBack({ ask }: TestApp, back: URL, cookie: string): Promise<Response> {
  const headers = { cookie, accept: 'text/html' };
  return ask(back.pathname + back.search, null, { headers });
}

async function logIn(server: TestApp, person: string): Promise<Response> {
  const { url, cookie } = await begin(server);
  return comeBack(server, await provider.logIn(url, person), cookie);
}

describe('Sec: a login by OpenID Connect', () => {
  it('takes the code flow with PKCE, state and nonce, and gives what the groups say', async () => {
    const server = app();
    expect((await server.ask('/api/v1/findings', null)).status).toBe(401);
    const { url, cookie } = await begin(server);
    const sent = new URL(url).searchParams;
    expect(Object.fromEntries(sent)).toMatchObject({
      response_type: 'code',
      redirect_uri: `${HERE}/login/callback`,
      code_challenge_method: 'S256',
      scope: 'openid groups email',
    });
    expect([sent.get('state'), sent.get('nonce'), sent.get('code_challenge')]).not.toContain(null);
    const answer = await comeBack(server, await provider.logIn(url, 'dana'), cookie);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/findings']);
    const session = { cookie: cookieOf(answer) };
    const list = await server.ask('/api/v1/findings', null, { headers: session });
    expect(((await list.json()) as { id: string }[]).map(({ id }) => id)).toEqual([
      'shop-1',
      'shop-2',
    ]);
    expect((await server.ask('/api/v1/findings/pay-1', null, { headers: session })).status).toBe(
      404,
    );
    expect((await server.ask('/prices', null, { headers: session })).status).toBe(403);
    const page = await (await server.ask('/', null, { headers: session })).text();
    expect(page).toContain('oidc:dana');
    // A session of a cookie needs its page’s token for a change, as any other.
    const change = { method: 'POST', headers: session };
    expect((await server.ask('/api/v1/findings/shop-1/acknowledge', null, change)).status).toBe(
      403,
    );
    now += 12 * HOUR_MS;
    expect((await server.ask('/api/v1/findings', null, { headers: session })).status).toBe(401);
  });

  it.each([true, false])(
    'reads groups from the ID token (%s), or else of the person',
    async (inToken) => {
      const answer = await logIn(app({}, { inToken }), 'ana');
      expect(answer.status).toBe(303);
      expect(provider.requests.some((one) => one.endsWith('/me'))).toBe(!inToken);
    },
  );

  it('needs no secret of a public client', async () => {
    provider.serve(HERE, { people: PEOPLE });
    const { config, login } = partsOf({ clientSecret: undefined });
    const server = testApp(false, { config: () => config, oidc: login, now: () => now });
    expect((await logIn(server, 'dana')).status).toBe(303);
  });

  it('is refused to who is in no group, and to an address that nobody has confirmed', async () => {
    const refused = await logIn(app(), 'otto');
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('none of the groups'),
    ]);
    expect(refused.headers.get('set-cookie')).toBeNull();
    expect((await logIn(app({ usernameClaim: 'email' }), 'mallory')).status).toBe(403);
    const good = app({ usernameClaim: 'email' });
    const headers = { cookie: cookieOf(await logIn(good, 'dana')) };
    expect(await (await good.ask('/', null, { headers })).text()).toContain(
      'oidc:dana@example.com',
    );
  });

  it('ends in the browser that began it, once, and in time', async () => {
    const server = app();
    const { url, cookie } = await begin(server);
    const back = await provider.logIn(url, 'ana');
    // Login CSRF: the attacker’s code in the victim’s browser, with or without a login of its own.
    const victim = await begin(server);
    for (const other of ['', victim.cookie, 'burnwatch_login='])
      expect((await comeBack(server, back, other)).status).toBe(403);
    const forged = new URL(back);
    forged.searchParams.set('state', new URL(victim.url).searchParams.get('state') ?? '');
    expect((await comeBack(server, forged, victim.cookie)).status).toBe(403);
    expect((await comeBack(server, back, cookie)).status).toBe(303);
    expect((await comeBack(server, back, cookie)).status).toBe(403);
    const late = await begin(server);
    const lateBack = await provider.logIn(late.url, 'ana');
    now += 10 * MINUTE_MS;
    expect((await comeBack(server, lateBack, late.cookie)).status).toBe(403);
  });

  it('ends however many others begin, each by itself, with a state that nobody else can make', async () => {
    const server = app();
    const { login } = partsOf();
    const crowded = testApp(false, { config: () => partsOf().config, oidc: login, now: () => now });
    const first = await begin(crowded, '/namespaces/shop?from=a&to=b');
    const second = await login.begin('/prices', first.cookie.split('=')[1]);
    for (let time = 0; time < 1_500; time += 1) await login.begin('/', undefined);
    const signed = new URL(first.url).searchParams.get('state') ?? '';
    const [said = '', seal = ''] = signed.split('.');
    const back = await provider.logIn(first.url, 'ana');
    const elsewhere = Buffer.from(JSON.stringify(['x', now * 2, '/x'])).toString('base64url');
    const ofServer = new URL((await begin(server)).url).searchParams.get('state') ?? '';
    for (const state of [
      `${elsewhere}.${seal}`,
      `${said}.${'A'.repeat(43)}`,
      `${said}.${seal}.`,
      said,
      '',
      ofServer,
    ]) {
      const forged = new URL(back);
      forged.searchParams.set('state', state);
      const query = forged.searchParams;
      await expect(login.end(query, first.cookie.split('=')[1])).rejects.toMatchObject({
        status: 403,
      });
    }
    const answer = await comeBack(crowded, back, first.cookie);
    expect(answer.headers.get('location')).toBe('/namespaces/shop?from=a&to=b');
    const { searchParams } = await provider.logIn(second.url, 'dana');
    expect((await login.end(searchParams, second.browser)).next).toBe('/prices');
    const far = await login.begin(`/${'x'.repeat(4_000)}`, undefined);
    expect(far.url.length).toBeLessThan(1_000);
  });

  it('takes no code of another login: the nonce, the verifier and the issuer are of this one', async () => {
    const server = app();
    const mine = await begin(server);
    const theirs = await begin(server);
    const stolen = await provider.logIn(theirs.url, 'ana');
    // A code of theirs in a login of mine.
    const mixed = new URL(stolen);
    mixed.searchParams.set('state', new URL(mine.url).searchParams.get('state') ?? '');
    expect((await comeBack(server, mixed, mine.cookie)).status).toBe(403);
    const again = await begin(server);
    const back = await provider.logIn(again.url, 'ana');
    back.searchParams.set('iss', 'https://attacker.example');
    expect((await comeBack(server, back, again.cookie)).status).toBe(403);
    expect(logged.join('')).not.toContain(SECRET);
  });

  it('tells what the provider refused without its words in the page', async () => {
    const server = app();
    const { url, cookie } = await begin(server);
    const state = new URL(url).searchParams.get('state') ?? '';
    const query = new URLSearchParams({
      error: 'access_denied',
      error_description: '<b>x</b>',
      state,
      iss: provider.issuer,
    });
    const back = new URL(`${HERE}/login/callback?${query.toString()}`);
    const answer = await comeBack(server, back, cookie);
    expect(answer.status).toBe(403);
    expect(await answer.text()).not.toContain('<b>x');
    expect(logged.join('')).toContain('access_denied');
  });

  it.each(['https://attacker.example/', '//attacker.example', '/\\attacker.example', '/%09/x'])(
    'does not send to %s afterwards',
    async (next) => {
      const server = app();
      const { url, cookie } = await begin(server, decodeURIComponent(next));
      const answer = await comeBack(server, await provider.logIn(url, 'ana'), cookie);
      expect(answer.headers.get('location')).toBe('/');
    },
  );

  it('is slowed down for a client that begins one after the other', async () => {
    const server = app();
    const answers = [];
    for (let time = 0; time < 12; time += 1)
      answers.push((await server.ask('/login/oidc', null)).status);
    expect(answers.filter((status) => status === 429)).toHaveLength(2);
  });

  it('names the issuer that cannot be used in the log, and works again once it can', async () => {
    const server = app();
    provider.serveNothing();
    expect((await server.ask('/login/oidc', null)).status).toBe(502);
    expect(logged.join('')).toContain(`oidc.issuer ${provider.issuer}: `);
    provider.serveNothing({ issuer: 'https://attacker.example', authorization_endpoint: HERE });
    expect((await server.ask('/login/oidc', null)).status).toBe(502);
    expect(logged.join('')).toMatch(/issuer.*(does not match|mismatch|unexpected)/i);
    provider.serve(HERE, { people: PEOPLE, secret: SECRET });
    expect((await server.ask('/login/oidc', null)).status).toBe(303);
  });
});

describe('check-config --online', () => {
  it('reads what the provider publishes, and names the issuer that publishes nothing', async () => {
    provider.serve(HERE, { people: PEOPLE });
    const { config } = partsOf();
    expect(await checkOidc(config)).toEqual([
      { level: 'ok', text: expect.stringContaining(`${HERE}/login/callback must be registered`) },
    ]);
    provider.serveNothing();
    expect(await checkOidc(config)).toEqual([
      { level: 'failed', text: expect.stringContaining(`oidc.issuer ${provider.issuer}: `) },
    ]);
  });
});

describe('the mapping of groups', () => {
  it('never gives a scope in a namespace where no entry gives it', async () => {
    const { principalOf } = await import('../../src/serve/security/oidc.ts');
    const of = (theirs: unknown, groups: readonly object[]) => {
      const { config } = partsOf({ groups });
      const found = principalOf({ sub: 'x', groups: theirs }, config.oidc!);
      return (
        found && {
          scopes: [...found.scopes],
          namespaces: found.namespaces && [...found.namespaces],
          clusters: found.clusters && [...found.clusters],
        }
      );
    };
    const read = { scopes: ['read'] };
    const quiet = { scopes: ['read', 'silence'] };
    const groups = [
      { group: 'a', ...quiet, namespaces: ['a'] },
      { group: 'b', ...read, namespaces: ['b'] },
      { group: 'c', ...quiet, namespaces: ['c'] },
      { group: 'd', ...quiet, namespaces: ['d'], clusters: ['eu'] },
      { group: 'all', ...read },
    ];
    expect(of(['a', 'b', 'c', 'd', 'all'], groups)).toEqual({
      scopes: ['read', 'silence'],
      namespaces: ['a', 'c'],
    });
    expect(of(['b', 'c'], groups)?.namespaces).toEqual(['b', 'c']);
    expect(of(['b', 'all'], groups)).toEqual({ scopes: ['read'], namespaces: null });
    expect(of(['d', 'all'], groups)).toMatchObject({ namespaces: ['d'], clusters: ['eu'] });
    expect(of('all', groups)?.namespaces).toBeNull();
    // A cluster may be called anything: one group's own is never all of them.
    const starred = [
      { group: 'a', ...quiet, namespaces: ['a'] },
      { group: 'b', ...quiet, namespaces: ['b'], clusters: ['*'] },
    ];
    expect(of(['a', 'b'], starred)).toMatchObject({ namespaces: ['a'], clusters: undefined });
    for (const none of [undefined, null, {}, [], ['A'], [['a']], 7])
      expect(of(none, groups)).toBeNull();
  });
});

describe('in a browser', () => {
  it('logs in at the provider, comes back to the page that was asked for, and logs out of both', async () => {
    using history = new TempHistory();
    const config = await writeShopHistory(history.path('shop'), 1);
    const { login: _, config: made } = partsOf({ clientSecret: undefined });
    let url = '';
    const log = pino({ level: 'silent' });
    const login = new OidcLogin({
      settings: made.oidc!,
      get externalUrl() {
        return url;
      },
      log,
      now: Date.now,
    });
    const server = await serveShop({ ...config, oidc: made.oidc }, [], { oidc: login });
    url = server.url;
    provider.serve(url, { people: PEOPLE });
    const browser = await startBrowser();
    try {
      const { page, errors } = await openPage(browser, { width: 1280, colorScheme: 'light' });
      await page.goto(`${url}/namespaces/shop`);
      await page.getByRole('link', { name: /^Log in with/ }).click();
      await page.getByPlaceholder('Enter any login').fill('dana');
      await page.getByPlaceholder('and password').fill('any');
      await page.getByRole('button', { name: 'Sign-in' }).click();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(`${url}/namespaces/shop`);
      expect(await page.getByText('oidc:dana').count()).toBe(1);
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByRole('link', { name: /^Log out of/ }).click();
      await page.getByRole('button', { name: /sign me out/i }).click();
      await page.waitForURL(`${url}/login`);
      await page.goto(`${url}/namespaces/shop`);
      expect(new URL(page.url()).pathname).toBe('/login');
      // The provider’s own pages ask for fonts of the outside.
      expect(errors.filter((text) => /Content.Security/.test(text))).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
    }
  }, 60_000);
});
