import type { Migration } from './migration.ts';

/** The weekly digests that were sent, by the start of their week: at most one each. */
export const digests: Migration = {
  number: 50,
  name: 'digests',
  up: (db) =>
    db.exec(`
      CREATE TABLE ops_digests (
        week_start INTEGER PRIMARY KEY,
        week_end INTEGER NOT NULL,
        week TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        sent_at INTEGER NOT NULL,
        sends INTEGER NOT NULL,
        digest TEXT NOT NULL
      ) STRICT;
      CREATE INDEX ops_digests_week ON ops_digests (week);
    `),
};
