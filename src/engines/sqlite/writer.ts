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
import { isMonthClosed } from './bills.ts';
import { CheckpointTable } from './checkpointTable.ts';
import {
  guard,
  inTransaction,
  openForWriting,
  requireFolder,
  settle,
  type Db,
} from './database.ts';
import type { HistoryIdentity } from '../../store/historyIdentity.ts';
import { ContainerDayKeeper } from '../../store/containerDays/containerDayKeeper.ts';
import { containerDayRows } from './containerDayTable.ts';
import { appendEvent, dropEventsAfter } from './eventTable.ts';
import { MetaTable } from './metaTable.ts';
import { migrate } from './migrate.ts';
import { actionsAppliedAt, markApplied, pendingActions } from './operatorActions.ts';
import { PodSpecTable } from './podSpecTable.ts';
import { ProcessLock } from './processLock.ts';
import { giveBack, pruneHistory } from './prune.ts';
import { identify, realPath, type FileIdentity } from './historyFile.ts';
import { writeBackup } from './backup.ts';
import type { RollUpHook } from '../../store/rollUp/rollUp.ts';
import { RollUps } from '../../store/rollUp/rollUps.ts';
import { StateTables } from './stateTables.ts';
import { beginReplay, type ReplayTables } from '../../store/verdictReplay.ts';
import { writeWindow } from '../../store/rollUp/windowPages.ts';
import {
  correctWindow,
  incompleteWindows,
  oldestWindow,
  sealWindow,
  windowCoverage,
} from './windowTable.ts';
import { appendWorkloadEvent } from './workloadEventTable.ts';
import { createRowTables, type RowTables } from './writerTables.ts';

export interface WriterOptions extends HistoryIdentity {
  readonly path: string;
  /** The command that is shown to a process that finds the history locked, for example `backfill`. */
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
  readonly #file: FileIdentity | null;
  readonly #db: Db;
  readonly #lock: ProcessLock;
  readonly #windowMs: number;
  readonly #clock: () => TimeMs;
  readonly #rollUps: RollUps;
  readonly #rows: RowTables;
  readonly #meta: MetaTable;
  readonly #states: StateTables;
  readonly #checkpoints: CheckpointTable;
  readonly #podSpecs: PodSpecTable;

