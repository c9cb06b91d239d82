import type { Digest } from '../../store/digests/digest.ts';
import type { DigestEntry, StoredDigest } from '../../store/digests/digestStore.ts';
import type { TimeMs } from '../../model/time.ts';
import type { Db } from './database.ts';

const ENTRY =
  'week, week_start AS start, week_end AS end, created_at AS createdAt, sent_at AS sentAt, sends';

/** Digests, the latest first. */
export function listDigests(db: Db): readonly DigestEntry[] {
  return db
    .prepare(`SELECT ${ENTRY} FROM ops_digests ORDER BY week_start DESC`)
    .all() as readonly DigestEntry[];
}

/** The digest of a week by its name; the latest where a change of time zone made two. */
export function findDigest(db: Db, week: string): StoredDigest | null {
  const row = db
    .prepare(
      `SELECT ${ENTRY}, digest FROM ops_digests WHERE week = ? ORDER BY week_start DESC LIMIT 1`,
    )
    .get(week) as (DigestEntry & { readonly digest: string }) | undefined;
  return row === undefined ? null : { ...row, digest: JSON.parse(row.digest) as Digest };
}

/** How often the digest of the week that starts at `start` was sent; 0: never. */
export function digestSends(db: Db, start: TimeMs): number {
  const sends = db.prepare('SELECT sends FROM ops_digests WHERE week_start = ?').pluck().get(start);
  return typeof sends === 'number' ? sends : 0;
}

/** Puts a digest in its place; `sends` counts this one. */
export function writeDigest(db: Db, digest: Digest, sends: number, at: TimeMs): void {
  const { start, end, name } = digest.week;
  db.prepare(
    `INSERT INTO ops_digests VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (week_start) DO UPDATE SET
       sent_at = excluded.sent_at, sends = excluded.sends, digest = excluded.digest`,
  ).run(start, end, name, at, at, sends, JSON.stringify(digest));
}
