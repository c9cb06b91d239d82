import { mostSevereFirst } from '../../detect/findings/severity.ts';
import { IMAGE_IN_CLUSTERS } from '../../detect/imageInClusters.ts';
import type { Finding } from '../../model/finding.ts';
import { workloadKey } from '../../model/workload.ts';
import type { Attention, FindingCount } from '../../store/digests/digest.ts';
import type { Week } from '../../store/digests/week.ts';
import { sumParts } from '../../model/costParts.ts';

const NAMED = 3;

/** What every line of findings counts. */
export const COUNTS = ['opened', 'resolved', 'open'] as const;

/** How a finding counts in a week, as 0 or 1: by when it was recognised and when it ended, in the data's time. */
function count({ firstSeen, resolvedAt }: Finding, { start, end }: Week) {
  const isOver = resolvedAt !== null && resolvedAt <= end;
  return {
    opened: Number(firstSeen > start && firstSeen <= end),
    resolved: Number(isOver && resolvedAt > start),
    open: Number(firstSeen <= end && !isOver),
  };
}

/** Abuse of the week in a line. What is only a hint (`info`) does not count. */
export function abuseLine(findings: readonly Finding[], week: Week): Attention {
  const abuse = findings
    .filter(
      ({ kind, rule, severity }) =>
        kind === 'cryptojacking' && rule !== IMAGE_IN_CLUSTERS && severity !== 'info',
    )
    .map((finding) => ({ finding, ...count(finding, week) }));
  const reported = abuse
    .filter((one) => one.open + one.opened > 0)
    .map(({ finding }) => finding)
    .sort(mostSevereFirst);
  return {
    ...sumParts(COUNTS, abuse),
    critical: reported.filter(({ severity }) => severity === 'critical').length,
    costNano: reported.reduce((sum, { costSoFarNano }) => sum + (costSoFarNano ?? 0), 0),
    worst: [...new Set(reported.map(placeOf))].slice(0, NAMED),
  };
}

/** Findings of the week by kind, abuse left out; kinds without any are not in it. */
export function findingCounts(findings: readonly Finding[], week: Week): readonly FindingCount[] {
  const counted = findings
    .filter(({ kind }) => kind !== 'cryptojacking')
    .map((finding) => ({ kind: finding.kind, ...count(finding, week) }));
  return Array.from(
    Map.groupBy(counted, ({ kind }) => kind),
    ([kind, same]) => ({ kind, ...sumParts(COUNTS, same) }),
  )
    .filter((one) => one.opened + one.resolved + one.open > 0)
    .sort((a, b) => b.open - a.open || (a.kind < b.kind ? -1 : 1));
}

function placeOf({ scope, cluster }: Finding): string {
  const { namespace, workload, subject } = scope;
  if (namespace !== null && workload !== null) return workloadKey(namespace, workload);
  return namespace ?? subject ?? cluster;
}
