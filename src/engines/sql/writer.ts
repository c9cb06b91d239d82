import type { CycleState } from '../../store/cycleState.ts';
import type { Finding, FindingEvent } from '../../model/finding.ts';
import type { Signal } from '../../model/signal.ts';
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
  type FleetRecord,
  type HistoryWriter,
  type VerdictReplay,
  type WindowCorrection,
  type WindowRecord,
} from '../../store/history.ts';
import { isMonthClosed } from './bills.ts';
import { CheckpointTable } from './checkpointTable.ts';
import type { WriterDatabase, Db } from './db.ts';
import type { HistoryIdentity } from '../../store/historyIdentity.ts';
import { ContainerDayKeeper } from '../../store/containerDays/containerDayKeeper.ts';
import { containerDayRows } from './containerDayTable.ts';
import { appendEvents, dropEventsAfter } from './eventTable.ts';
import { MetaTable } from './metaTable.ts';
import { migrate } from './migrate.ts';
import { actionsAppliedAt, markApplied, pendingActions } from './findings.ts';
import { PodSpecTable } from './podSpecTable.ts';
import { pruneHistory } from './prune.ts';
import { readState } from './reader.ts';
import { RollUps } from '../../store/rollUp/rollUps.ts';
import { appendSignals, markTakenUp, pendingSignals, signalsAppliedAt } from './signals.ts';
import { StateTables } from './stateTables.ts';
import { beginReplay, type ReplayTables } from '../../store/verdictReplay.ts';
import { isBetter, observedIn } from '../../store/observed.ts';
import { writeWindow } from '../../store/rollUp/windowPages.ts';
import {
  correctWindow,
  incompleteWindows,
  oldestWindow,
  sealedData,
  sealWindow,
} from './windowTable.ts';
import { appendWorkloadEvent } from './workloadEventTable.ts';
import { createRowTables, type RowTables } from './writerTables.ts';

export interface SqlWriterOptions extends HistoryIdentity {
  /** Wall clock, for operational tables and for when recorded costs were changed. */
  readonly clock: () => TimeMs;
  /** What is left for the processes that write other clusters; null: nothing, absent: what is there. */
  readonly fleet?: FleetRecord | null | undefined;
}

/** Writes a history: one writer per cluster, one transaction per call. */
class SqlHistoryWriter implements HistoryWriter {
  readonly #database: WriterDatabase;
  readonly #db: Db;
  readonly #windowMs: number;
  readonly #clock: () => TimeMs;
  readonly #rollUps: RollUps;
  readonly #rows: RowTables;
  readonly #meta: MetaTable;
  readonly #states: StateTables;
  readonly #checkpoints: CheckpointTable;
  readonly #podSpecs: PodSpecTable;

  constructor(database: WriterDatabase, options: SqlWriterOptions) {
    const { db } = database;
    this.#database = database;
    this.#db = db;
    this.#windowMs = options.windowMs;
    this.#clock = options.clock;
    this.#rows = createRowTables(db, options.windowMs);
    this.#meta = new MetaTable(db);
    this.#rollUps = new RollUps(this.#rows, () => this.#meta.span(), options.windowMs, [
      new ContainerDayKeeper(containerDayRows(db, this.#meta)),
    ]);
    this.#states = new StateTables(db);
    this.#checkpoints = new CheckpointTable(db);
    this.#podSpecs = new PodSpecTable(db);
  }

  watermark(): Promise<TimeMs | null> {
    return this.#database.read((db) => new MetaTable(db).get('watermark'));
  }

