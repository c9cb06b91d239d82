import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { authenticateToken } from './authenticator.ts';
import { hasScope, LOCAL_OPERATOR, type AccessScope, type Principal } from './principal.ts';
import type { Session, Sessions } from './sessions.ts';

export const SESSION_COOKIE = 'burnwatch_session';

/** What a request carries once it has passed the door. */
export interface DoorVariables {
  principal: Principal;
  session: Session | null;
}

export interface DoorEnv {
  Variables: DoorVariables;
}

/**
 * Finds out who is asking: a bearer token, else a session's cookie, else, where no token is configured
 * at all, the local operator. Nobody else passes.
 */
export function authenticate(deps: ServeDeps, sessions: Sessions): MiddlewareHandler<DoorEnv> {
  return async (context, next) => {
    const session = sessionOf(context, sessions);
    const principal = await principalOf(context, deps, session);
    if (principal === null) {
      throw new HttpProblem(401, 'Unauthorized', 'A token is needed: Authorization: Bearer …', {
        'www-authenticate': 'Bearer realm="burnwatch"',
      });
    }
    context.set('principal', principal);
    context.set('session', session);
    await next();
  };
}

/** Lets a request pass only with the scope that it needs. */
export function requireScope(scope: AccessScope): MiddlewareHandler<DoorEnv> {
  return async (context, next) => {
    const { name } = context.var.principal;
    if (!hasScope(context.var.principal, scope))
      throw new HttpProblem(403, 'Forbidden', `The token "${name}" lacks the scope "${scope}"`);
    await next();
  };
}

/** Lets a request pass only with a token that sees all namespaces. */
export function requireEveryNamespace(): MiddlewareHandler<DoorEnv> {
  return async (context, next) => {
    const { name, namespaces } = context.var.principal;
    if (namespaces !== null)
      throw new HttpProblem(403, 'Forbidden', `The token "${name}" is for some namespaces only`);
    await next();
  };
}

async function principalOf(
  context: Context<DoorEnv>,
  deps: ServeDeps,
  session: Session | null,
): Promise<Principal | null> {
  const header = context.req.header('authorization');
  if (header !== undefined) {
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(header)?.[1];
    return token === undefined ? null : authenticateToken(deps.authenticators, token);
  }
  if (session !== null) return session.principal;
  return deps.authenticators.length === 0 ? LOCAL_OPERATOR : null;
}

function sessionOf(context: Context<DoorEnv>, sessions: Sessions): Session | null {
  const id = getCookie(context, SESSION_COOKIE);
  return id === undefined ? null : sessions.find(id);
}
