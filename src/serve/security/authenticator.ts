import { createHash, timingSafeEqual } from 'node:crypto';
import type { AccessScope, Principal } from './principal.ts';

/**
 * Turns a bearer token into a principal. The one place where another way of proving oneself goes:
 * Kubernetes TokenReview or OIDC implement this interface and are tried after the configured tokens.
 */
export interface Authenticator {
  /** The principal, or null when the token is none of this authenticator's. */
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
}

/** Authenticates the tokens of `serve.tokens`. */
export function tokenAuthenticator(tokens: readonly ConfiguredToken[]): Authenticator {
  const known = tokens.map(({ name, token, scopes, namespaces }) => ({
    digest: digest(token),
    principal: {
      name,
      scopes: new Set(scopes),
      namespaces: namespaces === undefined ? null : new Set(namespaces),
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