  loadState(codecs: DetectorCodecs): Promise<CycleState> {
    return this.#write(async () => {
      this.#states.useCodecs(codecs);
      await this.#states.dropOtherVersions(codecs);
      return await readState(this.#db, codecs);
    });
  }

  async recordWindows(batch: readonly WindowRecord[]): Promise<void> {
    await this.#database.reach(batch.map(({ snapshot }) => snapshot.window.start));
    return this.#write(async () => {
      for (const record of batch) await this.#seal(record);
      await this.#states.flush();
      await this.#rolledUpAgain(this.#rows.takeReattributed());
      await this.#rows.flush();
    });
  }

  recordFindings(findings: readonly Finding[], events: readonly FindingEvent[]): Promise<void> {
    return this.#write(async () => {
      const changed = new Map(findings.map((finding) => [finding.fingerprint, finding]));
      this.#states.change({ detectors: new Map(), findings: changed });
      await this.#states.flush();
      await appendEvents(this.#db, events, 'outage');
    });
  }

  leaveForFleet(record: FleetRecord | null): Promise<void> {
    return this.#write(() => this.#meta.leave(record));
  }

  pendingActions(): Promise<readonly StoredAction[]> {
    return this.#database.read(pendingActions);
  }

  pendingSignals(until: TimeMs): Promise<readonly Signal[]> {
    return this.#database.read((db) => pendingSignals(db, until));
  }

  async recordSignals(signals: readonly Signal[]): Promise<void> {
    await this.#write(() => appendSignals(this.#db, signals));
  }

  correctWindows(corrections: readonly WindowCorrection[]): Promise<number> {
    return this.#write(async () => {
      let corrected = 0;
      const hours = new Set<TimeMs>();
      for (const correction of corrections) {
        const { start } = correction.snapshot.window;
        await this.#requireCorrectable(correction.snapshot.window);
        const { snapshot } = correction;
        const now = { observed: observedIn(snapshot), complete: snapshot.complete };
        if (!isBetter((await sealedData(this.#db, start))!, now)) continue;
        if (await isMonthClosed(this.#db, start)) continue;
        await writeWindow(this.#rows, correction);
        await correctWindow(this.#db, correction.snapshot);
        hours.add(floorTo(start, HOUR_MS));
        corrected += 1;
      }
      for (const hour of this.#rows.takeReattributed()) hours.add(hour);
      await this.#rolledUpAgain([...hours]);
      await this.#rows.flush();
      return corrected;
    });
  }

  incompleteWindows(from: TimeMs, to: TimeMs): Promise<readonly Window[]> {
    return this.#database.read(async (db) => {
      const oldest = Math.max(from, (await new MetaTable(db).get('windows_from')) ?? from);
      const starts = await incompleteWindows(db, oldest, to);
      return starts.map((start) => ({ start, end: start + this.#windowMs }));
    });
  }

  async replayVerdicts(time: TimeMs, codecs: DetectorCodecs): Promise<VerdictReplay> {
    const [db, meta, states, checkpoints] = [this.#db, this.#meta, this.#states, this.#checkpoints];
    const { read } = this.#database;
    const tables: ReplayTables = {
      historyStart: () => read((db) => new MetaTable(db).get('history_start')),
      watermark: () => meta.get('watermark'),
      checkpointBefore: (before) =>
        read(async (db) => {
          const historyStart = await new MetaTable(db).get('history_start');
          return await new CheckpointTable(db).before(before, historyStart, codecs);
        }),
      oldestCheckpoint: () => read((db) => new CheckpointTable(db).oldest()),
      actionsAppliedAt: (end) => read((db) => actionsAppliedAt(db, end)),
      signalsAppliedAt: (end) => read((db) => signalsAppliedAt(db, end)),
      write: (work) => this.#write(work),
      restore: async (state) => {
        await checkpoints.restore(state);
        await dropEventsAfter(db, state.watermark ?? 0);
        states.forget();
      },
      writeChanges: (changes) => states.write(changes),
      appendEvents: (events, muted) => appendEvents(db, events, muted ? 'muted' : 'window'),
      setExpectedSamples: async (expected) => meta.set('expected_samples', expected),
      takeCheckpoint: async (at, expected) => {
        await states.putTogether();
        await checkpoints.take(at, expected);
      },
    };
    states.useCodecs(codecs);
    return await beginReplay(tables, time);
  }

  async prune(keep: { readonly windowsFrom: TimeMs; readonly hoursFrom: TimeMs }): Promise<void> {
    await this.#write(async () => {
      await pruneHistory(this.#db, this.#meta, this.#windowMs, keep);
      this.#rows.forget();
      this.#podSpecs.forget();
    });
    await this.#database.giveBack();
  }

  backup(target: string): Promise<void> {
    return this.#database.backup(target);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #seal(record: WindowRecord): Promise<void> {
    const { snapshot, change } = record;
    const { start, end } = snapshot.window;
    const watermark = await this.#meta.get('watermark');
    if (watermark !== null && end <= watermark) return;
    if (watermark !== null && start !== watermark) throw this.#gap(watermark, start);
    if (end - start !== this.#windowMs || start % this.#windowMs !== 0) {
      throw new HistoryError('gap', `the window from ${formatTime(start)} is not on the grid`);
    }
    if (watermark !== null && start % DAY_MS === 0) {
      await this.#states.flush();
      await this.#states.putTogether();
      await this.#checkpoints.take(start, await this.#meta.expectedSamples());
    }
    await writeWindow(this.#rows, record);
    const { muted, configHash } = record;
    await sealWindow(this.#db, snapshot, { muted, configHash, sealedAt: this.#clock() });
    this.#states.change(change);
    await markApplied(this.#db, record.applied, end);
    await markTakenUp(this.#db, snapshot.signals ?? [], end);
    await appendEvents(this.#db, record.events, muted ? 'muted' : 'window');
    for (const event of record.workloadEvents ?? []) await appendWorkloadEvent(this.#db, event);
    await this.#podSpecs.record(snapshot);
    this.#meta.set('watermark', end);
    this.#meta.set('history_start', change.historyStart);
    this.#meta.set('expected_samples', change.expectedSamples);
    await this.#rollUps.sealed(end);
  }

  /** After rows of these hours, which had been recorded, were changed. */
  async #rolledUpAgain(hours: readonly TimeMs[]): Promise<void> {
    await this.#rollUps.again(hours);
    if (hours.length === 0) return;
    // By the clock too: a copy of the history that this is lost in never says the same of another change.
    const before = (await this.#meta.get('rewritten')) ?? 0;
    this.#meta.set('rewritten', Math.max(before + 1, this.#clock()));
  }

  async #requireCorrectable({ start, end }: Window): Promise<void> {
    const watermark = (await this.#meta.get('watermark')) ?? 0;
    const oldest = Math.max(
      (await this.#meta.get('windows_from')) ?? 0,
      (await oldestWindow(this.#db)) ?? 0,
    );
    if (end <= watermark && start >= oldest) return;
    throw new HistoryError(
      'gap',
      `the window from ${formatTime(start)} cannot be corrected: the history holds windows from ${formatTime(oldest)} to ${formatTime(watermark)}`,
    );
  }

  #gap(watermark: TimeMs, start: TimeMs): HistoryError {
    return new HistoryError(
      'gap',
      `the window from ${formatTime(start)} would leave a gap: the history ${this.#database.name} is sealed up to ${formatTime(watermark)}; run \`burnwatch backfill --from ${formatTime(watermark)}\` first`,
    );
  }

  /** One transaction; whatever fails in it is undone in the database and in memory. */
  #write<T>(work: () => Promise<T>): Promise<T> {
    const withinBounds = async (): Promise<T> => {
      const result = await work();
      await this.#meta.flush();
      const hour = floorTo((await this.#meta.get('watermark')) ?? 0, HOUR_MS) - HOUR_MS;
      this.#rows.forgetBefore(hour);
      this.#podSpecs.forgetBefore(hour);
      return result;
    };
    return this.#database.write(withinBounds, () => {
      this.#meta.forget();
      this.#rows.forget();
      this.#states.forget();
      this.#podSpecs.forget();
    });
  }
}

/**
 * Writes a history; its schema is brought up to date.
 * @throws HistoryError `other-cluster`, `other-currency` or `other-grid` when it was made for something else,
 *   `newer-schema`.
 */
export async function createWriter(
  database: WriterDatabase,
  options: SqlWriterOptions,
): Promise<HistoryWriter> {
  await database.write(async (db) => {
    await migrate(db, database.name);
    await new MetaTable(db).claim(database.name, options);
  });
  return new SqlHistoryWriter(database, options);
}
