import type { TimeMs } from '../../model/time.ts';
import type { Matcher } from '../../store/silences/matcher.ts';
import type { Silence } from '../../store/silences/silence.ts';
import type { SilenceStore } from '../../store/silences/silence.ts';
import { all, run, type Db } from './database.ts';
import { openShared } from './sharedFile.ts';

/** Opens the silences of an existing history. @throws HistoryError `missing`, `older-schema`, … */
export async function openSilenceStore(path: string): Promise<SilenceStore> {
  const { db, guarded, close } = await openShared(path);
  return {
    list: (after) => guarded(() => readSilences(db, after)),
    add: ({ id, matchers, startsAt, endsAt, createdAt, author, reason }) =>
      guarded(() => {
        const values = [id, JSON.stringify(matchers), startsAt, endsAt, createdAt, author, reason];
        run(db, 'INSERT OR IGNORE INTO ops_silences VALUES (?, ?, ?, ?, ?, ?, ?)', ...values);
      }),
    expire: (id, now) =>
      guarded(() => {
        const sql = 'UPDATE ops_silences SET ends_at = ? WHERE id = ? AND ends_at > ?';
        return run(db, sql, now, id, now) > 0;
      }),
    close,
  };
}

/** Silences that end after `after`, oldest first. */
export function readSilences(db: Db, after: TimeMs): readonly Silence[] {
  const rows = all<Omit<Silence, 'matchers'> & { matchers: string }>(
    db,
    `SELECT id, matchers, starts_at AS startsAt, ends_at AS endsAt, created_at AS createdAt, author, reason
     FROM ops_silences WHERE ends_at > ? ORDER BY created_at, id`,
    after,
  );
  return rows.map((row) => ({ ...row, matchers: JSON.parse(row.matchers) as Matcher[] }));
}
