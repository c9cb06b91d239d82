import type { AuditEntry, AuditLog, StoredAuditEntry } from '../../store/auditLog.ts';
import { all, first, type Database } from './db.ts';

/** The audit log of a history: entries are appended and never changed. */
export function createAuditLog(database: Database): AuditLog {
  return {
    append: ({ at, who, via, action, subject, namespace, detail, once = null }) =>
      database.write(async (db) => {
        const added = await first<{ seq: number }>(
          db,
          `INSERT INTO ops_audit (at, who, door, action, subject, namespace, detail, once)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (once) WHERE once IS NOT NULL DO NOTHING RETURNING seq`,
          [at, who, via, action, subject, namespace, JSON.stringify(detail), once],
        );
        return added?.seq ?? null;
      }),
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
