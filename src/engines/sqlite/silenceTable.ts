import type { TimeMs } from '../../model/time.ts';
import type { Matcher } from '../../store/silences/matcher.ts';
import type { Silence } from '../../store/silences/silence.ts';
import type { Db } from './database.ts';

interface SilenceRow {
  readonly id: string;
  readonly matchers: string;
  readonly starts_at: TimeMs;
  readonly ends_at: TimeMs;
  readonly created_at: TimeMs;
  readonly author: string;
  readonly reason: string;
}

/** Silences that end after `after`, oldest first. */
export function readSilences(db: Db, after: TimeMs): readonly Silence[] {
  const rows = db
    .prepare('SELECT * FROM ops_silences WHERE ends_at > ? ORDER BY created_at, id')
    .all(after) as readonly SilenceRow[];
  return rows.map((row) => ({
    id: row.id,
    matchers: JSON.parse(row.matchers) as Matcher[],
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    createdAt: row.created_at,
    author: row.author,
    reason: row.reason,
  }));
}

/** Appends a silence; one with the same id is left alone. */
export function insertSilence(db: Db, silence: Silence): void {
  const { id, matchers, startsAt, endsAt, createdAt, author, reason } = silence;
  db.prepare('INSERT OR IGNORE INTO ops_silences VALUES (?, ?, ?, ?, ?, ?, ?)').run(
    id,
    JSON.stringify(matchers),
    startsAt,
    endsAt,
    createdAt,
    author,
    reason,
  );
}

/** Ends a silence early; false when there is none of that id in force. */
export function endSilence(db: Db, id: string, at: TimeMs): boolean {
  const update = 'UPDATE ops_silences SET ends_at = ? WHERE id = ? AND ends_at > ?';
  return db.prepare(update).run(at, id, at).changes > 0;
}
