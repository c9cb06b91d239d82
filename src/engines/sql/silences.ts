import type { TimeMs } from '../../model/time.ts';
import type { Matcher } from '../../store/silences/matcher.ts';
import type { Silence } from '../../store/silences/silence.ts';
import type { SilenceStore } from '../../store/silences/silence.ts';
import { all, putNew, run, type Database, type Db } from './db.ts';

/** The silences of a history. */
export function createSilenceStore(database: Database): SilenceStore {
  return {
    list: (after) => database.read((db) => readSilences(db, after)),
    add: ({ id, matchers, startsAt, endsAt, createdAt, author, reason }) =>
      database.write((db) =>
        putNew(db, 'ops_silences', ['id'], {
          id,
          matchers: JSON.stringify(matchers),
          starts_at: startsAt,
          ends_at: endsAt,
          created_at: createdAt,
          author,
          reason,
        }),
      ),
    expire: (id, now) =>
      database.write(async (db) => {
        const sql = 'UPDATE ops_silences SET ends_at = ? WHERE id = ? AND ends_at > ?';
        return (await run(db, sql, now, id, now)) > 0;
      }),
    close: () => database.close(),
  };
}

/** Silences that end after `after`, oldest first. */
export async function readSilences(db: Db, after: TimeMs): Promise<readonly Silence[]> {
  const rows = await all<Omit<Silence, 'matchers'> & { matchers: string }>(
    db,
    `SELECT id, matchers, starts_at AS startsAt, ends_at AS endsAt, created_at AS createdAt, author, reason
     FROM ops_silences WHERE ends_at > ? ORDER BY created_at, id`,
    after,
  );
  return rows.map((row) => ({ ...row, matchers: JSON.parse(row.matchers) as Matcher[] }));
}
