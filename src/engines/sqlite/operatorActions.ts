import type { Finding, OperatorAction } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import type { StoredAction } from '../../store/findingLog.ts';
import type { Db, Statement } from './database.ts';

interface ActionRow {
  readonly seq: number;
  readonly finding_id: string;
  readonly action: OperatorAction['action'];
  readonly decision: string;
  readonly applied_at: TimeMs | null;
}

interface Statements {
  readonly after: Statement;
  readonly about: Statement;
  readonly pending: Statement;
  readonly appliedAt: Statement;
}

/** Operators' decisions: appended, marked when a window merged them, never changed otherwise. */
export class OperatorActions {
  readonly #db: Db;
  readonly #statements: Statements;

  private constructor(db: Db, statements: Statements) {
    this.#db = db;
    this.#statements = statements;
  }

  static create(db: Db): OperatorActions {
    const all = 'SELECT seq, finding_id, action, decision, applied_at FROM operator_actions';
    return new OperatorActions(db, {
      after: db.prepare(`${all} WHERE seq > ? ORDER BY seq LIMIT ?`),
      about: db.prepare(`${all} WHERE finding_id = ? ORDER BY seq`),
      pending: db.prepare(`${all} WHERE applied_at IS NULL ORDER BY seq`),
      appliedAt: db.prepare(`${all} WHERE applied_at = ? ORDER BY seq`),
    });
  }

  append({ findingId, action, decision }: OperatorAction): number {
    const result = this.#db
      .prepare('INSERT INTO operator_actions (finding_id, action, decision) VALUES (?, ?, ?)')
      .run(findingId, action, JSON.stringify(decision));
    return Number(result.lastInsertRowid);
  }

  /** Marks decisions as merged by the window that ends at `at`. */
  markApplied(actions: readonly OperatorAction[], at: TimeMs): void {
    if (actions.length === 0) return;
    const mark = this.#db.prepare(
      `UPDATE operator_actions SET applied_at = ?
       WHERE applied_at IS NULL AND finding_id = ? AND action = ? AND decision = ?`,
    );
    for (const { findingId, action, decision } of actions) {
      mark.run(at, findingId, action, JSON.stringify(decision));
    }
  }

  after(seq: number, limit: number): readonly StoredAction[] {
    return (this.#statements.after.all(seq, limit) as ActionRow[]).map(toAction);
  }

  about(findingId: string): readonly StoredAction[] {
    return (this.#statements.about.all(findingId) as ActionRow[]).map(toAction);
  }

  pending(): readonly StoredAction[] {
    return (this.#statements.pending.all() as ActionRow[]).map(toAction);
  }

  appliedAt(end: TimeMs): readonly StoredAction[] {
    return (this.#statements.appliedAt.all(end) as ActionRow[]).map(toAction);
  }

  /** Shows decisions that no window has merged yet, as the next one will. */
  overlay(finding: Finding, pending: readonly StoredAction[]): Finding {
    let shown = finding;
    for (const { findingId, action, decision } of pending) {
      if (findingId !== finding.id || shown.state === 'resolved') continue;
      if (action === 'reopen') shown = { ...shown, state: 'open', decision: null };
      else {
        const state = action === 'acknowledge' ? 'acknowledged' : 'accepted';
        shown = { ...shown, state, decision };
      }
    }
    return shown;
  }
}

function toAction(row: ActionRow): StoredAction {
  const { seq, action, finding_id: findingId, applied_at: appliedAt } = row;
  const decision = JSON.parse(row.decision) as OperatorAction['decision'];
  return { seq, findingId, action, decision, appliedAt };
}
