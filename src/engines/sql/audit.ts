import type { AuditEntry, AuditLog, StoredAuditEntry } from '../../store/auditLog.ts';
import { all, value, type Database, type Db } from './db.ts';

/** The audit log of a history: entries are appended and never changed. */
export function createAuditLog(database: Database): AuditLog {
  return {
    append: (entry) => database.write((db) => appendAudit(db, entry)),
    list: ({ before, subject, limit }) =>
      database.read(async (db) => {
        const rows = await all<Omit<StoredAuditEntry, 'detail'> & { detail: string }>(
          db,
          `SELECT seq, at, who, door AS via, action, subject, namespace, detail FROM ops_audit
           WHERE seq < ? AND (? IS NULL OR subject = ?)
           ORDER BY seq DESC LIMIT ?`,
          [before ?? Number.MAX_SAFE_INTEGER, subject, subject, limit],
        );
        return rows.map(({ detail, ...row }) => ({
          ...row,
          detail: JSON.parse(detail) as AuditEntry['detail'],
        }));
      }),
    close: () => database.close(),
  };
}

/** Appends an entry; its place in the order, or null when there is one of its `once` already. */
export async function appendAudit(
  db: Db,
  { at, who, via, action, subject, namespace, detail, once }: AuditEntry,
): Promise<number | null> {
  const seq = await value<number>(
    db,
    `INSERT INTO ops_audit (at, who, door, action, subject, namespace, detail, once)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (once) WHERE once IS NOT NULL DO NOTHING RETURNING seq`,
    [at, who, via, action, subject, namespace, JSON.stringify(detail), once ?? null],
  );
  return seq ?? null;
}
