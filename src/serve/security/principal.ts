/** What a token may be used for. `admin` includes the others. */
export type AccessScope = 'read' | 'ack' | 'silence' | 'admin';

/** Who is asking, and what they may see and do. */
export interface Principal {
  readonly name: string;
  readonly scopes: ReadonlySet<AccessScope>;
  /** Namespaces they may see; null for all of them. */
  readonly namespaces: ReadonlySet<string> | null;
  /** How they proved it: cookies need CSRF protection, bearer tokens do not. */
  readonly via: 'loopback' | 'bearer' | 'session';
}

/** Without any token configured only loopback is listened on, and whoever is there may do everything. */
export const LOCAL_OPERATOR: Principal = {
  name: 'local operator',
  scopes: new Set(['admin']),
  namespaces: null,
  via: 'loopback',
};

/** Whether the principal may do that; `admin` may everything. */
export function hasScope(principal: Principal, scope: AccessScope): boolean {
  return principal.scopes.has(scope) || principal.scopes.has('admin');
}

/** True when the principal may see things of this namespace; null is the cluster as a whole. */
export function maySee(principal: Principal, namespace: string | null): boolean {
  if (principal.namespaces === null) return true;
  return namespace !== null && principal.namespaces.has(namespace);
}

/** The namespaces to restrict a query to: null for no restriction. */
export function visibleNamespaces(principal: Principal): readonly string[] | null {
  return principal.namespaces === null ? null : [...principal.namespaces].sort();
}
