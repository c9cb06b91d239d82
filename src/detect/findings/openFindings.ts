import type { Finding, FindingKind, Scope } from '../../model/finding.ts';

/**
 * Tells whether a finding is open. Detectors ask for every container in every window, and hardly anything is ever
 * open: hashing each scope into a fingerprint for that took a fifteenth of a backfill.
 */
export function openFindings(
  findings: Iterable<Pick<Finding, 'kind' | 'rule' | 'scope' | 'state'>>,
): (kind: FindingKind, rule: string, scope: Scope) => boolean {
  const scopesOf = new Map<string, Set<string>>();
  for (const { kind, rule, scope, state } of findings) {
    if (state === 'resolved') continue;
    const key = `${kind}/${rule}`;
    const scopes = scopesOf.get(key) ?? new Set();
    scopesOf.set(key, scopes.add(scopeKey(scope)));
  }
  return (kind, rule, scope) => scopesOf.get(`${kind}/${rule}`)?.has(scopeKey(scope)) ?? false;
}

/** JSON keeps the parts apart whatever characters they hold. */
function scopeKey({ namespace, workload, container, subject }: Scope): string {
  return JSON.stringify([namespace, workload?.kind, workload?.name, container, subject]);
}
