import type { TimeMs } from '../../model/time.ts';
import type { Silence, SilenceStore } from '../../store/silences/silence.ts';
import { putNew, type Database, type Db } from './db.ts';

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
        const ended =
          await db.run`UPDATE ops_silences SET ends_at = ${now} WHERE id = ${id} AND ends_at > ${now}`;
        return ended > 0;
      }),
    close: () => database.close(),
  };
}

/** Silences that end after `after`, oldest first. */
export async function readSilences(db: Db, after: TimeMs): Promise<readonly Silence[]> {
  return await db.parsed<Silence>('matchers')`SELECT id, matchers, starts_at AS startsAt,
      ends_at AS endsAt, created_at AS createdAt, author, reason
    FROM ops_silences WHERE ends_at > ${after} ORDER BY created_at, id`;
}
