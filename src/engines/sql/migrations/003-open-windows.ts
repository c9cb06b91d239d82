import type { Migration } from '../db.ts';

/**
 * Windows of an hour that is not over, each with the rows of all containers (`store/pages/openSlots.ts`): once it is
 * over they become `usage_pages`.
 */
export const openWindows: Migration = {
  number: 3,
  name: 'open-windows',
  sql: `
  CREATE TABLE open_windows (
    hour INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    page BLOB NOT NULL,
    PRIMARY KEY (hour, slot)
  ) STRICT, WITHOUT ROWID;
`,
};
