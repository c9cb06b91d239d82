import type { Migration } from './migration.ts';

/** A press that Slack delivers twice is written down, and done, once. */
export const auditOnce: Migration = {
  number: 90,
  name: 'audit-once',
  up: (db) =>
    db.exec(`
      ALTER TABLE ops_audit ADD COLUMN once TEXT;
      CREATE UNIQUE INDEX ops_audit_once ON ops_audit (once) WHERE once IS NOT NULL;
    `),
};
