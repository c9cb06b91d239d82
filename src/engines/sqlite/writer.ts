import type { CycleState } from '../../store/cycleState.ts';
import type { Finding, FindingEvent } from '../../model/finding.ts';
import {
  DAY_MS,
  floorTo,
  formatTime,
  HOUR_MS,
  type TimeMs,
  type Window,
} from '../../model/time.ts';
import type { StoredAction } from '../../store/findingLog.ts';
import {
  HistoryError,
  type DetectorCodecs,
  type HistoryWriter,
  type VerdictReplay,
  type WindowCorrection,
  type WindowRecord,
} from '../../store/history.ts';
import { BillTable } from './billTable.ts';
import { CheckpointTable } from './checkpointTable.ts';
import {
  guard,
  inTransaction,
  openForWriting,
  requireFolder,
  settle,
  type Db,
} from './database.ts';
import { ContainerDayTable } from './containerDayTable.ts';
import { EventTable } from './eventTable.ts';
import { MetaTable, type HistoryIdentity } from './metaTable.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { OperatorActions } from './operatorActions.ts';
import { PodSpecTable } from './podSpecTable.ts';
import { ProcessLock } from './processLock.ts';
import { pruneHistory } from './prune.ts';
import type { RollUpHook } from './rollUp.ts';
import { RollUps } from './rollUps.ts';
import { StateTables } from './stateTables.ts';
import { SqliteVerdictReplay } from './verdictReplay.ts';
import { writeWindow } from './windowPages.ts';
import { WindowTable } from './windowTable.ts';
import { WorkloadEventTable } from './workloadEventTable.ts';
import {
  createRowTables,
  flushPages,
  forgetAll,
  forgetFinished,
  type RowTables,
} from './writerTables.ts';

export interface WriterOptions extends HistoryIdentity {
  readonly path: string;
  /** Told to whoever finds the history locked, for example `backfill`. */
  readonly command: string;
  /** Wall clock, for operational tables and the lock only. */
  readonly clock: () => TimeMs;
  /** Refuses to grow beyond this, as a full disk would. */
  readonly maxBytes?: number | undefined;
  /** What else is kept by the hour or day. */
  readonly rollUpHooks?: readonly RollUpHook[];
}

/** The history on SQLite: one writer per file, one transaction per call. */
export class SqliteHistoryWriter implements HistoryWriter {
  readonly #path: string;
  readonly #db: Db;
  readonly #lock: ProcessLock;
  readonly #windowMs: number;
  readonly #clock: () => TimeMs;
  readonly #rollUps: RollUps;
  readonly #rows: RowTables;
  readonly #meta: MetaTable;
  readonly #windows: WindowTable;
  readonly #states: StateTables;
  readonly #events: EventTable;
  readonly #checkpoints: CheckpointTable;
  readonly #actions: OperatorActions;
  readonly #bills: BillTable;
  readonly #workloadEvents: WorkloadEventTable;
  readonly #podSpecs: PodSpecTable;

