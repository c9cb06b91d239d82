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
  return new Set(
    [...abuseMarks(findings)].flatMap(([key, mark]) => (mark === 'suspected' ? [key] : [])),
  );
}

/** A workload whose use is, or may be, that of a miner; `accepted`: a person said that it is wanted. */
export type AbuseMark = 'suspected' | 'accepted';

/** The marks of workloads, by `workloadKey`. */
export function abuseMarks(
  findings: Iterable<Pick<Finding, 'kind' | 'severity' | 'state' | 'scope'>>,
): ReadonlyMap<string, AbuseMark> {
  const marks = new Map<string, AbuseMark>();
  for (const { kind, severity, state, scope } of findings) {
    if (kind !== 'cryptojacking' || severity === 'info') continue;
    const { namespace, workload } = scope;
    if (state === 'resolved' || namespace === null || workload === null) continue;
    const key = workloadKey(namespace, workload);
    if (state !== 'accepted') marks.set(key, 'suspected');
    else if (!marks.has(key)) marks.set(key, 'accepted');
  }
  return marks;
}
