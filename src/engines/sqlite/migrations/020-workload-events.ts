import type { Migration } from './migration.ts';

/**
 * What changed about workloads, and the specifications of pods by UID with the span in which each was seen.
 * Specifications that many pods share are stored once, by their digest; commands, arguments and values of
 * environment variables are not in them.
 */
export const workloadEvents: Migration = {
  number: 20,
  name: 'workload-events',
  up: (db) =>
    db.exec(`
      CREATE TABLE workload_events (
        namespace TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        at INTEGER NOT NULL,
        type TEXT NOT NULL,
        container TEXT NOT NULL,
        before TEXT,
        after TEXT,
        text TEXT NOT NULL,
        PRIMARY KEY (namespace, kind, name, at, type, container)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX workload_events_at ON workload_events (at);

      CREATE TABLE pod_spec_texts (digest TEXT PRIMARY KEY, spec TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE pod_specs (
        uid TEXT NOT NULL,
        first_seen INTEGER NOT NULL,
        last_hour INTEGER NOT NULL,
        namespace TEXT NOT NULL,
        pod TEXT NOT NULL,
        digest TEXT NOT NULL REFERENCES pod_spec_texts (digest),
        PRIMARY KEY (uid, first_seen)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX pod_specs_pod ON pod_specs (namespace, pod);
      CREATE INDEX pod_specs_last_hour ON pod_specs (last_hour);
      CREATE INDEX pod_specs_digest ON pod_specs (digest);
    `),
};
