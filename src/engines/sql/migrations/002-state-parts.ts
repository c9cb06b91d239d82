import type { Migration } from '../db.ts';

/**
 * Detector state as parts, packed (`store/stateParts.ts`): a window appends what it changed. What was a row of its own
 * until now is a part of one row, until all are packed together. A checkpoint is a copy of the parts.
 */
export const stateParts: Migration = {
  number: 2,
  name: 'state-parts',
  sql: `
  CREATE TABLE state_parts (
    seq INTEGER PRIMARY KEY,
    detector TEXT NOT NULL,
    version INTEGER NOT NULL,
    key TEXT,
    part BLOB NOT NULL
  ) STRICT;
  INSERT INTO state_parts (detector, version, key, part)
    SELECT detector, version, key, state FROM detector_state ORDER BY detector, version, key;
  DROP TABLE detector_state;

  CREATE TABLE checkpoint_parts (
    at INTEGER NOT NULL REFERENCES checkpoints (at) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    detector TEXT NOT NULL,
    version INTEGER NOT NULL,
    key TEXT,
    part BLOB NOT NULL,
    PRIMARY KEY (at, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO checkpoint_parts (at, seq, detector, version, key, part)
    SELECT at, row_number() OVER (PARTITION BY at ORDER BY detector, version, key), detector, version, key, state
    FROM checkpoint_state;
  DROP TABLE checkpoint_state;
`,
};
