import type { Migration } from './migration.ts';

/**
 * What was and will be told to whom. All of it is wall-clock fact: the tables begin with `ops_` and
 * stay out of the deterministic dump.
 */
export const deliveries: Migration = {
  number: 10,
  name: 'deliveries',
  up: (db) =>
    db.exec(`
      CREATE TABLE ops_notify_state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE ops_deliveries (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        channel TEXT NOT NULL,
        target TEXT NOT NULL,
        conversation TEXT NOT NULL,
        priority INTEGER NOT NULL,
        notice TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        in_doubt INTEGER NOT NULL DEFAULT 0,
        created_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        lease_until INTEGER,
        sent_at INTEGER,
        code TEXT,
        error TEXT
      ) STRICT;
      CREATE INDEX ops_deliveries_waiting ON ops_deliveries (channel, target, priority DESC, seq)
        WHERE state IN ('pending', 'sending');
      CREATE INDEX ops_deliveries_state ON ops_deliveries (state, created_at);

      CREATE TABLE ops_conversations (
        channel TEXT NOT NULL,
        target TEXT NOT NULL,
        conversation TEXT NOT NULL,
        receipt TEXT NOT NULL,
        PRIMARY KEY (channel, target, conversation)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE ops_notified (
        finding_id TEXT NOT NULL,
        channel TEXT NOT NULL,
        target TEXT NOT NULL,
        conversation TEXT NOT NULL,
        state TEXT NOT NULL,
        severity TEXT NOT NULL,
        reason TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (finding_id, channel, target)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX ops_notified_conversation ON ops_notified (conversation);
      CREATE INDEX ops_notified_open ON ops_notified (conversation) WHERE state <> 'resolved';

      CREATE TABLE ops_pages (channel TEXT NOT NULL, target TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
      CREATE TABLE ops_said_once (key TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE ops_silences (
        id TEXT PRIMARY KEY,
        matchers TEXT NOT NULL,
        starts_at INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        author TEXT NOT NULL,
        reason TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX ops_silences_ends ON ops_silences (ends_at);
    `),
};
