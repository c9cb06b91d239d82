import { mostSevereFirst } from '../../detect/findings/severity.ts';
import { IMAGE_IN_CLUSTERS } from '../../detect/imageInClusters.ts';
import type { Finding } from '../../model/finding.ts';
import { workloadKey } from '../../model/workload.ts';
import type { Attention, FindingCount } from '../../store/digests/digest.ts';
import type { Week } from '../../store/digests/week.ts';

const NAMED = 3;

/** How findings of a week count: by when they were recognised and when they ended, in the data's time. */
interface Counted {
  readonly opened: boolean;
  readonly resolved: boolean;
  readonly open: boolean;
}

function count({ firstSeen, resolvedAt }: Finding, { start, end }: Week): Counted {
  const isOver = resolvedAt !== null && resolvedAt <= end;
  return {
    opened: firstSeen > start && firstSeen <= end,
    resolved: isOver && resolvedAt > start,
    open: firstSeen <= end && !isOver,
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
    .filter((one) => one.open || one.opened)
    .map(({ finding }) => finding)
    .sort(mostSevereFirst);
  return {
    opened: abuse.filter((one) => one.opened).length,
    resolved: abuse.filter((one) => one.resolved).length,
    open: abuse.filter((one) => one.open).length,
    critical: reported.filter(({ severity }) => severity === 'critical').length,
    costNano: reported.reduce((sum, { costSoFarNano }) => sum + (costSoFarNano ?? 0), 0),
    worst: [...new Set(reported.map(placeOf))].slice(0, NAMED),
  };
}

/** Findings of the week by kind, abuse left out; kinds without any are not in it. */
export function findingCounts(findings: readonly Finding[], week: Week): readonly FindingCount[] {
  const kinds = new Map<string, { opened: number; resolved: number; open: number }>();
  for (const finding of findings) {
    if (finding.kind === 'cryptojacking') continue;
    const { opened, resolved, open } = count(finding, week);
    if (!opened && !resolved && !open) continue;
    const entry = kinds.get(finding.kind) ?? { opened: 0, resolved: 0, open: 0 };
    kinds.set(finding.kind, entry);
    entry.opened += Number(opened);
    entry.resolved += Number(resolved);
    entry.open += Number(open);
  }
  return [...kinds]
    .map(([kind, counts]) => ({ kind, ...counts }))
    .sort((a, b) => b.open - a.open || (a.kind < b.kind ? -1 : 1));
}

function placeOf({ scope, cluster }: Finding): string {
  const { namespace, workload, subject } = scope;
  if (namespace !== null && workload !== null) return workloadKey(namespace, workload);
  return namespace ?? subject ?? cluster;
}
