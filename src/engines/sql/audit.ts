import type { AuditEntry, AuditLog, StoredAuditEntry } from '../../store/auditLog.ts';
import { isGiven, EVERYTHING, type Database, type Db } from './db.ts';

/** The audit log of a history: entries are appended and never changed. */
export function createAuditLog(database: Database): AuditLog {
  return {
    append: (entry) => database.write((db) => appendAudit(db, entry)),
    list: ({ before, subject, limit }) =>
      database.read(
        (db) => db.parsed<StoredAuditEntry>(
          'detail',
        )`SELECT seq, at, who, door AS via, action, subject, namespace, detail FROM ops_audit
          WHERE seq < ${before ?? EVERYTHING} AND ${isGiven('subject', subject)}
          ORDER BY seq DESC LIMIT ${limit}`,
      ),
    close: () => database.close(),
  };
}

/** Appends an entry; its place in the order, or null when there is one of its `once` already. */
export async function appendAudit(
  db: Db,
  { at, who, via, action, subject, namespace, detail, once }: AuditEntry,
): Promise<number | null> {
  const seq =
    await db.value<number>`INSERT INTO ops_audit (at, who, door, action, subject, namespace, detail, once)
     VALUES (${at}, ${who}, ${via}, ${action}, ${subject}, ${namespace}, ${JSON.stringify(detail)}, ${once ?? null})
     ON CONFLICT (once) WHERE once IS NOT NULL DO NOTHING RETURNING seq`;
  return seq ?? null;
}
