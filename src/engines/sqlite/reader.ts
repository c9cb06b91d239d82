import type { DataProblem } from '../../model/snapshot.ts';
import { DAY_MS, floorTo } from '../../model/time.ts';
import { emptyState } from '../../store/cycleState.ts';
import type { HistoryReader, HistoryStatus } from '../../store/history.ts';
import type { HistoryIdentity } from '../../store/historyIdentity.ts';
import { CostAnswers } from '../../store/pages/costAnswers.ts';
import { joinSeries } from '../../store/usageSeries.ts';
import { readBillDays } from './bills.ts';
import { CheckpointTable } from './checkpointTable.ts';
import { readContainerDays } from './containerDayTable.ts';
import { costPages } from './costPages.ts';
import { first, guard, openForReading, settle, value, type Db } from './database.ts';
import { findDigest, listDigests } from './digests.ts';
import { readEvents } from './eventTable.ts';
import { findFinding, readFindingPage, readFindings } from './findingReader.ts';
import { HourUsageReader } from './hourUsage.ts';
import { readInstances, readNeighbours, readWorkloadsOf } from './instances.ts';
import { readNamespaces, readNodes, readSentMessages } from './inventory.ts';
import { MetaTable } from './metaTable.ts';
import { requireCurrentSchema } from './migrate.ts';
import { actionsAbout } from './operatorActions.ts';
import { readPodSpecs } from './podSpecTable.ts';
import { StateTables } from './stateTables.ts';
import { readStoredWindows } from './storedWindows.ts';
import { UsageTables } from './usageReader.ts';
import { readWindowCoverage } from './windowTable.ts';
import { readWorkloadEvents } from './workloadEventTable.ts';

/** What an empty history answers as. */
const NO_IDENTITY: HistoryIdentity = { cluster: '', currency: 'USD', windowMs: 300_000 };

/**
 * Opens an existing history for reading only: any number of readers beside the one writer.
 *
 * @throws HistoryError `missing`, `not-a-database`, `older-schema`, `newer-schema`, `io`; `other-cluster`,
 *   `other-currency` when it was made for something else than `madeFor`.
 */
export async function openHistoryReader(
  path: string,
  madeFor: Partial<HistoryIdentity> = {},
): Promise<HistoryReader> {
  const db = openForReading(path);
  try {
    return guard(path, () => {
      requireCurrentSchema(db, path);
      const meta = new MetaTable(db);
      meta.requireSame(path, madeFor);
      return createReader(path, db, meta);
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

function createReader(path: string, db: Db, meta: MetaTable): HistoryReader {
  const { cluster, windowMs } = meta.identity() ?? NO_IDENTITY;
  const costs = new CostAnswers(costPages(db, meta), windowMs);
  const usage = new UsageTables(db, windowMs);
  const hourUsage = new HourUsageReader(db, windowMs);
  /** One read transaction: an answer never mixes two states of the history. */
  const read = <T>(work: () => T): Promise<T> => settle(path, () => db.transaction(work)());
  return {
    version: () => settle(path, () => db.pragma('data_version', { simple: true }) as number),
    status: () => read(() => readStatus(db, meta, windowMs)),
    loadState: (codecs) =>
      read(() => ({
        historyStart: meta.get('history_start'),
        watermark: meta.get('watermark'),
        expectedSamples: meta.expectedSamples(),
        ...new StateTables(db).load(codecs),
      })),
    stateBefore: (time, codecs) =>
      read(() => {
        const historyStart = meta.get('history_start');
        const found = new CheckpointTable(db).before(time, historyStart, codecs);
        if (found !== null || historyStart === null) return found;
        const isFirstDay = floorTo(time, DAY_MS) <= floorTo(historyStart, DAY_MS);
        return isFirstDay ? { ...emptyState(), historyStart } : null;
      }),
    storedWindows: (query) => read(() => [...readStoredWindows(db, cluster, windowMs, query)]),
    containerDays: (query) => read(() => readContainerDays(db, query)),
    costs: (query) => read(() => costs.costs(query)),
    costSeries: (query) => read(() => costs.series(query)),
    findings: (query) => read(() => readFindings(db, query)),
    findingPage: (query, page) => read(() => readFindingPage(db, query, page)),
    finding: (idOrPrefix) => read(() => findFinding(db, idOrPrefix)),
    findingEvents: (findingId) => read(() => readEvents(db, { findingId })),
    eventsAfter: (after, limit) => read(() => readEvents(db, { after, limit })),
    operatorActions: (findingId) => read(() => actionsAbout(db, findingId)),
    usage: (query) => read(() => usage.usage(query)),
    usageSeries: (query) =>
      read(() => {
        const windows = query.onlyHours === true ? [] : usage.usage(query);
        const hours = query.pod === null ? hourUsage.hours(query) : [];
        return joinSeries(windows, hours, query, windowMs);
      }),
    workloadEvents: (query) => read(() => readWorkloadEvents(db, query)),
    podSpecs: (query) => read(() => readPodSpecs(db, query)),
    nodes: () => read(() => readNodes(db, windowMs)),
    namespaces: () => read(() => readNamespaces(db)),
    billDays: (from, to) => read(() => readBillDays(db, from, to)),
    digests: () => read(() => listDigests(db)),
    digest: (week) => read(() => findDigest(db, week)),
    windowCoverage: (from, to) => read(() => readWindowCoverage(db, from, to)),
    instances: (query) => read(() => readInstances(db, query)),
    neighbours: (images, from, namespaces) =>
      read(() => readNeighbours(db, images, from, namespaces)),
    workloadsOf: (namespace, pods) => read(() => readWorkloadsOf(db, namespace, pods)),
    sentMessages: (findingId) => read(() => readSentMessages(db, findingId)),
    close: async () => {
      db.close();
    },
  };
}

function readStatus(db: Db, meta: MetaTable, windowMs: number): HistoryStatus {
  const { sealed, incomplete } = first<{ sealed: number; incomplete: number }>(
    db,
    'SELECT count(*) AS sealed, total(1 - complete) AS incomplete FROM windows',
  )!;
  const problems = value<string>(db, 'SELECT problems FROM windows ORDER BY start DESC LIMIT 1');
  return {
    historyStart: meta.get('history_start'),
    windowMs,
    watermark: meta.get('watermark'),
    sealedWindows: sealed,
    incompleteWindows: incomplete,
    lastProblems: JSON.parse(problems ?? '[]') as readonly DataProblem[],
    sources: meta.expectedSamples().sources,
    acceptedSources: meta.expectedSamples().acceptedSources,
  };
}
