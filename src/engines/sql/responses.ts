import { gunzipSync, gzipSync } from 'node:zlib';
import { workloadKey } from '../../model/workload.ts';
import type { AuditEntry } from '../../store/auditLog.ts';
import {
  RUNNING_STATES,
  type EvidenceItem,
  type Response,
  type ResponseQuery,
  type ResponseStore,
} from '../../store/responses.ts';
import { appendAudit } from './audit.ts';
import {
  sql,
  raw,
  putNew,
  inNamespaces,
  isGiven,
  inList,
  type Database,
  type Sql,
  type Db,
} from './db.ts';

/** Responses whose evidence is kept: that of older ones makes room. */
const KEPT_EVIDENCE = 200;

/** The responses of a history. */
export function createResponseStore(database: Database): ResponseStore {
  return {
    add: (response, audit) =>
      database.write(async (db) => {
        const { id, version, findingId, namespace, plannedAt } = response;
        await putNew(db, 'ops_responses', ['id'], {
          id,
          version,
          state: columnOf(response),
          finding_id: findingId,
          namespace,
          workload: slotOf(response),
          planned_at: plannedAt,
          response: JSON.stringify(response),
        });
        await appendAudit(db, audit);
      }),
    get: (id) => database.read(async (db) => (await read(db, sql`id = ${id}`, 1))[0] ?? null),
    list: (query) => database.read((db) => readList(db, query)),
    change: (next, audit) => database.write((db) => change(db, next, audit)),
    keepEvidence: (id, items) => database.write((db) => keepEvidence(db, id, items)),
    evidence: (id) => database.read((db) => readEvidence(db, id)),
    close: () => database.close(),
  };
}

/** The state to look for: `ended` where there is nothing to undo, so that it does not count as open. */
function columnOf({ state, endedAt }: Response): string {
  return state === 'verified' && endedAt !== null ? 'ended' : state;
}

function slotOf({ namespace, workload, findingId }: Response): string {
  return workload === null ? `${namespace}/${findingId}` : workloadKey(namespace, workload);
}

async function change(
  db: Db,
  next: Response,
  audit: AuditEntry | null,
): Promise<'done' | 'lost' | 'busy'> {
  const isRunning = RUNNING_STATES.includes(next.state);
  const other =
    await db.value`SELECT 1 FROM ops_responses WHERE workload = ${slotOf(next)} AND id <> ${next.id}
    AND state IN ('approved', 'executing', 'undoing')`;
  if (isRunning && other !== undefined) return 'busy';
  const changed = await db.run`UPDATE ops_responses
    SET version = ${next.version}, state = ${columnOf(next)}, response = ${JSON.stringify(next)}
    WHERE id = ${next.id} AND version = ${next.version - 1}`;
  if (changed === 0) return 'lost';
  if (audit !== null) await appendAudit(db, audit);
  return 'done';
}

function readList(
  db: Db,
  { states, namespaces, findingId, limit }: ResponseQuery,
): Promise<readonly Response[]> {
  const where = sql`${states === null ? raw('TRUE') : sql`state ${inList(states)}`}
    AND ${inNamespaces(namespaces)} AND ${isGiven('finding_id', findingId)}`;
  return read(db, where, limit);
}

async function read(db: Db, where: Sql, limit: number): Promise<readonly Response[]> {
  const rows = await db.values<string>`SELECT response FROM ops_responses WHERE ${where}
    ORDER BY planned_at DESC, id LIMIT ${limit}`;
  return rows.map((response) => JSON.parse(response) as Response);
}

async function readEvidence(db: Db, id: string): Promise<readonly EvidenceItem[]> {
  const rows = await db.all<
    Omit<EvidenceItem, 'text'> & { text: Uint8Array }
  >`SELECT name, captured_at AS capturedAt, problem, text
     FROM ops_response_evidence WHERE response_id = ${id} ORDER BY seq`;
  return rows.map((row) => ({ ...row, text: gunzipSync(row.text).toString('utf8') }));
}

async function keepEvidence(db: Db, id: string, items: readonly EvidenceItem[]): Promise<void> {
  await db.run`DELETE FROM ops_response_evidence WHERE response_id = ${id}`;
  const rows = items.map(({ name, capturedAt, problem, text }, seq) => ({
    response_id: id,
    seq,
    name,
    captured_at: capturedAt,
    problem,
    text: gzipSync(text),
  }));
  await putNew(db, 'ops_response_evidence', ['response_id', 'seq'], ...rows);
  const oldest =
    await db.value<number>`SELECT planned_at FROM ops_responses ORDER BY planned_at DESC LIMIT 1 OFFSET ${KEPT_EVIDENCE}`;
  if (oldest === undefined) return;
  await db.run`DELETE FROM ops_response_evidence WHERE response_id IN
       (SELECT id FROM ops_responses WHERE planned_at <= ${oldest})`;
}
