import type { Silence } from '../../store/silences/silence.ts';
import { mayTouchAbuse } from '../../notify/silences/createSilence.ts';
import type { Matcher } from '../../store/silences/matcher.ts';
import type { Finding } from '../../model/finding.ts';
import { HttpProblem } from '../problem.ts';
import { hasScope, type Principal } from './principal.ts';

/**
 * Keeping abuse quiet takes the scope `silence` and sight of the whole cluster: whoever runs the miner may
 * well hold the token of its namespace.
 */
export function mayQuietAbuse(principal: Principal): boolean {
  return hasScope(principal, 'silence') && principal.namespaces === null;
}

/** @throws HttpProblem 403 when the principal may not accept this finding or call it no abuse. */
export function requireQuieting(principal: Principal, finding: Finding): void {
  if (finding.kind !== 'cryptojacking' || mayQuietAbuse(principal)) return;
  throw new HttpProblem(403, 'Forbidden', QUIET_ABUSE);
}

/** @throws HttpProblem 403 when these matchers reach further than the principal may. */
export function requireSilencing(principal: Principal, matchers: readonly Matcher[]): void {
  if (principal.namespaces === null) return;
  if (!isWithin(principal, matchers))
    throw new HttpProblem(
      403,
      'Forbidden',
      `The token "${principal.name}" may silence only its own namespaces: add the matcher namespace=NAME`,
    );
  if (mayTouchAbuse(matchers)) throw new HttpProblem(403, 'Forbidden', QUIET_ABUSE);
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
