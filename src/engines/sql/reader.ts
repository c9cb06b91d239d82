import { knownSources, type DataProblem } from '../../model/snapshot.ts';
import { DAY_MS, floorTo, type TimeMs } from '../../model/time.ts';
import { emptyState, type CycleState } from '../../store/cycleState.ts';
import type {
  CostVersion,
  DetectorCodecs,
  HistoryReader,
  HistoryStatus,
} from '../../store/history.ts';
import type { HistoryIdentity } from '../../store/historyIdentity.ts';
import { CostAnswers } from '../../store/pages/costAnswers.ts';
import { KeptSums } from '../../store/pages/keptSums.ts';
import { joinSeries } from '../../store/usageSeries.ts';
import { readBillDays } from './bills.ts';
import { CheckpointTable } from './checkpointTable.ts';
import { readContainerDays } from './containerDayTable.ts';
import { costPages } from './costPages.ts';
import { asking, type Database, type Db } from './db.ts';
import { findDigest, selectDigests } from './digests.ts';
import { selectEvents } from './eventTable.ts';
import { readHourUsage } from './hourUsage.ts';
import { readInstances, readNeighbours, readNodeOfPod, readWorkloadsOf } from './instances.ts';
import { readNamespaces, readNodes, readSentMessages } from './inventory.ts';
import { MetaTable } from './metaTable.ts';
import { requireCurrentSchema } from './migrate.ts';
import { actionsAbout, findFinding, readFindingPage, readFindings } from './findings.ts';
import { readPodSpecs } from './podSpecTable.ts';
import { StateTables } from './stateTables.ts';
import { readStoredWindows } from './storedWindows.ts';
import { UsageTables } from './usageReader.ts';
import { readWindowCoverage } from './windowTable.ts';
import { readSignals } from './signals.ts';
import { readWorkloadEvents } from './workloadEventTable.ts';

/** What an empty history answers as. */
const NO_IDENTITY: HistoryIdentity = { cluster: '', currency: 'USD', windowMs: 300_000 };

/**
 * Reads a history: any number of readers beside the one writer.
 *
 * @throws HistoryError `older-schema`, `newer-schema`; `other-cluster`, `other-currency` when it was made for something
 *   else than `madeFor`.
 * @param beforeRead is called and waited for before each statement; what it throws ends the reading.
 */
export async function createReader(
  database: Database,
  madeFor: Partial<HistoryIdentity> = {},
  beforeRead: () => Promise<void> = () => Promise.resolve(),
): Promise<HistoryReader> {
  const { cluster, windowMs } = await database.read(async (db) => {
    await requireCurrentSchema(db, database.name);
    const meta = new MetaTable(db);
    await meta.requireSame(database.name, madeFor);
    return (await meta.identity()) ?? NO_IDENTITY;
  });
  const read = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
    database.read((db) =>
      work(
        asking({
          ...db,
          rows: async (sql, parameters) => {
            await beforeRead();
            return db.rows(sql, parameters);
          },
        }),
      ),
    );
  const kept = new KeptSums();
  const costs = (db: Db) =>
    new CostAnswers(costPages(db, new MetaTable(db), windowMs), windowMs, kept);
  return {
    version: () => database.version(),
    costVersion: () => read(readCostVersion),
    status: () => read((db) => readStatus(db, windowMs)),
    loadState: (codecs) => read((db) => readState(db, codecs)),
    stateBefore: (time, codecs) => read((db) => readStateBefore(db, time, codecs)),
    storedWindows: (query) => read((db) => readStoredWindows(db, cluster, windowMs, query)),
    containerDays: (query) => read((db) => readContainerDays(db, query)),
    costs: (query) => read((db) => costs(db).costs(query)),
    costSeries: (query) => read((db) => costs(db).series(query)),
    findings: (query) => read((db) => readFindings(db, query)),
    findingPage: (query, page) => read((db) => readFindingPage(db, query, page)),
    finding: (idOrPrefix) => read((db) => findFinding(db, idOrPrefix)),
    findingEvents: (findingId) => read((db) => selectEvents(db, { findingId })),
    eventsAfter: (after, limit) => read((db) => selectEvents(db, { after, limit })),
    operatorActions: (findingId) => read((db) => actionsAbout(db, findingId)),
    usage: (query) => read((db) => new UsageTables(db, windowMs).usage(query)),
    usageSeries: (query) =>
      read(async (db) => {
        const isHourly = query.onlyHours === true;
        const windows = isHourly ? [] : await new UsageTables(db, windowMs).usage(query);
        const hours = query.pod === null ? await readHourUsage(db, windowMs, query) : [];
        return joinSeries(windows, hours, query, windowMs);
      }),
    signals: (query) => read((db) => readSignals(db, query)),
    workloadEvents: (query) => read((db) => readWorkloadEvents(db, query)),
    podSpecs: (query) => read((db) => readPodSpecs(db, query)),
    nodes: () => read((db) => readNodes(db, windowMs)),
    namespaces: () => read(readNamespaces),
    billDays: (from, to) => read((db) => readBillDays(db, from, to)),
    digests: () => read(selectDigests),
    digest: (week) => read((db) => findDigest(db, week)),
    windowCoverage: (from, to) => read((db) => readWindowCoverage(db, from, to)),
    instances: (query) => read((db) => readInstances(db, query)),
    neighbours: (images, from, namespaces) =>
      read((db) => readNeighbours(db, images, from, namespaces)),
    nodeOfPod: (uid) => read((db) => readNodeOfPod(db, uid)),
    workloadsOf: (namespace, pods) => read((db) => readWorkloadsOf(db, namespace, pods)),
    sentMessages: (findingId) => read((db) => readSentMessages(db, findingId)),
    close: () => database.close(),
  };
}

