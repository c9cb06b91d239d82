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
import { BillTable } from './billTable.ts';
import { CheckpointTable } from './checkpointTable.ts';
import type { ContainerHistory } from '../../store/containerDays/containerDay.ts';
import { readContainerDays } from './containerDayTable.ts';
import { CostReader } from './costReader.ts';
import { guard, openForReading, settle, type Db } from './database.ts';
import { findDigest, listDigests } from './digestTable.ts';
import { FindingReader } from './findingReader.ts';
import { MetaTable, type HistoryIdentity } from './metaTable.ts';
import { requireCurrentSchema } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { readInstances, readNeighbours, readWorkloadsOf } from './instances.ts';
import { readNamespaces, readNodes } from './inventory.ts';
import { readPodSpecs } from './podSpecTable.ts';
import { readSentMessages } from './notifications.ts';
import { readStoredWindows } from './storedWindows.ts';
import { OperatorActions } from './operatorActions.ts';
import { StateTables } from './stateTables.ts';
import { HourUsageReader } from './hourUsage.ts';
import { UsageReader } from './usageReader.ts';
import { readUsageSeries } from './usageSeries.ts';
import { readWorkloadEvents } from './workloadEventTable.ts';
import { readWindowCoverage } from './windowTable.ts';

/** The history on SQLite, read only: any number of readers beside the one writer. */
export class SqliteHistoryReader implements HistoryReader {
  readonly identity: HistoryIdentity;
  readonly #path: string;
  readonly #db: Db;
  readonly #meta: MetaTable;
  readonly #costs: CostReader;
  readonly #findings: FindingReader;
  readonly #usage: UsageReader;
  readonly #hourUsage: HourUsageReader;
  readonly #actions: OperatorActions;
  readonly #bills: BillTable;

  private constructor(path: string, db: Db, meta: MetaTable, identity: HistoryIdentity) {
    this.#path = path;
    this.#db = db;
    this.#meta = meta;
    this.identity = identity;
    this.#costs = CostReader.create(db, meta, identity.windowMs);
    this.#findings = FindingReader.create(db);
    this.#usage = UsageReader.create(db, identity.windowMs);
    this.#hourUsage = HourUsageReader.create(db, identity.windowMs);
    this.#actions = OperatorActions.create(db);
    this.#bills = BillTable.create(db);
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
      requireCurrentSchema(db, path, MIGRATIONS);
      const meta = MetaTable.create(db);
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
      const { sealed, incomplete } = this.#db
        .prepare('SELECT count(*) AS sealed, total(1 - complete) AS incomplete FROM windows')
        .get() as { sealed: number; incomplete: number };
      const problems = this.#db
        .prepare('SELECT problems FROM windows ORDER BY start DESC LIMIT 1')
        .pluck()
        .get() as string | undefined;
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
      ...StateTables.create(this.#db).load(codecs),
    }));
  }

  stateBefore(time: TimeMs, codecs: DetectorCodecs): Promise<CycleState | null> {
    return this.#read(() => {
      const historyStart = this.#meta.get('history_start');
      const found = CheckpointTable.create(this.#db).before(time, historyStart, codecs);
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
    return this.#read(() => this.#findings.findings(query));
  }

  findingPage(query: FindingQuery, page: PageOf): Promise<FindingPage> {
    return this.#read(() => this.#findings.page(query, page));
  }

  finding(idOrPrefix: string): Promise<Finding | null> {
    return this.#read(() => this.#findings.finding(idOrPrefix));
  }

  findingEvents(id: string): Promise<readonly FindingEvent[]> {
    return this.#read(() => this.#findings.events(id));
  }

  eventsAfter(seq: number, limit: number): Promise<readonly StoredEvent[]> {
    return this.#read(() => this.#findings.eventsAfter(seq, limit));
  }

  operatorActions(findingId: string): Promise<readonly StoredAction[]> {
    return this.#read(() => this.#actions.about(findingId));
  }

  usage(query: UsageQuery): Promise<readonly UsagePoint[]> {
    return this.#read(() => this.#usage.usage(query));
  }

  usageSeries(query: SeriesQuery): Promise<UsageSeries> {
    const { windowMs } = this.identity;
    return this.#read(() => readUsageSeries(this.#usage, this.#hourUsage, query, windowMs));
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
    return this.#read(() => this.#bills.days(from, to));
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
