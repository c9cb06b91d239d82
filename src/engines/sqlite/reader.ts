import { emptyState, type CycleState } from '../../store/cycleState.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { DigestEntry, StoredDigest } from '../../store/digests/digestStore.ts';
import type { Finding, FindingEvent } from '../../model/finding.ts';
import type { DataProblem, Snapshot } from '../../model/snapshot.ts';
import type { BillDay } from '../../store/bills.ts';
import type { CostQuery, CostSeriesQuery, CostTable } from '../../store/costTable.ts';
import type {
  FindingPage,
  FindingQuery,
  PageOf,
  SentMessage,
  StoredAction,
  StoredEvent,
} from '../../store/findingLog.ts';
import type { DetectorCodecs, HistoryReader, HistoryStatus } from '../../store/history.ts';
import type {
  ContainerDaysQuery,
  SeriesQuery,
  StoredWindowsQuery,
  UsagePoint,
  UsageQuery,
  UsageSeries,
  WindowCoverage,
} from '../../store/usage.ts';
import type {
  ContainerInstance,
  InstanceQuery,
  Neighbour,
  NodeRecord,
  PodSpecQuery,
  StoredPodSpec,
  WorkloadEventQuery,
} from '../../store/workloads.ts';
import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import { floorTo, DAY_MS, type TimeMs } from '../../model/time.ts';
import { readBillDays } from './bills.ts';
import { CheckpointTable } from './checkpointTable.ts';
import type { ContainerHistory } from '../../store/containerDays/containerDay.ts';
import { readContainerDays } from './containerDayTable.ts';
import { CostAnswers } from '../../store/pages/costAnswers.ts';
import { costPages } from './costPages.ts';
import { first, guard, openForReading, settle, value, type Db } from './database.ts';
import { findDigest, listDigests } from './digests.ts';
import { readEvents } from './eventTable.ts';
import { findFinding, readFindingPage, readFindings } from './findingReader.ts';
import type { HistoryIdentity } from '../../store/historyIdentity.ts';
import { MetaTable } from './metaTable.ts';
import { requireCurrentSchema } from './migrate.ts';
import { readInstances, readNeighbours, readWorkloadsOf } from './instances.ts';
import { readNamespaces, readNodes, readSentMessages } from './inventory.ts';
import { readPodSpecs } from './podSpecTable.ts';
import { readStoredWindows } from './storedWindows.ts';
import { actionsAbout } from './operatorActions.ts';
import { StateTables } from './stateTables.ts';
import { HourUsageReader } from './hourUsage.ts';
import { UsageReader } from './usageReader.ts';
import { joinSeries } from '../../store/usageSeries.ts';
import { readWorkloadEvents } from './workloadEventTable.ts';
import { readWindowCoverage } from './windowTable.ts';

/** The history on SQLite, read only: any number of readers beside the one writer. */
export class SqliteHistoryReader implements HistoryReader {
  readonly identity: HistoryIdentity;
  readonly #path: string;
  readonly #db: Db;
  readonly #meta: MetaTable;
  readonly #costs: CostAnswers;
  readonly #usage: UsageReader;
  readonly #hourUsage: HourUsageReader;

  private constructor(path: string, db: Db, meta: MetaTable, identity: HistoryIdentity) {
    this.#path = path;
    this.#db = db;
    this.#meta = meta;
    this.identity = identity;
    this.#costs = new CostAnswers(costPages(db, meta), identity.windowMs);
    this.#usage = new UsageReader(db, identity.windowMs);
    this.#hourUsage = new HourUsageReader(db, identity.windowMs);
  }

