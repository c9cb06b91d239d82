import type { Migration } from './migration.ts';

/**
 * Window rows that outlive their retention because a finding is about them, and who changed what.
 * `container` is empty for what belongs to a pod as a whole (its network).
 */
export const pinsAndAudit: Migration = {
  number: 3,
  name: 'pins-and-audit',
  up: (db) =>
    db.exec(`
      CREATE TABLE pinned_usage (
        namespace TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        hour INTEGER NOT NULL,
        container TEXT NOT NULL,
        page BLOB NOT NULL,
        PRIMARY KEY (namespace, kind, name, hour, container)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE ops_audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        door TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        namespace TEXT,
        detail TEXT NOT NULL
      ) STRICT;
      CREATE INDEX ops_audit_subject ON ops_audit (subject, seq);
    `),
};