  private constructor(options: WriterOptions, db: Db, lock: ProcessLock) {
    this.#path = options.path;
    this.#file = identify(options.path);
    this.#db = db;
    this.#lock = lock;
    this.#windowMs = options.windowMs;
    this.#clock = options.clock;
    this.#rows = createRowTables(db, options.windowMs);
    this.#meta = new MetaTable(db);
    this.#rollUps = new RollUps(this.#rows, () => this.#meta.span(), options.windowMs, [
      new ContainerDayKeeper(containerDayRows(db, this.#meta)),
      ...(options.rollUpHooks ?? []),
    ]);
    this.#states = new StateTables(db);
    this.#checkpoints = new CheckpointTable(db);
    this.#podSpecs = new PodSpecTable(db);
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
      migrate(db, path);
      inTransaction(db, () => new MetaTable(db).claim(path, options));
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
      this.#rollUps.again(this.#rows.takeReattributed());
      this.#rows.flush();
    });
  }

  recordFindings(findings: readonly Finding[], events: readonly FindingEvent[]): Promise<void> {
    return this.#write(() => {
      const changed = new Map(findings.map((finding) => [finding.fingerprint, finding]));
      this.#states.change({ detectors: new Map(), findings: changed });
      this.#states.flush();
      for (const event of events) appendEvent(this.#db, event, 'outage');
    });
  }

  async pendingActions(): Promise<readonly StoredAction[]> {
    return settle(this.#path, () => pendingActions(this.#db));
  }

  correctWindows(corrections: readonly WindowCorrection[]): Promise<number> {
    return this.#write(() => {
      let corrected = 0;
      const hours = new Set<TimeMs>();
      for (const correction of corrections) {
        const { start } = correction.snapshot.window;
        this.#requireCorrectable(correction.snapshot.window);
        if (correction.snapshot.coverage <= windowCoverage(this.#db, start)!) continue;
        if (isMonthClosed(this.#db, start)) continue;
        writeWindow(this.#rows, correction);
        correctWindow(this.#db, correction.snapshot);
        hours.add(floorTo(start, HOUR_MS));
        corrected += 1;
      }
      for (const hour of this.#rows.takeReattributed()) hours.add(hour);
      this.#rollUps.again(hours);
      this.#rows.flush();
      return corrected;
    });
  }

  async incompleteWindows(from: TimeMs, to: TimeMs): Promise<readonly Window[]> {
    return settle(this.#path, () => {
      const oldest = Math.max(from, this.#meta.get('windows_from') ?? from);
      const starts = incompleteWindows(this.#db, oldest, to);
      return starts.map((start) => ({ start, end: start + this.#windowMs }));
    });
  }

  async replayVerdicts(time: TimeMs, codecs: DetectorCodecs): Promise<VerdictReplay> {
    const [db, meta, states, checkpoints] = [this.#db, this.#meta, this.#states, this.#checkpoints];
    const tables: ReplayTables = {
      historyStart: () => meta.get('history_start'),
      watermark: () => meta.get('watermark'),
      checkpointBefore: (before) => checkpoints.before(before, meta.get('history_start'), codecs),
      oldestCheckpoint: () => checkpoints.oldest(),
      actionsAppliedAt: (end) => actionsAppliedAt(db, end),
      write: (work) => this.#write(work),
      restore: (state) => {
        checkpoints.restore(state);
        checkpoints.dropAfter(state.watermark ?? 0);
        dropEventsAfter(db, state.watermark ?? 0);
      },
      writeChanges: (changes) => states.write(changes),
      appendEvent: (event, muted) => appendEvent(db, event, muted ? 'muted' : 'window'),
      setExpectedSamples: (expected) => meta.set('expected_samples', JSON.stringify(expected)),
      takeCheckpoint: (at, expected) => checkpoints.take(at, expected),
    };
    states.useCodecs(codecs);
    return settle(this.#path, () => beginReplay(tables, time));
  }

  async prune(keep: { readonly windowsFrom: TimeMs; readonly hoursFrom: TimeMs }): Promise<void> {
    await this.#write(() => {
      pruneHistory(this.#db, this.#meta, this.#windowMs, keep);
      this.#rows.forget();
      this.#podSpecs.forget();
    });
    await settle(this.#path, () => giveBack(this.#db));
  }

  backup(target: string): Promise<void> {
    return settle(this.#path, () => {
      this.#requireSameFile();
      writeBackup(this.#db, target);
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
    const { muted, configHash } = record;
    sealWindow(this.#db, snapshot, { muted, configHash, sealedAt: this.#clock() });
    this.#states.change(change);
    markApplied(this.#db, record.applied, end);
    for (const event of record.events) appendEvent(this.#db, event, muted ? 'muted' : 'window');
    for (const event of record.workloadEvents ?? []) appendWorkloadEvent(this.#db, event);
    this.#podSpecs.record(snapshot);
    this.#meta.set('watermark', end);
    this.#meta.set('history_start', change.historyStart);
    this.#meta.set('expected_samples', JSON.stringify(change.expectedSamples));
    this.#rollUps.sealed(end);
  }

  #requireCorrectable({ start, end }: Window): void {
    const watermark = this.#meta.get('watermark') ?? 0;
    const oldest = Math.max(this.#meta.get('windows_from') ?? 0, oldestWindow(this.#db) ?? 0);
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

  /**
   * Refuses to write into a file that no other process can open any more. What a deleted one held is written back to its
   * path.
   * @throws HistoryError `replaced`
   */
  #requireSameFile(): void {
    const found = identify(this.#path);
    const { device, inode } = this.#file ?? {};
    if (found !== null && found.device === device && found.inode === inode) return;
    if (found === null) writeBackup(this.#db, realPath(this.#path));
    throw new HistoryError(
      'replaced',
      found === null
        ? `the history ${this.#path} was deleted while it was open; what it held was written back: restart Burnwatch`
        : `the history ${this.#path} was replaced by another file while it was open: restart Burnwatch`,
    );
  }

  /** One transaction; whatever fails in it is undone in the file and in memory. */
  #write<T>(work: () => T): Promise<T> {
    return settle(this.#path, () => {
      this.#requireSameFile();
      try {
        const result = inTransaction(this.#db, work);
        const hour = floorTo(this.#meta.get('watermark') ?? 0, HOUR_MS) - HOUR_MS;
        this.#rows.forgetBefore(hour);
        this.#podSpecs.forgetBefore(hour);
        return result;
      } catch (error) {
        this.#rows.forget();
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
