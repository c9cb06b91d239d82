import { HistoryError } from '../../store/history.ts';
import { all, inTransaction, value, type Db, type Migration } from './database.ts';
import { initial } from './migrations/001-initial.ts';

/** The whole schema. */
export const MIGRATIONS: readonly Migration[] = [initial];

/**
 * Applies what is missing, in the order of the numbers, each in its own transaction; returns the
 * names of what was applied. @throws HistoryError `newer-schema` for a file of a newer Burnwatch.
 */
export function migrate(
  db: Db,
  path: string,
  migrations: readonly Migration[] = MIGRATIONS,
): readonly string[] {
  db.exec(
    'CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT',
  );
  const applied = checkKnown(db, path, migrations);
  const missing = migrations
    .filter((migration) => !applied.has(migration.number))
    .sort((a, b) => a.number - b.number);
  const record = db.prepare('INSERT INTO migrations VALUES (?, ?)');
  for (const migration of missing) {
    inTransaction(db, () => {
      migration.up(db);
      record.run(migration.number, migration.name);
    });
  }
  return missing.map((migration) => migration.name);
}

/** For readers: the file must have exactly the schema that this Burnwatch knows. */
export function requireCurrentSchema(db: Db, path: string): void {
  const isHistory =
    value(db, "SELECT 1 FROM sqlite_schema WHERE name = 'migrations'") !== undefined;
  const applied = isHistory ? checkKnown(db, path, MIGRATIONS) : new Set<number>();
  if (MIGRATIONS.every((migration) => applied.has(migration.number))) return;
  throw new HistoryError(
    'older-schema',
    `the history ${path} was written by an older Burnwatch: start \`burnwatch run\` or \`burnwatch once\` once to bring it up to date`,
  );
}

function checkKnown(db: Db, path: string, migrations: readonly Migration[]): ReadonlySet<number> {
  const rows = all<{ number: number; name: string }>(db, 'SELECT number, name FROM migrations');
  const known = new Set(migrations.map((migration) => migration.number));
  const unknown = rows.find((row) => !known.has(row.number));
  if (unknown !== undefined) {
    throw new HistoryError(
      'newer-schema',
      `the history ${path} was written by a newer Burnwatch (step ${unknown.number} ${unknown.name} is not known here): upgrade Burnwatch, or set history.path to another file`,
    );
  }
  return new Set(rows.map((row) => row.number));
}
