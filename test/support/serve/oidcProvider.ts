import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';

export interface ProviderOptions {
  /** What the provider tells of each person, besides `sub`. */
  readonly people: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Whether groups come with the ID token; else only where the person is asked for. */
  readonly inToken?: boolean;
  readonly secret?: string;
}

/** A certified OpenID Connect provider (`oidc-provider`) on loopback. Its login takes any password. Close it. */
export class OidcProvider implements AsyncDisposable {
  readonly issuer: string;
  /** Every request that came: method and path. */
  readonly requests: string[] = [];
  readonly #server: Server;
  #handle: ReturnType<Provider['callback']> | null = null;

  private constructor(server: Server) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      this.requests.push(`${request.method} ${new URL(request.url ?? '/', this.issuer).pathname}`);
      if (this.#handle === null) response.writeHead(404).end();
      else void this.#handle(request, response);
    });
  }

  static async start(): Promise<OidcProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return new OidcProvider(server);
  }

  /** Serves the client `burnwatch`, whose pages are at `externalUrl`. */
  serve(externalUrl: string, { people, inToken = true, secret }: ProviderOptions): void {
    const client = {
      client_id: 'burnwatch',
      redirect_uris: [`${externalUrl}/login/callback`],
      post_logout_redirect_uris: [`${externalUrl}/login`],
      ...(secret === undefined
        ? { token_endpoint_auth_method: 'none' as const }
        : { client_secret: secret }),
    };
    const configuration: Configuration = {
      clients: [client],
      claims: { openid: ['sub'], groups: ['groups'], email: ['email', 'email_verified'] },
      conformIdTokenClaims: !inToken,
      cookies: { keys: ['of-this-test'] },
      pkce: { required: () => true },
      findAccount: (_context, sub) => ({
        accountId: sub,
        claims: () => Promise.resolve({ sub, ...people[sub] }),
      }),
    };
    const provider = new Provider(this.issuer, configuration);
    this.#handle = provider.callback();
  }

  /** Stands for a provider that is away, or another server at its address. */
  serveNothing(body?: object): void {
    this.#handle =
      body === undefined
        ? null
        : async (_request, response) => {
            response.setHeader('content-type', 'application/json');
            response.end(JSON.stringify(body));
          };
  }

  /** What a browser does at the provider: from where it was sent, until it is sent back; that address. */
  async logIn(url: string, person: string): Promise<URL> {
    const jar = new Map<string, string>();
    let at = new URL(url);
    let init: RequestInit = {};
    for (let step = 0; step < 12 && at.origin === this.issuer; step += 1) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(at, { ...init, headers: { cookie }, redirect: 'manual' });
      init = {};
      for (const set of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        jar.set(name, value);
      }
      const location = answer.headers.get('location');
      const text = await answer.text();
      if (location !== null) at = new URL(location, at);
      else {
        const [, action] = /<form[^>]* action="([^"]+)"/.exec(text) ?? [];
        if (action === undefined) throw new Error(`${answer.status} at ${at.pathname}: ${text}`);
        const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1] ?? '';
        at = new URL(action, at);
        const body = new URLSearchParams({ prompt, login: person, password: 'any' });
        init = { method: 'POST', body };
      }
    }
    return at;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }
}
