import type { Finding } from '../../model/finding.ts';
import { workloadKey } from '../../model/workload.ts';

/**
 * Workloads suspected of mining, by `workloadKey`: what a miner uses must not become anybody's request. A finding that
 * was accepted is no suspicion, and neither is what went to the digest only.
 */
export function suspectedWorkloads(
  findings: readonly Pick<Finding, 'kind' | 'severity' | 'state' | 'scope'>[],
): ReadonlySet<string> {
  const keys = findings.flatMap(({ kind, severity, state, scope }) => {
    const isSuspect =
      kind === 'cryptojacking' &&
      severity !== 'info' &&
      state !== 'accepted' &&
      state !== 'resolved';
    const { namespace, workload } = scope;
    return isSuspect && namespace !== null && workload !== null
      ? [workloadKey(namespace, workload)]
      : [];
  });
  return new Set(keys);
}
