import { createHash } from 'node:crypto';
import type { FindingKind, Scope } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';

/**
 * The stable identity of "this rule about this thing": 16 hexadecimal digits of a SHA-256 over
 * cluster, kind, rule, scope and container. It survives rollouts, restarts and re-runs.
 */
export function fingerprint(
  cluster: string,
  kind: FindingKind,
  rule: string,
  scope: Scope,
): string {
  const { namespace, workload, container, subject } = scope;
  // JSON keeps the parts apart whatever characters they hold.
  const parts = [
    cluster,
    kind,
    rule,
    namespace,
    workload?.kind,
    workload?.name,
    container,
    subject,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** The identity of one occurrence: the fingerprint and when it was first seen, short enough to type. */
export function findingId(print: string, firstSeen: TimeMs): string {
  return `${print.slice(0, 8)}-${Math.floor(firstSeen / 1000).toString(36)}`;
}
