import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HistoryError } from '../../store/history.ts';

/**
 * A URL with the password that PGPASSFILE or ~/.pgpass has for it, where it has none of its own. Without any, it is given
 * one that no server takes: `pg` would keep a connection open that is asked for a password and has none.
 */
export function withPassword(url: string, env = process.env): string {
  const parsed = new URL(url);
  const isGiven = parsed.password !== '' || parsed.searchParams.has('password');
  if (isGiven || env['PGPASSWORD'] !== undefined) return url;
  const password = lookUp(parsed, env['PGPASSFILE']);
  parsed.password = encodeURIComponent(password ?? randomUUID());
  return parsed.href;
}

function lookUp(
  { hostname, port, pathname, username }: URL,
  named: string | undefined,
): string | undefined {
  const wanted = [hostname, port || '5432', pathname.slice(1), username].map(decodeURIComponent);
  for (const line of readLines(named)) {
    // A colon or backslash of a field is written after a backslash.
    const fields = line.match(/(?:\\.|[^\\:])+/g)?.map((field) => field.replaceAll(/\\(.)/g, '$1'));
    const [password, ...rest] = fields?.toReversed() ?? [];
    const matches = rest.toReversed();
    if (
      matches.length === wanted.length &&
      matches.every((field, at) => field === '*' || field === wanted[at])
    )
      return password;
  }
  return undefined;
}

/** Of the file that is named, else of ~/.pgpass. @throws HistoryError `io` where the one named is there and cannot be read */
function readLines(named: string | undefined): readonly string[] {
  try {
    return readFileSync(named ?? join(homedir(), '.pgpass'), 'utf8')
      .split(/\r?\n/)
      .filter((line) => !line.startsWith('#'));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // As libpq does: the home may be no folder, or another user's.
    if (named === undefined || code === 'ENOENT') return [];
    throw new HistoryError('io', `the password file ${named} cannot be read (${code})`, error);
  }
}
