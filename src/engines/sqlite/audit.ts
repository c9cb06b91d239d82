import type { AuditEntry, AuditLog, StoredAuditEntry } from '../../store/auditLog.ts';
import { all, first } from './database.ts';
import { openShared } from './sharedFile.ts';

/** Opens the audit log of an existing history: entries are appended and never changed. @throws HistoryError */
export async function openAuditLog(path: string): Promise<AuditLog> {
  const { db, guarded, close } = await openShared(path);
  return {
    append: ({ at, who, via, action, subject, namespace, detail, once = null }) =>
      guarded(() => {
        const added = first<{ seq: number }>(
          db,
          `INSERT INTO ops_audit (at, who, door, action, subject, namespace, detail, once)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (once) WHERE once IS NOT NULL DO NOTHING RETURNING seq`,
          [at, who, via, action, subject, namespace, JSON.stringify(detail), once],
        );
        return added?.seq ?? null;
      }),
    list: ({ before, subject, limit }) =>
      guarded(() => {
        const rows = all<Omit<StoredAuditEntry, 'detail'> & { detail: string }>(
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
    close,
  };
}
