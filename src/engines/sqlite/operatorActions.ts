import type { Finding, OperatorAction } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import type { OperatorLog, StoredAction } from '../../store/findingLog.ts';
import { all, insert, run, type Db } from './database.ts';
import { openShared } from './sharedFile.ts';

/** Opens the operators' decisions of an existing history. @throws HistoryError `missing`, `older-schema`, … */
export async function openOperatorLog(path: string): Promise<OperatorLog> {
  const { db, guarded, close } = await openShared(path);
  return {
    append: ({ findingId, action, decision }) =>
      guarded(() => {
        const sql = 'INSERT INTO operator_actions (finding_id, action, decision) VALUES (?, ?, ?)';
        return insert(db, sql, findingId, action, JSON.stringify(decision));
      }),
    list: (after, limit) => guarded(() => readActions(db, 'seq > ?', [after], limit)),
    close,
  };
}

/** Decisions about a finding. */
export function actionsAbout(db: Db, findingId: string): readonly StoredAction[] {
  return readActions(db, 'finding_id = ?', [findingId]);
}

/** Decisions that no window has merged yet. */
export function pendingActions(db: Db): readonly StoredAction[] {
  return readActions(db, 'applied_at IS NULL', []);
}

/** Decisions that the window ending at `end` merged. */
export function actionsAppliedAt(db: Db, end: TimeMs): readonly StoredAction[] {
  return readActions(db, 'applied_at = ?', [end]);
}

/** Marks decisions as merged by the window that ends at `at`. */
export function markApplied(db: Db, actions: readonly OperatorAction[], at: TimeMs): void {
  for (const { findingId, action, decision } of actions) {
    run(
      db,
      `UPDATE operator_actions SET applied_at = ?
       WHERE applied_at IS NULL AND finding_id = ? AND action = ? AND decision = ?`,
      [at, findingId, action, JSON.stringify(decision)],
    );
  }
}

/** Shows decisions that no window has merged yet, as the next one will. */
export function overlayActions(finding: Finding, pending: readonly StoredAction[]): Finding {
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

function readActions(
  db: Db,
  where: string,
  parameters: readonly (string | number)[],
  limit = -1,
): readonly StoredAction[] {
  const rows = all<Omit<StoredAction, 'decision'> & { decision: string }>(
    db,
    `SELECT seq, finding_id AS findingId, action, decision, applied_at AS appliedAt
     FROM operator_actions WHERE ${where} ORDER BY seq LIMIT ?`,
    [...parameters, limit],
  );
  return rows.map((row) => ({
    ...row,
    decision: JSON.parse(row.decision) as OperatorAction['decision'],
  }));
}
