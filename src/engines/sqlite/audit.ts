import type { AuditEntry, AuditLog, AuditQuery, StoredAuditEntry } from '../../store/auditLog.ts';
import { openForReading, openForWriting, settle, type Db, type Statement } from './database.ts';
import { requireCurrentSchema } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';

interface AuditRow {
  readonly seq: number;
  readonly at: number;
  readonly who: string;
  readonly door: AuditEntry['door'];
  readonly action: string;
  readonly subject: string;
  readonly namespace: string | null;
  readonly detail: string;
}

/** Who changed what, when, and through which door: appended, never changed. */
export class SqliteAuditLog implements AuditLog {
  readonly #path: string;
  readonly #db: Db;
  readonly #insert: Statement;
  readonly #select: Statement;

  private constructor(path: string, db: Db) {
    this.#path = path;
    this.#db = db;
    this.#insert = db.prepare(
      `INSERT INTO ops_audit (at, who, door, action, subject, namespace, detail, once)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (once) WHERE once IS NOT NULL DO NOTHING`,
    );
    this.#select = db.prepare(
      `SELECT seq, at, who, door, action, subject, namespace, detail FROM ops_audit
       WHERE seq < ? AND (? IS NULL OR subject = ?)
       ORDER BY seq DESC LIMIT ?`,
    );
  }

  static open(path: string): SqliteAuditLog {
    openForReading(path).close();
    const db = openForWriting(path);
    try {
      requireCurrentSchema(db, path, MIGRATIONS);
      return new SqliteAuditLog(path, db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  append(entry: AuditEntry): Promise<number | null> {
    const { at, who, door, action, subject, namespace, detail, once = null } = entry;
    const json = JSON.stringify(detail);
    return settle(this.#path, () => {
      const values = [at, who, door, action, subject, namespace, json, once];
      const { changes, lastInsertRowid } = this.#insert.run(...values);
      return changes === 0 ? null : Number(lastInsertRowid);
    });
  }

  list({ before, subject, limit }: AuditQuery): Promise<readonly StoredAuditEntry[]> {
    return settle(this.#path, () => {
      const from = before ?? Number.MAX_SAFE_INTEGER;
      const rows = this.#select.all(from, subject, subject, limit) as AuditRow[];
      return rows.map((row) => ({
        ...row,
        detail: JSON.parse(row.detail) as AuditEntry['detail'],
      }));
    });
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}

/** Opens the audit log of an existing history, beside whoever writes windows. @throws HistoryError */
export async function openAuditLog(path: string): Promise<SqliteAuditLog> {
  return SqliteAuditLog.open(path);
}
