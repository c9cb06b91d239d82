import type { DigestEntry, DigestStore, StoredDigest } from '../../store/digests/digestStore.ts';
import { raw, type Database, type Db } from './db.ts';
import { insertDeliveries } from './deliveryTable.ts';

const ENTRY = raw(
  'week, week_start AS start, week_end AS end, created_at AS createdAt, sent_at AS sentAt, sends',
);

/** The digests of a history. */
export function createDigestStore(database: Database): DigestStore {
  return {
    record: (digest, deliveriesOf, { again, at }) =>
      database.write(async (db) => {
        const { start, end, name } = digest.week;
        const sent =
          await db.value<number>`SELECT sends FROM ops_digests WHERE week_start = ${start}`;
        if (sent !== undefined && !again) return false;
        const sends = (sent ?? 0) + 1;
        await db.run`INSERT INTO ops_digests
           VALUES (${start}, ${end}, ${name}, ${at}, ${at}, ${sends}, ${JSON.stringify(digest)})
           ON CONFLICT (week_start) DO UPDATE SET
             sent_at = excluded.sent_at, sends = excluded.sends, digest = excluded.digest`;
        await insertDeliveries(db, deliveriesOf(sends));
        return true;
      }),
    close: () => database.close(),
  };
}

/** Digests, the latest first. */
export async function selectDigests(db: Db): Promise<readonly DigestEntry[]> {
  return await db.all`SELECT ${ENTRY} FROM ops_digests ORDER BY week_start DESC`;
}

/** The digest of a week by its name; the latest where a change of time zone made two. */
export async function findDigest(db: Db, week: string): Promise<StoredDigest | null> {
  const [row] = await db.parsed<StoredDigest>('digest')`SELECT ${ENTRY}, digest FROM ops_digests
    WHERE week = ${week} ORDER BY week_start DESC LIMIT 1`;
  return row ?? null;
}
