import type { Migration } from './migration.ts';

/**
 * What imported bills say each node cost on each UTC day. Recorded costs stay as they are; whoever asks for
 * the effective basis gets them scaled to these (see `effectiveCosts.ts`).
 */
export const bills: Migration = {
  number: 30,
  name: 'bills',
  up: (db) =>
    db.exec(`
      CREATE TABLE bill_days (
        day INTEGER PRIMARY KEY,
        total_nano INTEGER NOT NULL,
        pool_nano INTEGER NOT NULL,
        source TEXT NOT NULL,
        imported_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE bill_nodes (
        day INTEGER NOT NULL REFERENCES bill_days (day) ON DELETE CASCADE,
        node TEXT NOT NULL,
        nano INTEGER NOT NULL,
        PRIMARY KEY (day, node)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE bill_months (month INTEGER PRIMARY KEY, closed_at INTEGER NOT NULL) STRICT;
    `),
};