/** What the next window needs. */
export async function readState(db: Db, codecs: DetectorCodecs): Promise<CycleState> {
  const meta = new MetaTable(db);
  return {
    historyStart: await meta.get('history_start'),
    watermark: await meta.get('watermark'),
    expectedSamples: await meta.expectedSamples(),
    ...(await new StateTables(db).load(codecs)),
  };
}

async function readStateBefore(
  db: Db,
  time: TimeMs,
  codecs: DetectorCodecs,
): Promise<CycleState | null> {
  const historyStart = await new MetaTable(db).get('history_start');
  const found = await new CheckpointTable(db).before(time, historyStart, codecs);
  if (found !== null || historyStart === null) return found;
  const isFirstDay = floorTo(time, DAY_MS) <= floorTo(historyStart, DAY_MS);
  return isFirstDay ? { ...emptyState(), historyStart } : null;
}

/** A correction is counted; a bill has its time of import. */
async function readCostVersion(db: Db): Promise<CostVersion> {
  const bills =
    await db.first`SELECT count(*) AS days, coalesce(max(imported_at), 0) AS imported FROM bill_days`;
  const sealedAt =
    await db.value<TimeMs>`SELECT sealed_at FROM ops_windows ORDER BY start DESC LIMIT 1`;
  const { rewritten, ...sealed } = await new MetaTable(db).span();
  return {
    sealed: JSON.stringify([sealed, sealedAt]),
    recorded: JSON.stringify([rewritten, bills]),
  };
}

async function readStatus(db: Db, windowMs: number): Promise<HistoryStatus> {
  const meta = new MetaTable(db);
  const { sealed, incomplete } = (await db.first<{
    sealed: number;
    incomplete: number;
  }>`SELECT count(*) AS sealed, coalesce(sum(1 - complete), 0) AS incomplete
    FROM windows`)!;
  const problems = await db.value<string>`SELECT problems FROM windows ORDER BY start DESC LIMIT 1`;
  return {
    historyStart: await meta.get('history_start'),
    windowMs,
    watermark: await meta.get('watermark'),
    sealedWindows: sealed,
    incompleteWindows: incomplete,
    lastProblems: JSON.parse(problems ?? '[]') as readonly DataProblem[],
    fleet: await meta.get('fleet'),
    ...knownSources(await meta.expectedSamples()),
  };
}
