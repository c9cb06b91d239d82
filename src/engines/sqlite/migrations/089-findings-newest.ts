import type { Migration } from './migration.ts';

/** Findings newest first, a page at a time: filtered and counted without reading a single one of them. */
export const findingsNewest: Migration = {
  number: 89,
  name: 'findings-newest',
  up: (db) =>
    db.exec(`
      CREATE INDEX findings_newest ON findings (first_seen DESC, id, kind, last_seen, namespace);
      CREATE INDEX findings_newest_open ON findings (first_seen DESC, id, kind, last_seen, namespace)
        WHERE state <> 'resolved';
    `),
};
