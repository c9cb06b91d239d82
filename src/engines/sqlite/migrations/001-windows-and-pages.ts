import type { Migration } from './migration.ts';

/**
 * Sealed windows, the dimensions that rows point to, and the pages that hold the rows (see
 * `columns.ts` for what is in a page). Tables whose name begins with `ops_` hold wall-clock facts.
 * Pages are keyed by time first: a live window then rewrites neighbours on disk, and pruning is one
 * range.
 */
export const windowsAndPages: Migration = {
  number: 1,
  name: 'windows-and-pages',
  up: (db) =>
    db.exec(`
      CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE windows (
        start INTEGER PRIMARY KEY,
        coverage REAL NOT NULL,
        complete INTEGER NOT NULL,
        muted INTEGER NOT NULL,
        problems TEXT NOT NULL,
        config_hash TEXT NOT NULL
      ) STRICT;
      CREATE INDEX windows_incomplete ON windows (start) WHERE complete = 0;

      CREATE TABLE ops_windows (start INTEGER PRIMARY KEY, sealed_at INTEGER NOT NULL) STRICT;

      CREATE TABLE label_sets (id INTEGER PRIMARY KEY, labels TEXT NOT NULL UNIQUE) STRICT;
      CREATE TABLE reasons (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

      CREATE TABLE containers (
        id INTEGER PRIMARY KEY,
        namespace TEXT NOT NULL,
        pod TEXT NOT NULL,
        uid TEXT NOT NULL,
        container TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        workload_known INTEGER NOT NULL,
        node TEXT NOT NULL,
        image TEXT NOT NULL,
        label_set INTEGER NOT NULL REFERENCES label_sets (id),
        owner TEXT NOT NULL,
        first_hour INTEGER NOT NULL,
        last_hour INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX containers_uid ON containers (uid, container);
      CREATE INDEX containers_workload ON containers (namespace, kind, name, last_hour);
      CREATE INDEX containers_last_hour ON containers (last_hour);

      CREATE TABLE usage_pages (
        hour INTEGER NOT NULL,
        container INTEGER NOT NULL,
        page BLOB NOT NULL,
        PRIMARY KEY (hour, container)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE cost_keys (
        id INTEGER PRIMARY KEY,
        namespace TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        container TEXT NOT NULL,
        node TEXT NOT NULL,
        label_set INTEGER NOT NULL REFERENCES label_sets (id),
        owner TEXT NOT NULL,
        UNIQUE (namespace, kind, name, container, node, label_set, owner)
      ) STRICT;
      CREATE TABLE cost_hours (
        day INTEGER NOT NULL,
        key INTEGER NOT NULL,
        page BLOB NOT NULL,
        PRIMARY KEY (day, key)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE cost_days (
        month INTEGER NOT NULL,
        key INTEGER NOT NULL,
        page BLOB NOT NULL,
        PRIMARY KEY (month, key)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE nodes (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        provider_id TEXT NOT NULL,
        labels TEXT NOT NULL,
        first_hour INTEGER NOT NULL,
        last_hour INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE node_prices (
        id INTEGER PRIMARY KEY,
        cpu_core_hour REAL NOT NULL,
        ram_gib_hour REAL NOT NULL,
        gpu_hour REAL NOT NULL,
        source TEXT NOT NULL,
        reason TEXT NOT NULL,
        coverage REAL NOT NULL,
        UNIQUE (cpu_core_hour, ram_gib_hour, gpu_hour, source, reason, coverage)
      ) STRICT;
      CREATE TABLE node_windows (
        hour INTEGER NOT NULL,
        node INTEGER NOT NULL,
        page BLOB NOT NULL,
        PRIMARY KEY (hour, node)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE node_hours (
        day INTEGER NOT NULL,
        node INTEGER NOT NULL,
        page BLOB NOT NULL,
        PRIMARY KEY (day, node)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE node_days (
        month INTEGER NOT NULL,
        node INTEGER NOT NULL,
        page BLOB NOT NULL,
        PRIMARY KEY (month, node)
      ) STRICT, WITHOUT ROWID;
    `),
};
