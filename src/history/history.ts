import type { CycleState, StateChange } from '../cycle/state.ts';
import type { StateCodec } from '../detect/detector.ts';
import type { DigestEntry, StoredDigest } from '../digest/digestStore.ts';
import type { NodePrice, WindowCosts } from '../model/cost.ts';
import type { Finding, FindingEvent, FindingKind, OperatorAction } from '../model/finding.ts';
import type { Nano } from '../model/money.ts';
import type { Reading } from '../model/reading.ts';
import type { DataProblem, Snapshot } from '../model/snapshot.ts';
import type { TimeMs, Window } from '../model/time.ts';
import type { KeptPodSpec } from '../model/podSpec.ts';
import type { WorkloadRef } from '../model/workload.ts';
import type { WorkloadEvent } from '../model/workloadEvent.ts';
import type { ContainerHistory } from '../rightsize/containerDay.ts';

/** One window as it goes into the history: what was seen, what it cost, what was concluded. */
export interface WindowRecord {
  readonly snapshot: Snapshot;
  readonly costs: WindowCosts;
  readonly change: StateChange;
  readonly events: readonly FindingEvent[];
  /** What changed about workloads; a replay of verdicts leaves what is recorded. */
  readonly workloadEvents?: readonly WorkloadEvent[];
  /** Events of muted windows are recorded as suppressed: what is still open is announced once later. */
  readonly muted: boolean;
  /** Operators' decisions that this window merged: recorded as applied in its transaction. */
  readonly applied: readonly OperatorAction[];
  readonly configHash: string;
  /** Owners as resolved for this window, by pod UID; costs can be asked by them. */
  readonly owners?: ReadonlyMap<string, string> | undefined;
}

/** Usage and costs of a window that was sealed with partial data, asked again. Verdicts stay. */
export interface WindowCorrection {
  readonly snapshot: Snapshot;
  readonly costs: WindowCosts;
  readonly owners?: ReadonlyMap<string, string> | undefined;
}

/**
 * The history's writing side; there is one writer per database. Coarse and asynchronous, so that
 * another engine (PostgreSQL for fleets) can stand behind it; SQL and transactions never leave it.
 */
export interface HistoryWriter {
  /** Loads what the next window needs. Rows of detectors not in `codecs`, or of other versions, are left out. */
  loadState(codecs: DetectorCodecs): Promise<CycleState>;
  /**
   * Seals windows, in order, in one transaction. Sealing a window again is a no-op.
   * @throws HistoryError `gap` when a window does not adjoin the watermark (unless nothing is sealed yet).
   */
  recordWindows(batch: readonly WindowRecord[]): Promise<void>;
  /**
   * Records findings that no window brought: an outage of the source itself, in its own transaction.
   * `findings` replaces rows by fingerprint; the watermark stays.
   */
  recordFindings(findings: readonly Finding[], events: readonly FindingEvent[]): Promise<void>;
  /** Operators' decisions appended since the last window was sealed, oldest first. */
  pendingActions(): Promise<readonly OperatorAction[]>;
  /**
   * Replaces the usage and costs of sealed windows where the new snapshot's coverage is higher than the
   * stored one, and recomputes the hours and days above them. Windows of closed months are left as they are.
   *
   * @returns how many windows were replaced.
   */
  correctWindows(corrections: readonly WindowCorrection[]): Promise<number>;
  /** Sealed windows that are incomplete, within [from, to), oldest first. */
  incompleteWindows(from: TimeMs, to: TimeMs): Promise<readonly Window[]>;
  /**
   * Begins to replay verdicts from the last daily checkpoint at or before `time` (kept for 14 days), or
   * from the empty state when the history itself begins no earlier. Usage and costs stay as they are.
   * @throws HistoryError `gap` when no checkpoint is old enough.
   */
  replayVerdicts(time: TimeMs, codecs: DetectorCodecs): Promise<VerdictReplay>;
  /** Drops what is older than the retention. */
  prune(keep: { readonly windowsFrom: TimeMs; readonly hoursFrom: TimeMs }): Promise<void>;
  close(): Promise<void>;
}

