import { IMAGE_IN_CLUSTERS } from '../../detect/imageInClusters.ts';
import { SEVERITY_RANK } from '../../detect/findings/severity.ts';
import { suspectedWorkloads } from '../../detect/findings/suspectedWorkloads.ts';
import type { Finding } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import { workloadKey } from '../../model/workload.ts';
import { silencedBy, type Silence } from '../../store/silences/silence.ts';

/** Says why a finding is kept quiet now, or null. What is quiet is looked at again at every plan. */
export interface QuietRule {
  (finding: Finding): string | null;
}

/** Silences that people wrote. */
export function silenceRule(silences: readonly Silence[], now: TimeMs): QuietRule {
  return (finding) => {
    const silence = silencedBy(finding, silences, now);
    return silence === null ? null : `silenced by ${silence.author}: ${silence.reason}`;
  };
}

/**
 * Inhibition: abuse mutes right-sizing and money news of the same workload (its usage is not its
 * own, unless it was accepted), and stale data mutes what is derived from absence.
 */
export function inhibitionRule(findings: readonly Finding[]): QuietRule {
  const abused = suspectedWorkloads(findings);
  const stale = findings.some(
    ({ kind, severity, state, scope }) =>
      kind === 'data-quality' &&
      severity !== 'info' &&
      state !== 'resolved' &&
      scope.namespace === null,
  );
  return (finding) => {
    const { namespace, workload } = finding.scope;
    if (MUTED_BY_ABUSE.has(finding.kind) && namespace !== null && workload !== null) {
      if (abused.has(workloadKey(namespace, workload))) return 'inhibited by abuse of the workload';
    }
    return stale && finding.kind === 'abandoned' ? 'inhibited by missing data' : null;
  };
}

/** A finding over clusters speaks for those of its image in each, unless they are graver. */
export function spokenForRule(findings: readonly Finding[]): QuietRule {
  const open = findings.filter(
    ({ rule, state }) => rule === IMAGE_IN_CLUSTERS && state !== 'resolved' && state !== 'accepted',
  );
  return ({ rule, image, cause, severity }) => {
    if (rule === IMAGE_IN_CLUSTERS || image === undefined || cause !== 'mining') return null;
    const speaker = open.find(
      (one) => one.image === image && SEVERITY_RANK[one.severity] >= SEVERITY_RANK[severity],
    );
    return speaker === undefined ? null : `part of finding ${speaker.id} of ${speaker.cluster}`;
  };
}

const MUTED_BY_ABUSE: ReadonlySet<Finding['kind']> = new Set([
  'overprovisioned',
  'underprovisioned',
  'cost-spike',
]);

/** Says of each finding whether any rule keeps it quiet; each is looked at once. */
export function quietTest(rules: readonly QuietRule[]): (finding: Finding) => boolean {
  const known = new Map<Finding, boolean>();
  return (finding) => {
    let isQuiet = known.get(finding);
    if (isQuiet === undefined)
      known.set(finding, (isQuiet = rules.some((rule) => rule(finding) !== null)));
    return isQuiet;
  };
}
