import type { DataProblem, Snapshot } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WindowCoverage } from '../../store/usage.ts';
import type { Db, Statement } from './database.ts';

interface Statements {
  readonly seal: Statement;
  readonly sealedAt: Statement;
  readonly correct: Statement;
  readonly incomplete: Statement;
  readonly oldest: Statement;
  readonly coverage: Statement;
}

/** Sealed windows: how whole their data were, and under which configuration they were judged. */
export class WindowTable {
  readonly #statements: Statements;

  private constructor(statements: Statements) {
    this.#statements = statements;
  }

  static create(db: Db): WindowTable {
    return new WindowTable({
      seal: db.prepare('INSERT INTO windows VALUES (?, ?, ?, ?, ?, ?)'),
      sealedAt: db.prepare('INSERT OR REPLACE INTO ops_windows VALUES (?, ?)'),
      correct: db.prepare(
        'UPDATE windows SET coverage = ?, complete = ?, problems = ? WHERE start = ?',
      ),
      incomplete: db
        .prepare(
          'SELECT start FROM windows WHERE complete = 0 AND start >= ? AND start < ? ORDER BY start',
        )
        .pluck(),
      coverage: db.prepare('SELECT coverage FROM windows WHERE start = ?').pluck(),
      oldest: db.prepare('SELECT min(start) FROM windows').pluck(),
    });
  }

  seal(snapshot: Snapshot, muted: boolean, configHash: string, sealedAt: TimeMs): void {
    const { window, coverage, complete, problems } = snapshot;
    const flags = [complete ? 1 : 0, muted ? 1 : 0];
    this.#statements.seal.run(
      window.start,
      coverage,
      ...flags,
      JSON.stringify(problems),
      configHash,
    );
    this.#statements.sealedAt.run(window.start, sealedAt);
  }

  correct(snapshot: Snapshot): void {
    const { window, coverage, complete, problems } = snapshot;
    const json = JSON.stringify(problems);
    this.#statements.correct.run(coverage, complete ? 1 : 0, json, window.start);
  }

  incomplete(from: TimeMs, to: TimeMs): readonly TimeMs[] {
    return this.#statements.incomplete.all(from, to) as TimeMs[];
  }

  /** Start of the oldest sealed window that is still known. */
  oldest(): TimeMs | null {
    return this.#statements.oldest.get() as TimeMs | null;
  }

  /** Coverage of a sealed window; null when it is not sealed. */
  coverage(start: TimeMs): number | null {
    return (this.#statements.coverage.get(start) as number | undefined) ?? null;
  }
}

/** See `HistoryReader.windowCoverage`. */
export function readWindowCoverage(db: Db, from: TimeMs, to: TimeMs): readonly WindowCoverage[] {
  const rows = db
    .prepare(
      'SELECT start, coverage, complete, problems FROM windows WHERE start >= ? AND start < ? ORDER BY start',
    )
    .all(from, to) as readonly {
    start: TimeMs;
    coverage: number;
    complete: number;
    problems: string;
  }[];
  return rows.map(({ start, coverage, complete, problems }) => ({
    start,
    coverage,
    complete: complete === 1,
    problems: JSON.parse(problems) as readonly DataProblem[],
  }));
}
