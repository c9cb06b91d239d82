import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Logger } from 'pino';
import type { Configuration } from 'openid-client';
import { HOUR_MS, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import type { OidcConfig, OidcGroup } from '../config.ts';
import { HttpProblem } from '../problem.ts';
import type { AccessScope, Principal } from './principal.ts';

/** Where the provider sends the browser back to, below `serve.externalUrl`. */
export const OIDC_CALLBACK = '/login/callback';
/** How long a login may take at the provider. */
export const LOGIN_MS = 10 * MINUTE_MS;
/** Providers take no `state` of any length; a login from a longer address ends at the first page. */
const MAX_NEXT = 1_000;
/** The provider's addresses and keys are read again after this. */
const DISCOVERED_MS = HOUR_MS;
const TIMEOUT_S = 10;
const CLOCK_TOLERANCE_S = 30;

export interface OidcParts {
  readonly settings: OidcConfig;
  /** `serve.externalUrl`: never taken from a request. */
  readonly externalUrl: string;
  readonly log: Pick<Logger, 'warn'>;
  now(): TimeMs;
}

/** What a `state` says of its login: something random, when it expires, and where the browser goes then. */
type Begun = readonly [random: string, expires: TimeMs, next: string];

/**
 * Logs browsers in by an OpenID Connect provider: authorization code flow with PKCE, `state` and `nonce`, bound to the
 * browser. Nothing is kept of a login that has begun, so that many of them push none out: `state` is signed together with
 * the browser's cookie, `nonce` and verifier follow from both, and the provider takes a code once. What the provider's tokens say is verified, mapped to a principal, and thrown away.
 */
export class OidcLogin {
  /** The provider's host, for people. */
  readonly provider: string;
  readonly #parts: OidcParts;
  /** Of this process: a restart ends the logins that are under way. */
  readonly #key = randomBytes(32);
  #known: { readonly client: Promise<Configuration>; readonly until: TimeMs } | null = null;
  #logoutUrl: string | null = null;

  constructor(parts: OidcParts) {
    this.#parts = parts;
    this.provider = new URL(parts.settings.issuer).host;
  }

  /** Where a person ends their session at the provider; null where it offers none, or was not asked yet. */
  get logoutUrl(): string | null {
    return this.#logoutUrl;
  }

  /**
   * Begins a login; where to send the browser, and what its cookie must hold when it comes back.
   * @param browser what the cookie holds already, so that two tabs do not end each other's login
   * @throws HttpProblem 502 while the provider does not answer
   */
  async begin(
    next: string,
    browser: string | undefined,
  ): Promise<{ readonly url: string; readonly browser: string }> {
    const [oidc, client] = await Promise.all([import('openid-client'), this.#client()]);
    const bound = browser ?? randomBytes(32).toString('base64url');
    const expires = this.#parts.now() + LOGIN_MS;
    const begun: Begun = [oidc.randomState(), expires, next.length > MAX_NEXT ? '/' : next];
    const said = Buffer.from(JSON.stringify(begun)).toString('base64url');
    const state = `${said}.${this.#sign('state', said, bound)}`;
    const verifier = this.#sign('verifier', state, bound);
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: this.#redirectUrl.href,
      scope: this.#parts.settings.scopes.join(' '),
      state,
      nonce: this.#sign('nonce', state, bound),
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, browser: bound };
  }

  /**
   * Ends a login with what the provider sent along.
   * @throws HttpProblem 403 where it is not the login of this browser, or the person may see nothing; 502
   */
  async end(
    query: URLSearchParams,
    browser: string | undefined,
  ): Promise<{ readonly principal: Principal; readonly next: string }> {
    const state = query.get('state') ?? '';
    const [, expires = 0, next = '/'] = this.#begun(state, browser) ?? [];
    if (browser === undefined || expires <= this.#parts.now())
      throw new HttpProblem(
        403,
        'This login is over or was not begun by this browser: log in again',
      );
    const claims = await this.#claims(query, state, browser);
    const principal = principalOf(claims, this.#parts.settings);
    const { usernameClaim, groupsClaim } = this.#parts.settings;
    const missing = [usernameClaim, groupsClaim].filter((claim) => !(claim in claims));
    if (missing.length > 0)
      this.#parts.log.warn({ missing }, 'Claims are missing: see oidc.scopes and the provider');
    if (principal === null)
      throw new HttpProblem(403, 'You are in none of the groups that may see something here');
    return { principal, next };
  }

  /** What a `state` that was made here for this browser says; null for any other. */
  #begun(state: string, browser: string | undefined): Begun | null {
    const [, said, signed] = /^([\w-]+)\.([\w-]{43})$/.exec(state) ?? [];
    if (said === undefined || signed === undefined || browser === undefined) return null;
    const expected = this.#sign('state', said, browser);
    if (!timingSafeEqual(Buffer.from(signed), Buffer.from(expected))) return null;
    return JSON.parse(Buffer.from(said, 'base64url').toString()) as Begun;
  }

  /** 43 characters that only this process can make. */
  #sign(use: 'state' | 'nonce' | 'verifier', text: string, browser: string): string {
    const signed = JSON.stringify([use, text, browser]);
    return createHmac('sha256', this.#key).update(signed).digest('base64url');
  }

  async #claims(query: URLSearchParams, state: string, browser: string): Promise<Claims> {
    const [oidc, client] = await Promise.all([import('openid-client'), this.#client()]);
    const { settings } = this.#parts;
    const current = this.#redirectUrl;
    current.search = query.toString();
    try {
      const tokens = await oidc.authorizationCodeGrant(client, current, {
        pkceCodeVerifier: this.#sign('verifier', state, browser),
        expectedState: state,
        expectedNonce: this.#sign('nonce', state, browser),
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('there is no ID token');
      const { groupsClaim, usernameClaim } = settings;
      if (groupsClaim in claims && usernameClaim in claims) return claims;
      if (client.serverMetadata().userinfo_endpoint === undefined) return claims;
      // Some providers tell more only when they are asked for the person.
      const info = await oidc.fetchUserInfo(client, tokens.access_token, claims.sub);
      return { ...info, ...claims };
    } catch (error) {
      this.#parts.log.warn({ reason: reasonOf(error) }, 'A login by OpenID Connect was refused');
      throw new HttpProblem(403, `${this.provider} did not confirm the login: see the log`);
    }
  }

  get #redirectUrl(): URL {
    return redirectUrlOf(this.#parts.externalUrl);
  }

  async #client(): Promise<Configuration> {
    const { now, log, settings, externalUrl } = this.#parts;
    if (this.#known === null || this.#known.until <= now())
      this.#known = { client: discover(settings), until: now() + DISCOVERED_MS };
    const { client } = this.#known;
    try {
      const found = await client;
      const { end_session_endpoint: end } = found.serverMetadata();
      const back = new URL('login', `${externalUrl.replace(/\/$/, '')}/`).href;
      const oidc = await import('openid-client');
      this.#logoutUrl =
        end !== undefined && /^https?:/.test(end)
          ? oidc.buildEndSessionUrl(found, { post_logout_redirect_uri: back }).href
          : null;
      return found;
    } catch (error) {
      this.#known = null;
      log.warn({ reason: reasonOf(error) }, 'The OpenID Connect provider cannot be used');
      throw new HttpProblem(502, `${this.provider} could not be reached: see the log`);
    }
  }
}

/** The address that must be registered at the provider. */
export function redirectUrlOf(externalUrl: string): URL {
  return new URL(externalUrl.replace(/\/$/, '') + OIDC_CALLBACK);
}

/**
 * Reads what the provider publishes about itself.
 * @throws Error saying what is wrong with the issuer
 */
export async function discover(settings: OidcConfig): Promise<Configuration> {
  const oidc = await import('openid-client');
  const { issuer, clientId, clientSecret } = settings;
  const server = new URL(issuer);
  const insecure = server.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
  const metadata = { [oidc.clockTolerance]: CLOCK_TOLERANCE_S };
  const authentication =
    clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret);
  try {
    return await oidc.discovery(server, clientId, metadata, authentication, {
      timeout: TIMEOUT_S,
      // The ID token is signed; that it came over TLS from the provider is not enough here.
      execute: [...insecure, oidc.enableNonRepudiationChecks],
    });
  } catch (error) {
    throw new Error(`oidc.issuer ${issuer}: ${reasonOf(error)}`, { cause: error });
  }
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * The principal of verified claims; null for a person in none of the configured groups. The first entry of one of their
 * groups says the scopes and clusters; namespaces are those of all of their entries that give at least as much, so that
 * a scope holds only in namespaces for which an entry gives it.
 */
export function principalOf(
  claims: Claims,
  { usernameClaim, groupsClaim, groups }: OidcConfig,
): Principal | null {
  const name = claims[usernameClaim];
  // A person could have chosen an address that is not confirmed: another's.
  if (typeof name !== 'string' || name === '') return null;
  if (usernameClaim === 'email' && claims['email_verified'] !== true) return null;
  const claimed = claims[groupsClaim];
  const theirs = new Set(Array.isArray(claimed) ? claimed : [claimed]);
  const entries = groups.filter(({ group }) => theirs.has(group));
  const [first] = entries;
  if (first === undefined) return null;
  const wide = entries.filter((entry) => givesAsMuch(entry, first));
  const isEvery = wide.some(({ namespaces }) => namespaces === undefined);
  return {
    name: `oidc:${name}`,
    scopes: new Set<AccessScope>(first.scopes),
    namespaces: isEvery ? null : new Set(wide.flatMap(({ namespaces }) => namespaces ?? [])),
    ...(first.clusters !== undefined && { clusters: new Set(first.clusters) }),
    via: 'session',
  };
}

function givesAsMuch(entry: OidcGroup, first: OidcGroup): boolean {
  const has = (scope: AccessScope) => entry.scopes.some((one) => one === scope || one === 'admin');
  const reaches = ({ clusters }: OidcGroup) => JSON.stringify(clusters?.toSorted() ?? null);
  return first.scopes.every(has) && reaches(entry) === reaches(first);
}

/** The library's own words, and the provider's code: neither holds a token. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause, message } = error;
  const { error: code, code: own } = error as { readonly error?: unknown; readonly code?: unknown };
  const parts = [message, ...[own, code].filter((one) => typeof one === 'string')];
  if (cause instanceof Error && cause.message !== message) parts.push(reasonOf(cause));
  return parts.join(': ').slice(0, 500);
}
