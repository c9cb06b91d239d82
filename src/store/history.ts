import type { Signal } from '../model/signal.ts';
import type { SignalPage, SignalQuery } from './signals.ts';
import type { CycleState, StateChange } from './cycleState.ts';
import type { StateCodec } from './stateCodec.ts';
import type { DigestEntry, StoredDigest } from './digests/digestStore.ts';
import type { WindowCosts } from '../model/cost.ts';
import type { Finding, FindingEvent, OperatorAction } from '../model/finding.ts';
import type { DataProblem, KnownSources, Snapshot } from '../model/snapshot.ts';
import type { TimeMs, Window } from '../model/time.ts';
import type { WorkloadRef } from '../model/workload.ts';
import type { WorkloadEvent } from '../model/workloadEvent.ts';
import type { ContainerHistory } from './containerDays/containerDay.ts';
import type { BillDay } from './bills.ts';
import type { CostQuery, CostSeriesQuery, CostTable } from './costTable.ts';
import type {
  FindingPage,
  FindingQuery,
  PageOf,
  SentMessage,
  StoredAction,
  StoredEvent,
} from './findingLog.ts';
import type {
  ContainerDaysQuery,
  SeriesQuery,
  StoredWindowsQuery,
  UsagePoint,
  UsageQuery,
  UsageSeries,
  WindowCoverage,
} from './usage.ts';
import type {
  ContainerInstance,
  InstanceQuery,
  Neighbour,
  NodeRecord,
  PodSpecQuery,
  StoredPodSpec,
  WorkloadEventQuery,
} from './workloads.ts';

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
  /** End of the last sealed window, or null. */
  watermark(): Promise<TimeMs | null>;
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
  /** Leaves what the processes that write other clusters of a fleet read of this one; null: it is on its own. */
  leaveForFleet(record: FleetRecord | null): Promise<void>;
  /** Operators' decisions appended since the last window was sealed, oldest first. */
  pendingActions(): Promise<readonly OperatorAction[]>;
  /** Events of other tools from before `until` that no window has taken up yet, oldest first. */
  pendingSignals(until: TimeMs): Promise<readonly Signal[]>;
  /** Keeps what reports of other tools say, for the next window. @throws SignalsFull */
  recordSignals(signals: readonly Signal[]): Promise<void>;
  /**
   * Replaces the usage and costs of sealed windows where the new snapshot shows more of any family, or is whole now, and
   * shows less of none (`isBetter`), and recomputes the hours and days above them. Windows of closed months are left as they are.
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
  /** Writes a consistent copy into a new file; readers and other short writes go on meanwhile. */
  backup(target: string): Promise<void>;
  /** Drops what is older than the retention. */
  prune(keep: { readonly windowsFrom: TimeMs; readonly hoursFrom: TimeMs }): Promise<void>;
  close(): Promise<void>;
}

/** A replay of verdicts (`backfill --rebuild`): nothing reaches the file before `commit`. */
export interface VerdictReplay {
  /** The state to begin with. Its `watermark` is where the first replayed window starts (null: at the first). */
  readonly state: CycleState;
  /** Operators' decisions that the window ending at `end` had merged: to be merged there again. */
  actionsAt(end: TimeMs): Promise<readonly OperatorAction[]>;
  /** Events of other tools that the window ending at `end` had taken up. */
  signalsAt(end: TimeMs): Promise<readonly Signal[]>;
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

/** What a history says to the processes that write those of other clusters. */
export interface FleetRecord {
  /** All clusters that count together; the first one speaks for all. */
  readonly members: readonly string[];
  /** The configuration’s `pricing` of the process that writes it. */
  readonly pricing: object;
}

export interface HistoryStatus extends KnownSources {
  /** End of the first window. */
  readonly historyStart: TimeMs | null;
  /** Length of a window. */
  readonly windowMs?: number;
  readonly watermark: TimeMs | null;
  readonly sealedWindows: number;
  readonly incompleteWindows: number;
  readonly lastProblems: readonly DataProblem[];
  /** Null where the cluster is on its own. */
  readonly fleet?: FleetRecord | null;
}

/** What is sealed and still kept; zero where nothing is sealed or pruned. */
export interface HistorySpan {
  /** End of the last sealed window. */
  readonly watermark: TimeMs;
  /** Window rows, and hours, before these were pruned. */
  readonly windowsFrom: TimeMs;
  readonly hoursFrom: TimeMs;
  /** Rises when costs that had been recorded are changed (corrected, or attributed to another workload): the time of it. */
  readonly rewritten: number;
}

/** What answers about costs rest on: equal while they are the same. */
export interface CostVersion {
  /** Changes when a window is sealed, or old rows are dropped: what is still recorded is as it was. */
  readonly sealed: string;
  /** Changes with what had been recorded: by a correction, or a bill. */
  readonly recorded: string;
}

/** The history's reading side: one reader a page or command, each on its own read-only connection. */
export interface HistoryReader {
  status(): Promise<HistoryStatus>;
  /** Changes whenever another connection writes into the history, for caches of answers. Cheap. */
  version(): Promise<number>;
  /** Changes whenever recorded costs, bills or what is kept of them change; messages and decisions leave it. */
  costVersion(): Promise<CostVersion>;
  /** What the next window would need, for a dry run; see `HistoryWriter.loadState`. */
  loadState(codecs: DetectorCodecs): Promise<CycleState>;
  costs(query: CostQuery): Promise<CostTable>;
  /**
   * One cost table for each step between two boundaries (hours, local days, months …), in one pass.
   * @throws HistoryError `too-large` when steps × groups would not fit into memory, before they are read.
   */
  costSeries(query: CostSeriesQuery): Promise<readonly CostTable[]>;
  /** Newest first. */
  findings(query: FindingQuery): Promise<readonly Finding[]>;
  /** The same a page at a time: what is on other pages is counted and not read. */
  findingPage(query: FindingQuery, page: PageOf): Promise<FindingPage>;
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
  /** Events of other tools, newest first. */
  signals(query: SignalQuery): Promise<SignalPage>;
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
  /** The node that a pod ran on, by its UID; null for a pod that was never seen. */
  nodeOfPod(uid: string): Promise<string | null>;
  /** Workloads that these pods of a namespace belong to, sorted. */
  workloadsOf(namespace: string, pods: readonly string[]): Promise<readonly WorkloadRef[]>;
  /** Messages that went out about a finding, oldest first. */
  sentMessages(findingId: string): Promise<readonly SentMessage[]>;
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
    | 'replaced'
    | 'full'
    | 'newer-schema'
    | 'older-schema'
    | 'other-cluster'
    | 'other-currency'
    | 'other-grid'
    | 'closed'
    | 'too-large'
    | 'not-leader'
    | 'io';
  constructor(code: HistoryError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** One thing that was looked at in a history, and what to do about it. */
export interface HistoryCheck {
  readonly name: string;
  readonly isOk: boolean;
  readonly detail: string;
  readonly advice: string | null;
}
