import type { Migration } from './migration.ts';

/** What the pages look up: messages by conversation, workloads by image. */
export const serveIndexes: Migration = {
  number: 60,
  name: 'serve-indexes',
  up: (db) =>
    db.exec(`
      CREATE INDEX ops_deliveries_conversation ON ops_deliveries (channel, target, conversation);
      CREATE INDEX containers_image ON containers (image, last_hour);
    `),
};
