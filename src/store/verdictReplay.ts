import type { FindingEvent, OperatorAction } from '../model/finding.ts';
import type { Signal } from '../model/signal.ts';
import type { ExpectedSamples } from '../model/snapshot.ts';
import { DAY_MS, formatTime, type TimeMs } from '../model/time.ts';
import { emptyState, type CycleState } from './cycleState.ts';
import { HistoryError, type VerdictReplay, type WindowRecord } from './history.ts';
import { StateChanges } from './stateChanges.ts';

/** What a replay reads and writes of an engine's tables; `write` runs its work in one transaction. */
export interface ReplayTables {
  historyStart(): Promise<TimeMs | null>;
  watermark(): Promise<TimeMs | null>;
  /** The state of the latest checkpoint that knows nothing of windows after `time`. */
  checkpointBefore(time: TimeMs): Promise<CycleState | null>;
  oldestCheckpoint(): Promise<TimeMs | null>;
  actionsAppliedAt(end: TimeMs): Promise<readonly OperatorAction[]>;
  signalsAppliedAt(end: TimeMs): Promise<readonly Signal[]>;
  write(work: () => Promise<void>): Promise<void>;
  /** Makes a checkpoint's state the present one, without the checkpoints and events after it. */
  restore(state: CycleState): Promise<void>;
  writeChanges(changes: StateChanges): Promise<void>;
  appendEvents(events: readonly FindingEvent[], muted: boolean): Promise<void>;
  setExpectedSamples(expected: ExpectedSamples): Promise<void>;
  takeCheckpoint(at: TimeMs, expected: ExpectedSamples): Promise<void>;
}

type Replayed = Pick<WindowRecord, 'change' | 'events' | 'muted'>;

/** What happened from one midnight to the next: a checkpoint is taken after each but the last. */
interface Stretch {
  readonly changes: StateChanges;
  readonly events: Pick<Replayed, 'events' | 'muted'>[];
  expected: Replayed['change']['expectedSamples'];
  end: TimeMs;
}

/** Begins a replay of the verdicts after `time`. @throws HistoryError `gap` where no checkpoint is that old */
export async function beginReplay(tables: ReplayTables, time: TimeMs): Promise<VerdictReplay> {
  const found = await tables.checkpointBefore(time);
  if (found !== null) return new GatheredReplay(tables, found);
  // Before its first midnight a history has no checkpoint: it began with the empty state.
  const oldest = await tables.oldestCheckpoint();
  const historyStart = await tables.historyStart();
  if (oldest !== null && historyStart !== null && oldest - historyStart > DAY_MS) {
    throw new HistoryError(
      'gap',
      `verdicts can be replayed from ${formatTime(oldest)} at the earliest: checkpoints of the state are kept for 14 days`,
    );
  }
  return new GatheredReplay(tables, emptyState());
}

/** Gathers a replay in memory, only the last of each row for every day, and writes it at once. */
class GatheredReplay implements VerdictReplay {
  readonly state: CycleState;
  readonly #tables: ReplayTables;
  readonly #stretches: Stretch[] = [];

  constructor(tables: ReplayTables, state: CycleState) {
    this.#tables = tables;
    this.state = state;
  }

  actionsAt(end: TimeMs): Promise<readonly OperatorAction[]> {
    return this.#tables.actionsAppliedAt(end);
  }

  signalsAt(end: TimeMs): Promise<readonly Signal[]> {
    return this.#tables.signalsAppliedAt(end);
  }

  add(windows: readonly Replayed[]): void {
    for (const { change, events, muted } of windows) {
      let stretch = this.#stretches.at(-1);
      if (stretch === undefined || stretch.end % DAY_MS === 0) {
        const { expectedSamples: expected, watermark: end } = change;
        stretch = { changes: new StateChanges(), events: [], expected, end };
        this.#stretches.push(stretch);
      }
      stretch.changes.add(change);
      if (events.length > 0) stretch.events.push({ events, muted });
      stretch.expected = change.expectedSamples;
      stretch.end = change.watermark;
    }
  }

  commit(): Promise<void> {
    const tables = this.#tables;
    return tables.write(async () => {
      const watermark = await tables.watermark();
      const reached = this.#stretches.at(-1)?.end ?? this.state.watermark;
      if (watermark === null || reached !== watermark) {
        throw new HistoryError(
          'gap',
          `the replay ends at ${formatTime(reached ?? 0)}, the history at ${formatTime(watermark ?? 0)}`,
        );
      }
      await tables.restore(this.state);
      for (const stretch of this.#stretches) {
        await tables.writeChanges(stretch.changes);
        for (const { events, muted } of stretch.events) await tables.appendEvents(events, muted);
        await tables.setExpectedSamples(stretch.expected);
        if (stretch.end % DAY_MS === 0 && stretch.end < watermark) {
          await tables.takeCheckpoint(stretch.end, stretch.expected);
        }
      }
    });
  }
}