/** A replay of verdicts (`backfill --rebuild`): nothing reaches the file before `commit`. */
export interface VerdictReplay {
  /** The state to begin with. Its `watermark` is where the first replayed window starts (null: at the first). */
  readonly state: CycleState;
  /** Operators' decisions that the window ending at `end` had merged: to be merged there again. */
  actionsAt(end: TimeMs): readonly OperatorAction[];
  /** Takes replayed windows, in order. */
  add(windows: readonly Pick<WindowRecord, 'change' | 'events' | 'muted'>[]): void;
  /**
   * Puts state, findings, events and checkpoints in place of those since the start, in one transaction.
   * @throws HistoryError `gap` unless every window up to the watermark was added.
   */
  commit(): Promise<void>;
}

/** How to store each detector's state: name → version and codec. */
export type DetectorCodecs = ReadonlyMap<
  string,
  { readonly version: number; readonly codec: StateCodec<unknown> }
>;

/** Aggregations of the cost table; `label:KEY` takes a pod label. Several make a composite key. */
export type CostDimension =
  'namespace' | 'workload' | 'owner' | 'node' | 'pod' | 'container' | `label:${string}`;

export interface CostQuery {
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly by: readonly CostDimension[];
  /** Only these namespaces (authorization); null for all. */
  readonly namespaces: readonly string[] | null;
}

/** Boundaries in ascending order, at least two: n boundaries make n − 1 steps. */
export interface CostSeriesQuery extends Omit<CostQuery, 'from' | 'to'> {
  readonly boundaries: readonly TimeMs[];
}

/** One row of a cost table, in exact nano-units and hours. */
export interface CostRow {
  /** `parts` joined by `/`. */
  readonly key: string;
  /** One value for each dimension that was asked for, in order; `__unallocated__` where it has none. */
  readonly parts?: readonly string[];
  readonly namespace: string | null;
  readonly workload: WorkloadRef | null;
  readonly owner: string | null;
  readonly node: string | null;
  readonly pod: string | null;
  readonly container: string | null;
  readonly cpuCoreHours: number;
  readonly ramByteHours: number;
  readonly gpuHours: number;
  readonly cpuRequestCoreHours: number;
  readonly cpuUsageCoreHours: number;
  readonly ramRequestByteHours: number;
  readonly ramUsageByteHours: number;
  /** GPU hours used, where utilisation was known throughout; absent or null where it was not. */
  readonly gpuUsageHours?: number | null;
  readonly cpuNano: Nano;
  readonly ramNano: Nano;
  readonly gpuNano: Nano;
  readonly storageNano: Nano;
  readonly networkNano: Nano;
  readonly loadBalancerNano: Nano;
  /** Container-hours that ran: two replicas of one container for an hour are 2. */
  readonly runHours?: number;
  readonly networkReceiveBytes?: number;
  readonly networkTransmitBytes?: number;
  /** Highest average over one window, and highest working set scraped, of a single container. */
  readonly cpuUsageMaxCores?: number | null;
  readonly ramUsageMaxBytes?: number | null;
  /** From the first to the last window it has, where it was answered from windows (costs by pod). */
  readonly seen?: Window | null;
  /** The pod's labels, in costs by pod. */
  readonly labels?: Readonly<Record<string, string>> | null;
  /** Share of expected samples present, weighted by time lived, 0..1. */
  readonly coverage: number;
}

/** What a node cost in the span of a cost table, and how much of it nobody was allocated. */
export interface NodeCostRow {
  readonly node: string;
  readonly cpuCoreHours: number;
  readonly ramByteHours: number;
  readonly gpuHours: number;
  readonly cpuNano: Nano;
  readonly ramNano: Nano;
  readonly gpuNano: Nano;
  readonly idleCpuNano: Nano;
  readonly idleRamNano: Nano;
  readonly idleGpuNano: Nano;
}

/** How far a cost table rests on imported bills. */
export interface BillShare {
  /** Days of the span that a bill was imported for. */
  readonly days: number;
  /** True when every sealed part of the span is of such days, on every node. */
  readonly whole: boolean;
  /** What the bills of those days charge beyond what could be put on nodes. */
  readonly unreconciledNano: Nano;
}

/** A UTC day of an imported bill. */
export interface BillDay {
  readonly day: TimeMs;
  /** All charges of the day that were chosen for this cluster. */
  readonly totalNano: Nano;
  /** Charges without any resource: spread over the nodes that the bill does not name. */
  readonly poolNano: Nano;
  /** Charges by node name. */
  readonly nodes: ReadonlyMap<string, Nano>;
}

