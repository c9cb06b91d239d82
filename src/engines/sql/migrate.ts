import { HistoryError } from '../../store/history.ts';
import type { Migration, Db } from './db.ts';
import { initial } from './migrations/001-initial.ts';
import { stateParts } from './migrations/002-state-parts.ts';
import { openWindows } from './migrations/003-open-windows.ts';

/** The whole schema. */
export const MIGRATIONS: readonly Migration[] = [initial, stateParts, openWindows];

/** The tables of the whole schema with what defines their columns, in its order: what others refer to comes first. */
export function schemaTables(): readonly { readonly name: string; readonly columns: string }[] {
  const schema = MIGRATIONS.map(({ sql }) => sql).join('');
  const dropped = new Set(Array.from(schema.matchAll(/DROP TABLE (\w+)/g), ([, name]) => name));
  return Array.from(
    schema.matchAll(/CREATE TABLE (\w+) \(([^;]*)\)[^;]*;/g),
    ([, name = '', columns = '']) => ({ name, columns }),
  ).filter(({ name }) => !dropped.has(name));
}

const APPLIED = 'CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;';

/**
 * Applies what is missing, in the order of the numbers; returns the names of what was applied. The caller puts it into
 * one transaction. @throws HistoryError `newer-schema` for a history of a newer Burnwatch.
 */
export async function migrate(
  db: Db,
  history: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly string[]> {
  if (!(await db.hasTable('migrations'))) await db.define(APPLIED);
  const applied = await checkKnown(db, history, migrations);
  const missing = migrations
    .filter((migration) => !applied.has(migration.number))
    .sort((a, b) => a.number - b.number);
  for (const { number, name, sql } of missing) {
    await db.define(sql);
    await db.run`INSERT INTO migrations (number, name) VALUES (${number}, ${name})`;
  }
  return missing.map((migration) => migration.name);
}

/** For readers: the history must have exactly the schema that this Burnwatch knows. */
export async function requireCurrentSchema(db: Db, history: string): Promise<void> {
  const isHistory = await db.hasTable('migrations');
  const applied = isHistory ? await checkKnown(db, history, MIGRATIONS) : new Set<number>();
  if (MIGRATIONS.every((migration) => applied.has(migration.number))) return;
  throw new HistoryError(
    'older-schema',
    `the history ${history} was written by an older Burnwatch: start \`burnwatch run\` or \`burnwatch once\` once to bring it up to date`,
  );
}

async function checkKnown(
  db: Db,
  history: string,
  migrations: readonly Migration[],
): Promise<ReadonlySet<number>> {
  const rows = await db.all<{ number: number; name: string }>`SELECT number, name FROM migrations`;
  const known = new Set(migrations.map((migration) => migration.number));
  const unknown = rows.find((row) => !known.has(row.number));
  if (unknown !== undefined) {
    throw new HistoryError(
      'newer-schema',
      `the history ${history} was written by a newer Burnwatch (step ${unknown.number} ${unknown.name} is not known here): upgrade Burnwatch, or set history.path to another file`,
    );
  }
  return new Set(rows.map((row) => row.number));
}
