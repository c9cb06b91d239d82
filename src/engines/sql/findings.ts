import type { Finding, OperatorAction } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import type {
  FindingPage,
  FindingQuery,
  OperatorLog,
  PageOf,
  StoredAction,
} from '../../store/findingLog.ts';
import {
  sql,
  raw,
  insert,
  EVERYTHING,
  inNamespaces,
  isGiven,
  type Database,
  type Sql,
  type Db,
} from './db.ts';

/** The operators' decisions of a history. */
export function createOperatorLog(database: Database): OperatorLog {
  return {
    append: ({ findingId, action, decision }) =>
      database.write(async (db) => {
        const row = { finding_id: findingId, action, decision: JSON.stringify(decision) };
        return await insert(db, 'operator_actions', 'seq', row);
      }),
    list: (after, limit) => database.read((db) => readActions(db, sql`seq > ${after}`, limit)),
    close: () => database.close(),
  };
}

/** Decisions about a finding. */
export async function actionsAbout(db: Db, findingId: string): Promise<readonly StoredAction[]> {
  return await readActions(db, sql`finding_id = ${findingId}`);
}

/** Decisions that no window has merged yet. */
export async function pendingActions(db: Db): Promise<readonly StoredAction[]> {
  return await readActions(db, raw('applied_at IS NULL'));
}

/** Decisions that the window ending at `end` merged. */
export async function actionsAppliedAt(db: Db, end: TimeMs): Promise<readonly StoredAction[]> {
  return await readActions(db, sql`applied_at = ${end}`);
}

/** Marks decisions as merged by the window that ends at `at`. */
export async function markApplied(
  db: Db,
  actions: readonly OperatorAction[],
  at: TimeMs,
): Promise<void> {
  for (const { findingId, action, decision } of actions) {
    await db.run`UPDATE operator_actions SET applied_at = ${at}
       WHERE applied_at IS NULL AND finding_id = ${findingId} AND action = ${action}
         AND decision = ${JSON.stringify(decision)}`;
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

async function readActions(
  db: Db,
  where: Sql,
  limit = EVERYTHING,
): Promise<readonly StoredAction[]> {
  return await db.parsed<StoredAction>('decision')`SELECT seq, finding_id AS findingId, action,
      decision, applied_at AS appliedAt
    FROM operator_actions WHERE ${where} ORDER BY seq LIMIT ${limit}`;
}

/** Findings as people see them, with decisions that are not merged yet; the newest first. */
export async function readFindings(
  db: Db,
  query: FindingQuery,
  { offset, limit }: PageOf = { offset: 0, limit: EVERYTHING },
): Promise<readonly Finding[]> {
  const rows = await db.values<string>`SELECT finding FROM findings WHERE ${asked(query)}
     ORDER BY first_seen DESC, id LIMIT ${limit} OFFSET ${offset}`;
  const pending = await pendingActions(db);
  return rows.map((json) => overlayActions(JSON.parse(json) as Finding, pending));
}

/** A page of them, and how many there are in all. */
export async function readFindingPage(
  db: Db,
  query: FindingQuery,
  page: PageOf,
): Promise<FindingPage> {
  return {
    findings: await readFindings(db, query, page),
    total: (await db.value<number>`SELECT count(*) FROM findings WHERE ${asked(query)}`)!,
  };
}

/** The finding with this id, or the only one whose id begins so. */
export async function findFinding(db: Db, idOrPrefix: string): Promise<Finding | null> {
  if (idOrPrefix === '') return null;
  const rows = await db.values<string>`SELECT finding FROM findings
      WHERE id >= ${idOrPrefix} AND id < ${`${idOrPrefix}\u{10ffff}`} ORDER BY id LIMIT 2`;
  const found = rows.map((json) => JSON.parse(json) as Finding);
  const exact = found.find((finding) => finding.id === idOrPrefix);
  const finding = exact ?? (found.length === 1 ? found[0] : undefined);
  return finding === undefined ? null : overlayActions(finding, await pendingActions(db));
}

function asked({ state, kind, since, namespaces }: FindingQuery): Sql {
  return sql`${raw(state === 'open' ? "state <> 'resolved'" : 'TRUE')} AND ${isGiven('kind', kind)}
    AND last_seen >= ${since ?? Number.MIN_SAFE_INTEGER} AND ${inNamespaces(namespaces)}`;
}
