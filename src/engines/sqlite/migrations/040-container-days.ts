import type { Migration } from './migration.ts';

/**
 * Quantile sketches of what each container of a workload used on each UTC day, for right-sizing; and which
 * hours of each day are in them, so that a corrected hour makes its day anew.
 */
export const containerDays: Migration = {
  number: 40,
  name: 'container-days',
  up: (db) =>
    db.exec(`
      CREATE TABLE container_days (
        day INTEGER NOT NULL,
        namespace TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        container TEXT NOT NULL,
        page BLOB NOT NULL,
        PRIMARY KEY (day, namespace, kind, name, container)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE container_day_hours (day INTEGER PRIMARY KEY, hours INTEGER NOT NULL) STRICT;
    `),
};
