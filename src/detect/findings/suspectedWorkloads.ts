import type { Finding } from '../../model/finding.ts';
import { workloadKey } from '../../model/workload.ts';

/**
 * Workloads suspected of mining, by `workloadKey`: their use is not their own, so that neither advice nor news
 * about their requests and money says anything. A finding that was accepted is no suspicion while the
 * acceptance lasts (somebody said that the use is wanted), and neither is what went to the digest only.
 */
export function suspectedWorkloads(
  findings: Iterable<Pick<Finding, 'kind' | 'severity' | 'state' | 'scope'>>,
): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { kind, severity, state, scope } of findings) {
    if (kind !== 'cryptojacking' || severity === 'info') continue;
    if (state === 'accepted' || state === 'resolved') continue;
    const { namespace, workload } = scope;
    if (namespace !== null && workload !== null) keys.add(workloadKey(namespace, workload));
  }
  return keys;
}
