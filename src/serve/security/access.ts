import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { hasScope, LOCAL_OPERATOR, type AccessScope, type Principal } from './principal.ts';
import { HttpProblem } from '../problem.ts';
import type { Session, Sessions } from './sessions.ts';

/** Turns a bearer token into a principal: the configured tokens, and after them Kubernetes' (`tokenReview.ts`). */
export interface Authenticator {
  /**
   * The principal, or null when the token is none of this authenticator's.
   * @throws HttpProblem when that cannot be found out now
   */
  authenticate(token: string): Promise<Principal | null>;
}

/** The principal of a token, from the first authenticator that knows it; null when none does. */
export async function authenticateToken(
  authenticators: readonly Authenticator[],
  token: string,
): Promise<Principal | null> {
  if (!/^[\x21-\x7e]{1,8192}$/.test(token)) return null;
  for (const authenticator of authenticators) {
    const principal = await authenticator.authenticate(token);
    if (principal !== null) return principal;
  }
  return null;
}

export interface ConfiguredToken {
  readonly name: string;
  /** The secret itself, already read from its file. */
  readonly token: string;
  readonly scopes: readonly AccessScope[];
  readonly namespaces?: readonly string[] | undefined;
  readonly clusters?: readonly string[] | undefined;
}

/** Authenticates the tokens of `serve.tokens`. */
export function tokenAuthenticator(tokens: readonly ConfiguredToken[]): Authenticator {
  const known = tokens.map(({ name, token, scopes, namespaces, clusters }) => ({
    digest: digest(token),
    principal: {
      name,
      scopes: new Set(scopes),
      namespaces: namespaces === undefined ? null : new Set(namespaces),
      ...(clusters !== undefined && { clusters: new Set(clusters) }),
      via: 'bearer',
    } satisfies Principal,
  }));
  return {
    authenticate(token) {
      const given = digest(token);
      let found: Principal | null = null;
      // Every digest is compared, in constant time, whatever matched before.
      for (const { digest: expected, principal } of known) {
        if (timingSafeEqual(given, expected)) found = principal;
      }
      return Promise.resolve(found);
    },
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** What a request carries once it is authenticated. */
export interface ServerVariables {
  principal: Principal;
  session: Session | null;
}

export interface ServerEnv {
  Variables: ServerVariables;
}

/** What `authenticate` is given. */
export interface Authentication {
  readonly authenticators: readonly Authenticator[];
  /** No client has to say who it is: each is the local operator. */
  readonly isOpen: boolean;
  /** The cluster that is asked about. */
  cluster(): string;
}

/** Finds out who is asking: a bearer token, else a session's cookie, else, where that is enough, the local operator. */
export function authenticate(
  how: Authentication,
  sessions: Sessions,
): MiddlewareHandler<ServerEnv> {
  const { cluster } = how;
  return async (context, next) => {
    const session = sessionOf(context, sessions);
    const principal = await principalOf(context, how, session, sessions);
    if (principal === null) {
      throw new HttpProblem(401, 'A token is needed: Authorization: Bearer …', {
        'www-authenticate': 'Bearer realm="burnwatch"',
      });
    }
    const { name, clusters } = principal;
    if (clusters !== undefined && !clusters.has(cluster())) {
      const others = [...clusters].join(', ');
      throw new HttpProblem(
        403,
        `The token "${name}" is for other clusters: add ?cluster= with one of ${others}`,
      );
    }
    context.set('principal', principal);
    context.set('session', session);
    await next();
  };
}

/** Lets a request pass only with the scope that it needs. */
export function requireScope(scope: AccessScope): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const { name } = context.var.principal;
    if (!hasScope(context.var.principal, scope))
      throw new HttpProblem(403, `The token "${name}" lacks the scope "${scope}"`);
    await next();
  };
}

/** Lets a request pass only with a token that sees all namespaces. */
export function requireEveryNamespace(): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const { name, namespaces } = context.var.principal;
    if (namespaces !== null)
      throw new HttpProblem(403, `The token "${name}" is for some namespaces only`);
    await next();
  };
}

async function principalOf(
  context: Context<ServerEnv>,
  { authenticators, isOpen }: Authentication,
  session: Session | null,
  sessions: Sessions,
): Promise<Principal | null> {
  const header = context.req.header('authorization');
  if (header !== undefined) {
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(header)?.[1];
    return token === undefined ? null : authenticateToken(authenticators, token);
  }
  if (session !== null) {
    const principal = await session.principal();
    if (principal !== null) return principal;
    sessions.end(session.id);
  }
  return isOpen ? LOCAL_OPERATOR : null;
}

function sessionOf(context: Context<ServerEnv>, sessions: Sessions): Session | null {
  const { name, prefix } = sessions.cookie;
  const id = getCookie(context, name, prefix);
  return id === undefined ? null : sessions.find(id);
}
