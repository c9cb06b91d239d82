import type { Finding } from '../../model/finding.ts';
import type { FindingPage, FindingQuery, PageOf } from '../../store/findingLog.ts';
import { sql, raw, inNamespaces, isGiven, EVERYTHING, type Sql, type Db } from './db.ts';
import { overlayActions, pendingActions } from './operatorActions.ts';

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