  /**
   * @throws HistoryError `missing`, `not-a-database`, `older-schema`, `newer-schema`, `io`; `other-cluster`,
   *   `other-currency` when it was made for something else than `madeFor`.
   */
  static open(path: string, madeFor: Partial<HistoryIdentity> = {}): SqliteHistoryReader {
    return guard(path, () => SqliteHistoryReader.#prepare(path, madeFor));
  }

  static #prepare(path: string, madeFor: Partial<HistoryIdentity>): SqliteHistoryReader {
    const db = openForReading(path);
    try {
      requireCurrentSchema(db, path);
      const meta = new MetaTable(db);
      meta.requireSame(path, madeFor);
      const identity = meta.identity() ?? { cluster: '', currency: 'USD', windowMs: 300_000 };
      return new SqliteHistoryReader(path, db, meta, identity);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  containerDays(query: ContainerDaysQuery): Promise<readonly ContainerHistory[]> {
    return this.#read(() => readContainerDays(this.#db, query));
  }

  version(): Promise<number> {
    return settle(this.#path, () => this.#db.pragma('data_version', { simple: true }) as number);
  }

  status(): Promise<HistoryStatus> {
    return this.#read(() => {
      const { sealed, incomplete } = first<{ sealed: number; incomplete: number }>(
        this.#db,
        'SELECT count(*) AS sealed, total(1 - complete) AS incomplete FROM windows',
      )!;
      const problems = value<string>(
        this.#db,
        'SELECT problems FROM windows ORDER BY start DESC LIMIT 1',
      );
      return {
        historyStart: this.#meta.get('history_start'),
        windowMs: this.identity.windowMs,
        watermark: this.#meta.get('watermark'),
        sealedWindows: sealed,
        incompleteWindows: incomplete,
        lastProblems: JSON.parse(problems ?? '[]') as readonly DataProblem[],
      };
    });
  }

  loadState(codecs: DetectorCodecs): Promise<CycleState> {
    return this.#read(() => ({
      historyStart: this.#meta.get('history_start'),
      watermark: this.#meta.get('watermark'),
      expectedSamples: this.#meta.expectedSamples(),
      ...new StateTables(this.#db).load(codecs),
    }));
  }

  stateBefore(time: TimeMs, codecs: DetectorCodecs): Promise<CycleState | null> {
    return this.#read(() => {
      const historyStart = this.#meta.get('history_start');
      const found = new CheckpointTable(this.#db).before(time, historyStart, codecs);
      if (found !== null || historyStart === null) return found;
      const isFirstDay = floorTo(time, DAY_MS) <= floorTo(historyStart, DAY_MS);
      return isFirstDay ? { ...emptyState(), historyStart } : null;
    });
  }

  storedWindows(query: StoredWindowsQuery): Promise<readonly Snapshot[]> {
    const { cluster, windowMs } = this.identity;
    return this.#read(() => [...readStoredWindows(this.#db, cluster, windowMs, query)]);
  }

  costs(query: CostQuery): Promise<CostTable> {
    return this.#read(() => this.#costs.costs(query));
  }

  costSeries(query: CostSeriesQuery): Promise<readonly CostTable[]> {
    return this.#read(() => this.#costs.series(query));
  }

  findings(query: FindingQuery): Promise<readonly Finding[]> {
    return this.#read(() => readFindings(this.#db, query));
  }

  findingPage(query: FindingQuery, page: PageOf): Promise<FindingPage> {
    return this.#read(() => readFindingPage(this.#db, query, page));
  }

  finding(idOrPrefix: string): Promise<Finding | null> {
    return this.#read(() => findFinding(this.#db, idOrPrefix));
  }

  findingEvents(id: string): Promise<readonly FindingEvent[]> {
    return this.#read(() => readEvents(this.#db, { findingId: id }));
  }

  eventsAfter(seq: number, limit: number): Promise<readonly StoredEvent[]> {
    return this.#read(() => readEvents(this.#db, { after: seq, limit }));
  }

  operatorActions(findingId: string): Promise<readonly StoredAction[]> {
    return this.#read(() => actionsAbout(this.#db, findingId));
  }

  usage(query: UsageQuery): Promise<readonly UsagePoint[]> {
    return this.#read(() => this.#usage.usage(query));
  }

  usageSeries(query: SeriesQuery): Promise<UsageSeries> {
    return this.#read(() => {
      const windows = query.onlyHours === true ? [] : this.#usage.usage(query);
      const hours = query.pod === null ? this.#hourUsage.hours(query) : [];
      return joinSeries(windows, hours, query, this.identity.windowMs);
    });
  }

  workloadEvents(query: WorkloadEventQuery): Promise<readonly WorkloadEvent[]> {
    return this.#read(() => readWorkloadEvents(this.#db, query));
  }

  podSpecs(query: PodSpecQuery): Promise<readonly StoredPodSpec[]> {
    return this.#read(() => readPodSpecs(this.#db, query));
  }

  nodes(): Promise<readonly NodeRecord[]> {
    return this.#read(() => readNodes(this.#db, this.identity.windowMs));
  }

  namespaces(): Promise<readonly string[]> {
    return this.#read(() => readNamespaces(this.#db));
  }

  billDays(from: TimeMs, to: TimeMs): Promise<readonly BillDay[]> {
    return this.#read(() => readBillDays(this.#db, from, to));
  }

  digests(): Promise<readonly DigestEntry[]> {
    return this.#read(() => listDigests(this.#db));
  }

  digest(week: string): Promise<StoredDigest | null> {
    return this.#read(() => findDigest(this.#db, week));
  }

  windowCoverage(from: TimeMs, to: TimeMs): Promise<readonly WindowCoverage[]> {
    return this.#read(() => readWindowCoverage(this.#db, from, to));
  }

  instances(query: InstanceQuery): Promise<readonly ContainerInstance[]> {
    const { namespace, workload, from, to } = query;
    return this.#read(() => readInstances(this.#db, namespace, workload, from, to));
  }

  neighbours(
    images: readonly string[],
    from: TimeMs,
    namespaces: readonly string[] | null,
  ): Promise<readonly Neighbour[]> {
    return this.#read(() => readNeighbours(this.#db, images, from, namespaces));
  }

  workloadsOf(namespace: string, pods: readonly string[]): Promise<readonly WorkloadRef[]> {
    return this.#read(() => readWorkloadsOf(this.#db, namespace, pods));
  }

  sentMessages(findingId: string): Promise<readonly SentMessage[]> {
    return this.#read(() => readSentMessages(this.#db, findingId));
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  /** One read transaction: an answer never mixes two states of the history. */
  #read<T>(work: () => T): Promise<T> {
    return settle(this.#path, () => this.#db.transaction(work)());
  }
}

/** Opens an existing history for reading, beside the process that writes it. @throws HistoryError */
export async function openHistoryReader(
  path: string,
  madeFor: Partial<HistoryIdentity> = {},
): Promise<SqliteHistoryReader> {
  return SqliteHistoryReader.open(path, madeFor);
}