/** The bills of a history: imported beside a running daemon, kept apart from what was recorded. */
export interface BillStore {
  /**
   * Puts the days of a bill in place of what an earlier import said of them.
   * @throws HistoryError `closed` when a day is in a closed month, unless `reopen`.
   */
  importDays(bill: {
    readonly source: string;
    readonly days: readonly BillDay[];
    readonly reopen: boolean;
    readonly at: TimeMs;
  }): Promise<void>;
  /** Closes months for good: their bill and their windows are not changed any more. */
  closeMonths(months: readonly TimeMs[], at: TimeMs): Promise<void>;
  /** Days with a bill in [from, to), oldest first. */
  billDays(from: TimeMs, to: TimeMs): Promise<readonly BillDay[]>;
  closedMonths(): Promise<readonly TimeMs[]>;
  close(): Promise<void>;
}

export interface CostTable {
  readonly window: Window;
  readonly rows: readonly CostRow[];
  readonly idle: { readonly cpuNano: Nano; readonly ramNano: Nano; readonly gpuNano: Nano };
  readonly nodesNano: Nano;
  /** The nodes that `nodesNano` and `idle` are the sums of, by name; empty for who may see only some namespaces. */
  readonly nodes?: readonly NodeCostRow[];
  /** On the effective basis: which part of the answer rests on a bill. */
  readonly bill?: BillShare;
  /** Share of the asked time that is sealed × coverage of the sealed windows, 0..1. */
  readonly coverage: number;
  /** True when the span holds windows that are not sealed yet or may still be corrected. */
  readonly provisional: boolean;
}

export interface FindingQuery {
  readonly state: 'open' | 'all';
  readonly kind: FindingKind | null;
  readonly since: TimeMs | null;
  readonly namespaces: readonly string[] | null;
}

/** One window of one container, as stored. */
export interface UsagePoint {
  readonly window: Window;
  readonly cpuUsageCores: Reading;
  readonly cpuRequestCores: Reading;
  readonly cpuLimitCores: Reading;
  readonly ramUsageBytes: Reading;
  readonly ramPeakBytes: Reading;
  readonly ramRequestBytes: Reading;
  readonly ramLimitBytes: Reading;
  readonly networkReceiveBytesPerSecond: Reading;
  readonly networkTransmitBytesPerSecond: Reading;
  readonly diskReadBytesPerSecond: Reading;
  readonly diskWriteBytesPerSecond: Reading;
  readonly throttledShare: Reading;
  readonly restarts: Reading;
  readonly runShare: number;
  readonly coverage: number;
}

export interface HistoryStatus {
  /** End of the first window. */
  readonly historyStart: TimeMs | null;
  /** Length of a window. */
  readonly windowMs?: number;
  readonly watermark: TimeMs | null;
  readonly sealedWindows: number;
  readonly incompleteWindows: number;
  readonly lastProblems: readonly DataProblem[];
}

