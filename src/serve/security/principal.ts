import type { Silence } from '../../store/silences/silence.ts';
import { mayTouchAbuse } from '../../notify/silences/createSilence.ts';
import type { Matcher } from '../../store/silences/matcher.ts';
import type { Finding } from '../../model/finding.ts';
import { HttpProblem } from '../problem.ts';
import type { HistoryReader } from '../../store/history.ts';

/** What a token may be used for. `ingest` only sends events of other tools; `admin` includes all. */
export type AccessScope = 'read' | 'ack' | 'silence' | 'ingest' | 'admin';

/** Who is asking, and what they may see and do. */
export interface Principal {
  readonly name: string;
  readonly scopes: ReadonlySet<AccessScope>;
  /** Namespaces they may see; null for all of them. */
  readonly namespaces: ReadonlySet<string> | null;
  /** Clusters they may see; absent for all of them. */
  readonly clusters?: ReadonlySet<string>;
  /** How they proved it: cookies need CSRF protection, bearer tokens do not. */
  readonly via: 'loopback' | 'bearer' | 'session';
}

/** Without any token configured only loopback is listened on, and every client there may do everything. */
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

/** True when the principal may see all of these clusters. */
export function seesAll(principal: Principal, names: readonly string[]): boolean {
  return seenOf(principal, names).length === names.length;
}

/** Those of these clusters that the principal may see. */
export function seenOf({ clusters }: Principal, names: readonly string[]): readonly string[] {
  return names.filter((name) => clusters?.has(name) ?? true);
}

/** The namespaces to restrict a query to: null for no restriction. */
export function visibleNamespaces(principal: Principal): readonly string[] | null {
  return principal.namespaces === null ? null : [...principal.namespaces].sort();
}

/**
 * Keeping abuse quiet takes the scope `silence` and sight of the whole cluster: the person who runs the miner may
 * well hold the token of its namespace.
 */
export function mayQuietAbuse(principal: Principal): boolean {
  return hasScope(principal, 'silence') && principal.namespaces === null;
}

/** @throws HttpProblem 403 when the principal may not accept this finding or call it no abuse. */
export function requireQuieting(principal: Principal, finding: Finding): void {
  if (finding.kind !== 'cryptojacking' || mayQuietAbuse(principal)) return;
  throw new HttpProblem(403, QUIET_ABUSE);
}

/** @throws HttpProblem 403 when these matchers reach further than the principal may. */
export function requireSilencing(principal: Principal, matchers: readonly Matcher[]): void {
  if (principal.namespaces === null) return;
  if (!isWithin(principal, matchers))
    throw new HttpProblem(
      403,
      `The token "${principal.name}" may silence only its own namespaces: add the matcher namespace=NAME`,
    );
  if (mayTouchAbuse(matchers)) throw new HttpProblem(403, QUIET_ABUSE);
}

/** True when the principal may know of this silence. */
export function maySeeSilence(principal: Principal, silence: Silence): boolean {
  return principal.namespaces === null || isWithin(principal, silence.matchers);
}

const QUIET_ABUSE =
  'Keeping abuse quiet needs a token with the scope "silence" and without a list of namespaces; the scope "ack" suffices to acknowledge it';

/** True when the matchers cannot fit anything outside the principal's namespaces. */
function isWithin({ namespaces }: Principal, matchers: readonly Matcher[]): boolean {
  if (namespaces === null) return true;
  return matchers.some(
    ({ label, operator, value }) =>
      label === 'namespace' && operator === '=' && namespaces.has(value),
  );
}

/** Evidence whose text names workloads of other namespaces. */
const NAMES_OTHERS = new Set(['same-image']);

/** A finding as this principal may see it: without what names other tenants' workloads. */
export function asSeenBy(principal: Principal, finding: Finding): Finding {
  if (principal.namespaces === null) return finding;
  const evidence = finding.evidence.filter(({ signal }) => !NAMES_OTHERS.has(signal));
  return { ...finding, evidence };
}

/** The finding, if there is one and the principal may see it: both cases answer alike. */
export async function findVisible(
  id: string,
  principal: Principal,
  deps: FindingDeps,
): Promise<Finding> {
  return asSeenBy(principal, await findWhole(id, principal, deps));
}

/** The same as the history has it: for what is done about it, never for what is shown. */
export async function findWhole(
  id: string,
  principal: Principal,
  { reader }: FindingDeps,
): Promise<Finding> {
  const finding = await reader.finding(id);
  if (finding === null || !maySee(principal, finding.scope.namespace))
    throw new HttpProblem(404, 'There is no such finding');
  return finding;
}

interface FindingDeps {
  readonly reader: Pick<HistoryReader, 'finding'>;
}
