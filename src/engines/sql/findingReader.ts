import type { Finding } from '../../model/finding.ts';
import type { FindingPage, FindingQuery, PageOf } from '../../store/findingLog.ts';
import { EVERYTHING, IN_NAMESPACES, list, value, values, type Db } from './db.ts';
import { overlayActions, pendingActions } from './operatorActions.ts';

const FILTER = `(:kind IS NULL OR kind = :kind) AND last_seen >= :since
  AND ${IN_NAMESPACES}`;
const STATES = { open: `state <> 'resolved'`, all: 'TRUE' } as const;

/** Findings as people see them, with decisions that are not merged yet; the newest first. */
export async function readFindings(
  db: Db,
  query: FindingQuery,
  { offset, limit }: PageOf = { offset: 0, limit: EVERYTHING },
): Promise<readonly Finding[]> {
  const rows = await values<string>(
    db,
    `SELECT finding FROM findings WHERE ${STATES[query.state]} AND ${FILTER}
     ORDER BY first_seen DESC, id LIMIT :limit OFFSET :offset`,
    { ...filterOf(query), offset, limit },
  );
  const pending = await pendingActions(db);
  return rows.map((json) => overlayActions(JSON.parse(json) as Finding, pending));
}

/** A page of them, and how many there are in all. */
export async function readFindingPage(
  db: Db,
  query: FindingQuery,
  page: PageOf,
): Promise<FindingPage> {
  const count = `SELECT count(*) FROM findings WHERE ${STATES[query.state]} AND ${FILTER}`;
  return {
    findings: await readFindings(db, query, page),
    total: (await value<number>(db, count, filterOf(query)))!,
  };
}

/** The finding with this id, or the only one whose id begins so. */
export async function findFinding(db: Db, idOrPrefix: string): Promise<Finding | null> {
  if (idOrPrefix === '') return null;
  const sql = 'SELECT finding FROM findings WHERE id >= ? AND id < ? ORDER BY id LIMIT 2';
  const rows = await values<string>(db, sql, idOrPrefix, `${idOrPrefix}\u{10ffff}`);
  const found = rows.map((json) => JSON.parse(json) as Finding);
  const exact = found.find((finding) => finding.id === idOrPrefix);
  const finding = exact ?? (found.length === 1 ? found[0] : undefined);
  return finding === undefined ? null : overlayActions(finding, await pendingActions(db));
}

function filterOf({ kind, since, namespaces }: FindingQuery) {
  return { kind, since: since ?? Number.MIN_SAFE_INTEGER, namespaces: list(namespaces) };
}