/** The history's reading side: one reader a page or command, each on its own read-only connection. */
export interface HistoryReader {
  status(): Promise<HistoryStatus>;
  /** Changes whenever somebody else writes into the history: for whoever keeps answers. Cheap. */
  version(): Promise<number>;
  /** What the next window would need, for a dry run; see `HistoryWriter.loadState`. */
  loadState(codecs: DetectorCodecs): Promise<CycleState>;
  costs(query: CostQuery): Promise<CostTable>;
  /**
   * One cost table for each step between two boundaries (hours, local days, months …), in one pass.
   * @throws HistoryError `too-large` when steps × groups would not fit into memory.
   */
  costSeries(query: CostSeriesQuery): Promise<readonly CostTable[]>;
  findings(query: FindingQuery): Promise<readonly Finding[]>;
  finding(idOrPrefix: string): Promise<Finding | null>;
  findingEvents(id: string): Promise<readonly FindingEvent[]>;
  /** Events recorded after `seq` (0: from the first), oldest first: what the notifier has not seen yet. */
  eventsAfter(seq: number, limit: number): Promise<readonly StoredEvent[]>;
  /** What operators did about a finding, oldest first. */
  operatorActions(findingId: string): Promise<readonly StoredAction[]>;
  /** Window rows of a workload's containers, summed over its pods unless `pod` is given. */
  usage(query: UsageQuery): Promise<readonly UsagePoint[]>;
  /** The same as a chart draws it, in at most `maxPoints`, also from before the windows' retention. */
  usageSeries(query: SeriesQuery): Promise<UsageSeries>;
  /**
   * The state as it was when a UTC day began, the last kept one at or before `time`; the empty state where
   * the history began on that day; null where neither is kept any more.
   */
  stateBefore(time: TimeMs, codecs: DetectorCodecs): Promise<CycleState | null>;
  /** Sealed windows of a namespace as snapshots, oldest first; what no row holds is unknown in them. */
  storedWindows(query: StoredWindowsQuery): Promise<readonly Snapshot[]>;
  /** What every container used, by UTC day, as sketches: also from before the windows' retention. */
  containerDays(query: ContainerDaysQuery): Promise<readonly ContainerHistory[]>;
  /** What changed about workloads, oldest first; the latest `limit` of them. */
  workloadEvents(query: WorkloadEventQuery): Promise<readonly WorkloadEvent[]>;
  /** Specifications of pods as they were seen, oldest first; the latest `limit` of them. */
  podSpecs(query: PodSpecQuery): Promise<readonly StoredPodSpec[]>;
  /** Every node of the history, by name. */
  nodes(): Promise<readonly NodeRecord[]>;
  /** Every namespace that ever cost something, sorted. */
  namespaces(): Promise<readonly string[]>;
  /** Days that a bill was imported for, in [from, to), oldest first. */
  billDays(from: TimeMs, to: TimeMs): Promise<readonly BillDay[]>;
  /** The weekly digests that were sent, the latest first; whole-cluster data. */
  digests(): Promise<readonly DigestEntry[]>;
  /** The digest of a week (`2026-W47`) as it was sent; null when there is none. */
  digest(week: string): Promise<StoredDigest | null>;
  /** How whole the sealed windows that begin in [from, to) are, oldest first. */
  windowCoverage(from: TimeMs, to: TimeMs): Promise<readonly WindowCoverage[]>;
  /** Instances of a workload's containers that ran in [from, to), the youngest first. */
  instances(query: InstanceQuery): Promise<readonly ContainerInstance[]>;
  /** Workloads that ran one of these images since `from`, by namespace and name. */
  neighbours(
    images: readonly string[],
    from: TimeMs,
    namespaces: readonly string[] | null,
  ): Promise<readonly Neighbour[]>;
  /** Workloads that these pods of a namespace belong to, sorted. */
  workloadsOf(namespace: string, pods: readonly string[]): Promise<readonly WorkloadRef[]>;
  /** Messages that went out about a finding, oldest first. */
  sentMessages(findingId: string): Promise<readonly SentMessage[]>;
  close(): Promise<void>;
}

/** How whole the data of a sealed window are. */
export interface WindowCoverage {
  readonly start: TimeMs;
  /** 0..1. */
  readonly coverage: number;
  readonly complete: boolean;
  readonly problems: readonly DataProblem[];
}

/** Times are in [from, to). */
export interface WorkloadEventQuery {
  /** Null for all that `namespaces` allows. */
  readonly namespace: string | null;
  readonly workload: WorkloadRef | null;
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly limit: number;
  /** Only these namespaces (authorization); absent or null for all. */
  readonly namespaces?: readonly string[] | null;
}

export interface PodSpecQuery {
  readonly namespace: string;
  /** A pod's name, or null for every pod of the namespace. */
  readonly pod: string | null;
  readonly limit: number;
}

/** A specification with the span in which it was seen: before and after, it is unknown. */
export interface StoredPodSpec {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly firstSeen: TimeMs;
  /** By the hour. */
  readonly lastSeen: TimeMs;
  readonly spec: KeptPodSpec;
}

export interface InstanceQuery {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly from: TimeMs;
  readonly to: TimeMs;
}

/** A container as it ran in one pod with one image; times are the first and the last hour it was seen in. */
export interface ContainerInstance {
  readonly pod: string;
  readonly container: string;
  readonly node: string | null;
  readonly image: string | null;
  readonly owner: string | null;
  readonly firstHour: TimeMs;
  readonly lastHour: TimeMs;
}

/** A workload and an image that it ran. */
export interface Neighbour {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly image: string;
  readonly pods: number;
  readonly firstHour: TimeMs;
  readonly lastHour: TimeMs;
}

/** A message that a channel took; wall clock. */
export interface SentMessage {
  readonly channel: string;
  readonly target: string;
  readonly at: TimeMs;
}

/** UTC days that begin in [from, to), the day of `from` included. */
export interface ContainerDaysQuery {
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly namespaces: readonly string[] | null;
}

