import type { Digest } from '../../store/digests/digest.ts';
import type { DigestEntry, DigestStore, StoredDigest } from '../../store/digests/digestStore.ts';
import { all, first, run, value, type Database, type Db } from './db.ts';
import { insertDeliveries } from './deliveryTable.ts';

const ENTRY =
  'week, week_start AS start, week_end AS end, created_at AS createdAt, sent_at AS sentAt, sends';

/** The digests of a history. */
export function createDigestStore(database: Database): DigestStore {
  return {
    record: (digest, deliveriesOf, { again, at }) =>
      database.write(async (db) => {
        const { start, end, name } = digest.week;
        const sent = 'SELECT sends FROM ops_digests WHERE week_start = ?';
        const sends = ((await value<number>(db, sent, start)) ?? 0) + 1;
        if (sends > 1 && !again) return false;
        await run(
          db,
          `INSERT INTO ops_digests VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (week_start) DO UPDATE SET
             sent_at = excluded.sent_at, sends = excluded.sends, digest = excluded.digest`,
          [start, end, name, at, at, sends, JSON.stringify(digest)],
        );
        await insertDeliveries(db, deliveriesOf(sends));
        return true;
      }),
    close: () => database.close(),
  };
}

/** Digests, the latest first. */
export async function selectDigests(db: Db): Promise<readonly DigestEntry[]> {
  return await all(db, `SELECT ${ENTRY} FROM ops_digests ORDER BY week_start DESC`);
}

/** The digest of a week by its name; the latest where a change of time zone made two. */
export async function findDigest(db: Db, week: string): Promise<StoredDigest | null> {
  const row = await first<DigestEntry & { readonly digest: string }>(
    db,
    `SELECT ${ENTRY}, digest FROM ops_digests WHERE week = ? ORDER BY week_start DESC LIMIT 1`,
    week,
  );
  return row === undefined ? null : { ...row, digest: JSON.parse(row.digest) as Digest };
}
