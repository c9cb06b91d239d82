import { observingBy, type Collector } from '../collect/collector.ts';
import { createCollector } from '../collect/createCollector.ts';
import { SYSTEM_DEPS } from '../collect/systemDeps.ts';
import { createPrometheusCollector } from '../collect/prometheusCollector.ts';
import { openExchange, openHistoryReader } from '../engines/openHistory.ts';
import { hashOf } from '../model/canonicalJson.ts';
import { HOUR_MS, WEEK_MS, type TimeMs } from '../model/time.ts';
import { ExchangeError, type Exchange } from '../store/exchange.ts';
import type { CycleConfig } from './compose.ts';
import { plainError } from './cycleThread.ts';
import { VERSION } from './version.ts';
import type { Budget } from '../cost/config.ts';
import { readSpentElsewhere } from '../cost/budgets/spentElsewhere.ts';
import { speakerOf, withOtherHistories, type OtherHistories } from '../cost/fleet.ts';
import { IMAGE_IN_CLUSTERS, placeOf } from '../detect/imageInClusters.ts';
import type { Finding } from '../model/finding.ts';
import type { Snapshot, SuspectElsewhere } from '../model/snapshot.ts';
import type { Config } from './config/schema.ts';

/** The collector of the process that leads; that of a dry run works alone. */
export async function openCollector(
  loaded: CycleConfig,
  { warn, dryRunFrom }: { readonly warn: (problem: string) => void; readonly dryRunFrom?: TimeMs },
): Promise<Collector> {
  const { config } = loaded;
  const exchange = dryRunFrom === undefined ? await exchangeOf(loaded, warn) : null;
  return withElsewhere(await createCollector(config, SYSTEM_DEPS, exchange), config);
}

/** What this process and those of the same configuration and version observe together by; null where each is alone. */
async function exchangeOf(
  { config: { history, prometheus, schedule }, configHash }: CycleConfig,
  warn: (problem: string) => void,
): Promise<Exchange | null> {
  if (history.standbys === 'serve') return null;
  const way = hashOf({ VERSION, configHash, trust: prometheus.trust, settle: schedule.settle });
  return openExchange(history.path, way, warn);
}

/** Observes namespaces for the process that leads, until it is ended. */
export async function standBy(
  loaded: CycleConfig,
  warn: (problem: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const exchange = await exchangeOf(loaded, warn);
  if (exchange === null) return;
  const collector = await createPrometheusCollector(loaded.config, SYSTEM_DEPS, exchange);
  try {
    while (!signal.aborted) {
      const asked = await exchange.next(signal);
      await collector.help(asked, signal).catch(async (error: unknown) => {
        await asked.talk.fail(plainError(error).message);
        if (!(error instanceof ExchangeError))
          warn(`Observing for the leader failed: ${String(error)}`);
      });
    }
  } finally {
    await collector.close();
  }
}

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
const SILENT_MS = WEEK_MS;

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
