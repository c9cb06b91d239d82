import { emptyState, type CycleState } from '../../store/cycleState.ts';
import type { FindingEvent, OperatorAction } from '../../model/finding.ts';
import { DAY_MS, formatTime, type TimeMs } from '../../model/time.ts';
import {
  HistoryError,
  type DetectorCodecs,
  type VerdictReplay,
  type WindowRecord,
} from '../../store/history.ts';
import type { CheckpointTable } from './checkpointTable.ts';
import type { EventTable } from './eventTable.ts';
import type { MetaTable } from './metaTable.ts';
import type { OperatorActions } from './operatorActions.ts';
import { StateChanges, type StateTables } from './stateTables.ts';

export interface ReplayTables {
  readonly meta: MetaTable;
  readonly states: StateTables;
  readonly events: EventTable;
  readonly checkpoints: CheckpointTable;
  readonly actions: OperatorActions;
  /** Runs work in one transaction of the writer. */
  readonly write: (work: () => void) => Promise<void>;
}

type Replayed = Pick<WindowRecord, 'change' | 'events' | 'muted'>;

/** What happened from one midnight to the next: a checkpoint is taken after each but the last. */
interface Stretch {
  readonly changes: StateChanges;
  readonly events: { readonly event: FindingEvent; readonly muted: boolean }[];
  expected: Replayed['change']['expectedSamples'];
  end: TimeMs;
}

/** Gathers a replay in memory, only the last of each row for every day, and writes it at once. */
export class SqliteVerdictReplay implements VerdictReplay {
  readonly state: CycleState;
  readonly #tables: ReplayTables;
  readonly #stretches: Stretch[] = [];

  private constructor(tables: ReplayTables, state: CycleState) {
    this.#tables = tables;
    this.state = state;
  }

  static begin(tables: ReplayTables, time: TimeMs, codecs: DetectorCodecs): SqliteVerdictReplay {
    const { meta, checkpoints, states } = tables;
    const historyStart = meta.get('history_start');
    const found = checkpoints.before(time, historyStart, codecs);
    states.useCodecs(codecs);
    if (found !== null) return new SqliteVerdictReplay(tables, found);
    // Before its first midnight a history has no checkpoint: it began with the empty state.
    const oldest = checkpoints.oldest();
    if (oldest !== null && historyStart !== null && oldest - historyStart > DAY_MS) {
      throw new HistoryError(
        'gap',
        `verdicts can be replayed from ${formatTime(oldest)} at the earliest: checkpoints of the state are kept for 14 days`,
      );
    }
    return new SqliteVerdictReplay(tables, emptyState());
  }

  actionsAt(end: TimeMs): readonly OperatorAction[] {
    return this.#tables.actions.appliedAt(end);
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
      stretch.events.push(...events.map((event) => ({ event, muted })));
      stretch.expected = change.expectedSamples;
      stretch.end = change.watermark;
    }
  }

  commit(): Promise<void> {
    const { meta, states, events, checkpoints, write } = this.#tables;
    return write(() => {
      const watermark = meta.get('watermark');
      const reached = this.#stretches.at(-1)?.end ?? this.state.watermark;
      if (watermark === null || reached !== watermark) {
        throw new HistoryError(
          'gap',
          `the replay ends at ${formatTime(reached ?? 0)}, the history at ${formatTime(watermark ?? 0)}`,
        );
      }
      const from = this.state.watermark ?? 0;
      checkpoints.restore(this.state);
      checkpoints.dropAfter(from);
      events.dropAfter(from);
      for (const stretch of this.#stretches) {
        states.write(stretch.changes);
        for (const { event, muted } of stretch.events) events.append(event, muted);
        meta.set('expected_samples', JSON.stringify(stretch.expected));
        if (stretch.end % DAY_MS === 0 && stretch.end < watermark) {
          checkpoints.take(stretch.end, stretch.expected);
        }
      }
    });
  }
}
