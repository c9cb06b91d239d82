import { observingBy, type Collector } from '../collect/collector.ts';
import type { Budget } from '../cost/config.ts';
import { readSpentElsewhere } from '../cost/budgets/spentElsewhere.ts';
import { speakerOf, withOtherHistories, type OtherHistories } from '../cost/fleet.ts';
import { IMAGE_IN_CLUSTERS, placeOf } from '../detect/imageInClusters.ts';
import { openHistoryReader } from '../engines/openHistory.ts';
import type { Finding } from '../model/finding.ts';
import type { Snapshot, SuspectElsewhere } from '../model/snapshot.ts';
import { DAY_MS, HOUR_MS } from '../model/time.ts';
import type { Config } from './config/schema.ts';

/**
 * Lets the windows of the cluster that speaks for all know of the others: which images are suspected there, and, at the end
 * of an hour, what was spent under the budgets over all. A cluster that is behind counts as far as it has come, and one that
 * cannot be read leaves the windows without any of it.
 */
export function withElsewhere(collector: Collector, config: Config): Collector {
  if (config.fleet === undefined || speakerOf(config) !== config.cluster) return collector;
  const shared = config.budgets.filter(({ across }: Budget) => across === true);
  const tell = async (snapshots: readonly Snapshot[], others: OtherHistories) => {
    if (others.unread.length > 0) return snapshots;
    const findings = await abuseOf(others, snapshots[0]?.window.start ?? 0);
    const told: Snapshot[] = [];
    for (const snapshot of snapshots) {
      const { end } = snapshot.window;
      const isHour = shared.length > 0 && end % HOUR_MS === 0;
      const spent = isHour ? await readSpentElsewhere(shared, others, end) : null;
      told.push({
        ...snapshot,
        suspectsElsewhere: findings.flatMap((finding) => suspectAt(finding, end)),
        ...(spent !== null && { spentElsewhere: spent }),
      });
    }
    return told;
  };
  return observingBy(collector, async (...asked) => {
    const snapshots = await collector.collect(...asked);
    return withOtherHistories(config, openHistoryReader, (others) => tell(snapshots, others));
  });
}

/** A finding that nothing has shown for so long is no suspect any more, open or not. */
const SILENT_MS = 7 * DAY_MS;

/** Abuse findings of the others that were open since a time. */
async function abuseOf({ histories }: OtherHistories, since: number): Promise<readonly Finding[]> {
  const query = { state: 'all', kind: 'cryptojacking', namespaces: null } as const;
  const all: Finding[] = [];
  for (const { reader } of histories)
    for (const finding of await reader.findings({ ...query, since: since - SILENT_MS }))
      if (finding.resolvedAt === null || finding.resolvedAt > since) all.push(finding);
  return all;
}

/** What a finding was at a time: nothing where it was not open then, or where people accept it. */
function suspectAt(finding: Finding, at: number): readonly SuspectElsewhere[] {
  const { cluster, id, image, severity, score, scope, startedAt, costPerMonth, cause } = finding;
  const isOpen =
    finding.firstSeen <= at && (finding.resolvedAt === null || finding.resolvedAt > at);
  if (!isOpen || finding.state === 'accepted' || severity === 'info') return [];
  if (image === undefined || cause !== 'mining' || finding.rule === IMAGE_IN_CLUSTERS) return [];
  const facts = { cluster, findingId: id, image, severity, score, startedAt, costPerMonth };
  return [{ ...facts, place: placeOf(scope) }];
}