/** Times are starts of windows, in [from, to). */
export interface StoredWindowsQuery {
  readonly namespace: string;
  readonly from: TimeMs;
  readonly to: TimeMs;
}

/** Times are starts of windows, in [from, to). */
export interface UsageQuery {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  /** One container by name, or null for all of the workload's. */
  readonly container: string | null;
  /** One pod by name, or null for the sum over pods. */
  readonly pod: string | null;
  readonly from: TimeMs;
  readonly to: TimeMs;
}

export interface SeriesQuery extends UsageQuery {
  /** At least 2; the answer never has more points. */
  readonly maxPoints: number;
  /** Leaves window rows out: cheap over weeks, for what is usual at an hour of the day. */
  readonly onlyHours?: boolean;
}

/** One or several windows put together: means over time, except where the name says otherwise. */
export interface SeriesPoint extends UsagePoint {
  /**
   * Highest window of the point; from hours, the highest window of a single container. With `ramPeakBytes`
   * it keeps a spike visible that the mean would hide. `restarts` is the sum.
   */
  readonly cpuUsageMaxCores: Reading;
  readonly source: SeriesRange['source'];
}

/** Adjoining points that came from the same level of the history. */
export interface SeriesRange {
  readonly from: TimeMs;
  readonly to: TimeMs;
  /** `hour`: the window rows are gone, and with them limits, disk, throttling and restarts. */
  readonly source: 'window' | 'hour';
  readonly resolutionMs: number;
}

export interface UsageSeries {
  readonly points: readonly SeriesPoint[];
  readonly ranges: readonly SeriesRange[];
}

/** A change somebody made, for the audit log. No secrets, no environment values. */
export interface AuditEntry {
  /** Wall clock. */
  readonly at: TimeMs;
  /** Token name, Slack user, operating system user. */
  readonly who: string;
  readonly door: 'api' | 'page' | 'slack' | 'cli' | 'daemon';
  /** What was done, for example `finding.acknowledge`, `silence.add`, `config.reload`. */
  readonly action: string;
  /** What it was done to: a finding's or silence's id, a file. */
  readonly subject: string;
  /** The namespace it belongs to, for who may see it; null for the whole cluster. */
  readonly namespace: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

export interface StoredAuditEntry extends AuditEntry {
  readonly seq: number;
}

export interface AuditQuery {
  /** Only entries with a smaller `seq`, for the next page; null for the latest. */
  readonly before: number | null;
  readonly subject: string | null;
  readonly limit: number;
}

/** Who changed what: appended by every door, never changed. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<number>;
  /** Latest first. */
  list(query: AuditQuery): Promise<readonly StoredAuditEntry[]>;
  close(): Promise<void>;
}

/** A finding event with its place in the order of recording. */
export interface StoredEvent extends FindingEvent {
  readonly seq: number;
  /** Recorded in a muted window: never sent by itself. */
  readonly suppressed: boolean;
}

/** A node as last seen; sizes and price are null once its window rows were pruned. */
export interface NodeRecord {
  readonly name: string;
  readonly providerId: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** By the hour. */
  readonly firstSeen: TimeMs;
  readonly lastSeen: TimeMs;
  readonly cpuCores: number | null;
  readonly ramBytes: number | null;
  readonly gpus: number | null;
  readonly price: NodePrice | null;
}

/** An operator's decision with its place in the order of appending. */
export interface StoredAction extends OperatorAction {
  readonly seq: number;
  /** End of the window that merged it into its finding; null while none has. */
  readonly appliedAt: TimeMs | null;
}

/**
 * What operators decided, appended by whoever serves them (HTTP, Slack, the command line) while another
 * process or thread writes windows. A decision shows at once; the next window merges it for good.
 */
export interface OperatorLog {
  /** Appends an action; returns its place in the order. */
  append(action: OperatorAction): Promise<number>;
  /** Actions after `after` (0: from the first), oldest first. */
  list(after: number, limit: number): Promise<readonly StoredAction[]>;
  close(): Promise<void>;
}

/** The history cannot do what was asked; `code` is for programs, the message for people. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  readonly code:
    | 'locked'
    | 'gap'
    | 'missing'
    | 'not-a-database'
    | 'corrupt'
    | 'full'
    | 'newer-schema'
    | 'older-schema'
    | 'other-cluster'
    | 'other-currency'
    | 'other-grid'
    | 'closed'
    | 'too-large'
    | 'io';
  constructor(code: HistoryError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
