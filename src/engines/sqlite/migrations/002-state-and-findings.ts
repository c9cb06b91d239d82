import type { Migration } from './migration.ts';

/**
 * What one window hands to the next (detector state, findings), the daily checkpoints of it, the
 * events that findings went through, and what operators did.
 */
export const stateAndFindings: Migration = {
  number: 2,
  name: 'state-and-findings',
  up: (db) =>
    db.exec(`
      CREATE TABLE detector_state (
        detector TEXT NOT NULL,
        version INTEGER NOT NULL,
        key TEXT NOT NULL,
        state BLOB NOT NULL,
        PRIMARY KEY (detector, version, key)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE findings (
        id TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        namespace TEXT,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        in_state INTEGER NOT NULL,
        finding TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX findings_state ON findings (in_state) WHERE in_state = 1;
      CREATE INDEX findings_open ON findings (state, first_seen) WHERE state <> 'resolved';
      CREATE INDEX findings_seen ON findings (last_seen);

      CREATE TABLE finding_events (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        finding_id TEXT NOT NULL,
        type TEXT NOT NULL,
        suppressed INTEGER NOT NULL,
        by_window INTEGER NOT NULL,
        reason TEXT NOT NULL,
        finding TEXT NOT NULL
      ) STRICT;
      CREATE INDEX finding_events_finding ON finding_events (finding_id, seq);
      CREATE INDEX finding_events_at ON finding_events (at);

      CREATE TABLE checkpoints (
        at INTEGER PRIMARY KEY,
        expected_samples TEXT NOT NULL,
        findings TEXT NOT NULL
      ) STRICT;
      CREATE TABLE checkpoint_state (
        at INTEGER NOT NULL REFERENCES checkpoints (at) ON DELETE CASCADE,
        detector TEXT NOT NULL,
        version INTEGER NOT NULL,
        key TEXT NOT NULL,
        state BLOB NOT NULL,
        PRIMARY KEY (at, detector, version, key)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE operator_actions (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        finding_id TEXT NOT NULL,
        action TEXT NOT NULL,
        decision TEXT NOT NULL,
        applied_at INTEGER
      ) STRICT;
      CREATE INDEX operator_actions_finding ON operator_actions (finding_id, seq);
      CREATE INDEX operator_actions_pending ON operator_actions (seq) WHERE applied_at IS NULL;
    `),
};
