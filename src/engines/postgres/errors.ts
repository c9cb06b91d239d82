import { HistoryError } from '../../store/history.ts';

/** Fields of the errors of `pg` and of Node’s sockets. */
interface PostgresError {
  readonly code?: string;
  readonly message?: string;
}

const READ_ONLY = '25006';

/** Another transaction was in the way: the same work can succeed when it is done again. */
const AGAIN: ReadonlySet<string> = new Set(['40001', '40P01']);

const GONE =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|read ECONN|Query read timeout/;
const AWAY: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // Too many connections, starting up, shutting down, a crash, a server that is not the primary after a failover.
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '25P03',
  READ_ONLY,
]);

/** True where the server is away or the connection was lost, as while it restarts or fails over. */
function isAway(error: unknown): boolean {
  const { code, message = '' } = error as PostgresError;
  return AWAY.has(code ?? '') || code?.startsWith('08') === true || GONE.test(message);
}

/** True where the work is to be done again. */
export function isPassing(error: unknown): boolean {
  return AGAIN.has((error as PostgresError).code ?? '') || isAway(error);
}

/** Turns errors of PostgreSQL into those that name the history and the cure. */
export function toHistoryError(name: string, error: unknown): unknown {
  if (error instanceof HistoryError || !(error instanceof Error)) return error;
  const { code = '' } = error as PostgresError;
  const of = (as: HistoryError['code'], text: string) =>
    new HistoryError(as, `${name}: ${text}`, error);
  if (code === READ_ONLY)
    return of(
      'io',
      `PostgreSQL takes no writes (${error.message}): history.url must name the server that does, and neither role nor database may be read-only`,
    );
  if (isAway(error))
    return of(
      'io',
      `PostgreSQL cannot be reached (${reasonOf(error)}): check history.url and that the server runs. Nothing was lost; what is missing is caught up`,
    );
  if (code === '28P01' || code === '28000')
    return of(
      'io',
      `PostgreSQL refused the role or its password (${error.message}): check history.url, history.urlFile or the password file`,
    );
  if (code === '3D000')
    return of('io', `${error.message}: create it (CREATE DATABASE …), or correct history.url`);
  if (code === '42501')
    return of(
      'io',
      `the role lacks a privilege (${error.message}): see docs/postgresql.md, "Role"`,
    );
  if (code === '53100') return of('full', 'the disk of PostgreSQL is full. Nothing was lost');
  if (code === '57014')
    return of('io', 'PostgreSQL took too long for a statement and it was cancelled');
  if (code === '55P03') return of('locked', 'another process holds a lock: try again in a moment');
  if (code === '42P01' || code === '42703')
    return of(
      'io',
      `a part of the history is not there (${error.message}): something else than Burnwatch has changed its schema; restore it from a backup of the database`,
    );
  if (/certificate|SSL|TLS/i.test(error.message))
    return of(
      'io',
      `no secure connection (${error.message}): check sslmode and sslrootcert in history.url`,
    );
  return error;
}

function reasonOf(error: Error): string {
  const { code } = error as PostgresError;
  return error.message === '' ? (code ?? 'no reason given') : error.message;
}