  private constructor(options: WriterOptions, db: Db, lock: ProcessLock) {
    this.#path = options.path;
    this.#db = db;
    this.#lock = lock;
    this.#windowMs = options.windowMs;
    this.#clock = options.clock;
    this.#rows = createRowTables(db, options.windowMs);
    this.#meta = MetaTable.create(db);
    this.#rollUps = new RollUps(this.#rows, this.#meta, options.windowMs, [
      ContainerDayTable.create(db),
      ...(options.rollUpHooks ?? []),
    ]);
    this.#windows = WindowTable.create(db);
    this.#states = StateTables.create(db);
    this.#events = EventTable.create(db);
    this.#checkpoints = CheckpointTable.create(db);
    this.#actions = OperatorActions.create(db);
    this.#bills = BillTable.create(db);
    this.#workloadEvents = WorkloadEventTable.create(db);
    this.#podSpecs = PodSpecTable.create(db);
  }

  /** Takes the lock, opens or creates the file, brings its schema up to date. @throws HistoryError */
  static open(options: WriterOptions): SqliteHistoryWriter {
    const { path, command, clock } = options;
    requireFolder(path);
    const since = formatTime(clock());
    const lock = ProcessLock.acquire(path, { pid: process.pid, command, since });
    try {
      return guard(path, () => SqliteHistoryWriter.#prepare(options, lock));
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  static #prepare(options: WriterOptions, lock: ProcessLock): SqliteHistoryWriter {
    const { path } = options;
    const db = openForWriting(path);
    try {
      if (options.maxBytes !== undefined) limitSize(db, options.maxBytes);
      migrate(db, path, MIGRATIONS);
      inTransaction(db, () => MetaTable.create(db).claim(path, options));
      return new SqliteHistoryWriter(options, db, lock);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  loadState(codecs: DetectorCodecs): Promise<CycleState> {
    return this.#write(() => ({
      historyStart: this.#meta.get('history_start'),
      watermark: this.#meta.get('watermark'),
      expectedSamples: this.#meta.expectedSamples(),
      ...this.#states.load(codecs),
    }));
  }

  recordWindows(batch: readonly WindowRecord[]): Promise<void> {
    return this.#write(() => {
      for (const record of batch) this.#seal(record);
      this.#states.flush();
      this.#rollUps.again(this.#rows.containers.takeReattributed());
      flushPages(this.#rows);
    });
  }

  recordFindings(findings: readonly Finding[], events: readonly FindingEvent[]): Promise<void> {
    return this.#write(() => {
      const changed = new Map(findings.map((finding) => [finding.fingerprint, finding]));
      this.#states.change({ detectors: new Map(), findings: changed });
      this.#states.flush();
      for (const event of events) this.#events.appendWindowless(event);
    });
  }

  async pendingActions(): Promise<readonly StoredAction[]> {
    return settle(this.#path, () => this.#actions.pending());
  }

  correctWindows(corrections: readonly WindowCorrection[]): Promise<number> {
    return this.#write(() => {
      let corrected = 0;
      const hours = new Set<TimeMs>();
      for (const correction of corrections) {
        const { start } = correction.snapshot.window;
        this.#requireCorrectable(correction.snapshot.window);
        if (correction.snapshot.coverage <= this.#windows.coverage(start)!) continue;
        if (this.#bills.isClosed(start)) continue;
        writeWindow(this.#rows, correction);
        this.#windows.correct(correction.snapshot);
        hours.add(floorTo(start, HOUR_MS));
        corrected += 1;
      }
      for (const hour of this.#rows.containers.takeReattributed()) hours.add(hour);
      this.#rollUps.again(hours);
      flushPages(this.#rows);
      return corrected;
    });
  }

  async incompleteWindows(from: TimeMs, to: TimeMs): Promise<readonly Window[]> {
    return settle(this.#path, () => {
      const oldest = Math.max(from, this.#meta.get('windows_from') ?? from);
      const starts = this.#windows.incomplete(oldest, to);
      return starts.map((start) => ({ start, end: start + this.#windowMs }));
    });
  }

  async replayVerdicts(time: TimeMs, codecs: DetectorCodecs): Promise<VerdictReplay> {
    const tables = {
      meta: this.#meta,
      states: this.#states,
      events: this.#events,
      checkpoints: this.#checkpoints,
      actions: this.#actions,
      write: (work: () => void) => this.#write(work),
    };
    return settle(this.#path, () => SqliteVerdictReplay.begin(tables, time, codecs));
  }

  prune(keep: { readonly windowsFrom: TimeMs; readonly hoursFrom: TimeMs }): Promise<void> {
    return this.#write(() => {
      pruneHistory(this.#db, this.#meta, this.#windowMs, keep);
      forgetAll(this.#rows);
      this.#podSpecs.forget();
    });
  }

  async close(): Promise<void> {
    this.#db.close();
    this.#lock.release();
  }

  #seal(record: WindowRecord): void {
    const { snapshot, change } = record;
    const { start, end } = snapshot.window;
    const watermark = this.#meta.get('watermark');
    if (watermark !== null && end <= watermark) return;
    if (watermark !== null && start !== watermark) throw this.#gap(watermark, start);
    if (end - start !== this.#windowMs || start % this.#windowMs !== 0) {
      throw new HistoryError('gap', `the window from ${formatTime(start)} is not on the grid`);
    }
    if (watermark !== null && start % DAY_MS === 0) {
      this.#states.flush();
      this.#checkpoints.take(start, this.#meta.expectedSamples());
    }
    writeWindow(this.#rows, record);
    this.#windows.seal(snapshot, record.muted, record.configHash, this.#clock());
    this.#states.change(change);
    this.#actions.markApplied(record.applied, end);
    for (const event of record.events) this.#events.append(event, record.muted);
    for (const event of record.workloadEvents ?? []) this.#workloadEvents.append(event);
    this.#podSpecs.record(snapshot);
    this.#meta.set('watermark', end);
    this.#meta.set('history_start', change.historyStart);
    this.#meta.set('expected_samples', JSON.stringify(change.expectedSamples));
    this.#rollUps.sealed(end);
  }

  #requireCorrectable({ start, end }: Window): void {
    const watermark = this.#meta.get('watermark') ?? 0;
    const oldest = Math.max(this.#meta.get('windows_from') ?? 0, this.#windows.oldest() ?? 0);
    if (end <= watermark && start >= oldest) return;
    throw new HistoryError(
      'gap',
      `the window from ${formatTime(start)} cannot be corrected: the history holds windows from ${formatTime(oldest)} to ${formatTime(watermark)}`,
    );
  }

  #gap(watermark: TimeMs, start: TimeMs): HistoryError {
    return new HistoryError(
      'gap',
      `the window from ${formatTime(start)} would leave a gap: the history ${this.#path} is sealed up to ${formatTime(watermark)}; run \`burnwatch backfill --from ${formatTime(watermark)}\` first`,
    );
  }

  /** One transaction; whatever fails in it is undone in the file and in memory. */
  #write<T>(work: () => T): Promise<T> {
    return settle(this.#path, () => {
      try {
        const result = inTransaction(this.#db, work);
        const hour = floorTo(this.#meta.get('watermark') ?? 0, HOUR_MS) - HOUR_MS;
        forgetFinished(this.#rows, hour);
        this.#podSpecs.forgetBefore(hour);
        return result;
      } catch (error) {
        forgetAll(this.#rows);
        this.#states.forget();
        this.#podSpecs.forget();
        throw error;
      }
    });
  }
}

/**
 * Opens the history for writing; a new file is created and its schema brought up to date.
 * @throws HistoryError `locked` while another process writes it, `other-cluster`, `other-currency`
 *   or `other-grid` when it was made for something else, `newer-schema`, `not-a-database`, `io`.
 */
export async function openHistoryWriter(options: WriterOptions): Promise<SqliteHistoryWriter> {
  return SqliteHistoryWriter.open(options);
}

function limitSize(db: Db, maxBytes: number): void {
  const pageBytes = db.pragma('page_size', { simple: true }) as number;
  db.pragma(`max_page_count = ${Math.ceil(maxBytes / pageBytes)}`);
}
