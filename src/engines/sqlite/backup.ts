import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { HistoryError } from '../../store/history.ts';
import type { TimeMs } from '../../model/time.ts';
import {
  createPrivately,
  guard,
  inTransaction,
  openForReading,
  openForWriting,
  fileSession,
  type Raw,
} from './database.ts';
import { realPath } from './historyFile.ts';
import { raw, put } from '../sql/db.ts';
import { migrate, requireCurrentSchema } from '../sql/migrate.ts';
import { MetaTable } from '../sql/metaTable.ts';
import { ProcessLock, type LockHolder } from './processLock.ts';

/** Writes what a connection sees into a new file, whole or not at all. */
export function writeBackup(db: Raw, target: string): void {
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { force: true });
  createPrivately(unfinished);
  db.prepare('VACUUM INTO ?').run(unfinished);
  sync(unfinished);
  renameSync(unfinished, target);
  sync(dirname(target));
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Copies a history, also one that a daemon is writing: the copy is of one moment. @throws HistoryError */
export async function backUpFile(path: string, target: string): Promise<void> {
  if (existsSync(target)) throw new HistoryError('io', `${target} exists already`);
  await copyHistory(path, target);
  const problem = damageOf(target);
  if (problem === null) return;
  rmSync(target, { force: true });
  throw new HistoryError('corrupt', `the backup of ${path} could not be read back: ${problem}`);
}

/** Writes a history of the current schema into a new file. @throws HistoryError that names `path` */
async function copyHistory(path: string, target: string): Promise<void> {
  const db = openForReading(path);
  try {
    await requireCurrentSchema(fileSession(db), path);
    guard(path, () => {
      db.pragma('query_only = OFF');
      writeBackup(db, target);
    });
  } finally {
    db.close();
  }
}

/** What is wrong with a file, by SQLite's own check; null when it is whole. Reads all of it. */
export function damageOf(path: string): string | null {
  try {
    const db = openForReading(path);
    try {
      const found = db.prepare('PRAGMA quick_check(5)').pluck().all();
      return found.length === 1 && found[0] === 'ok' ? null : found.join('; ');
    } finally {
      db.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The name of a file that was moved aside: `PATH.damaged-2026-11-24T08-00-00Z`. */
function asideName(path: string, why: string, at: TimeMs): string {
  const time = new Date(at).toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
  return `${path}.${why}-${time}`;
}

/** Moves a history, with the journals beside it, out of the way; returns its new path. */
export function setAside(path: string, why: 'damaged' | 'replaced', at: TimeMs): string {
  const real = realPath(path);
  const aside = asideName(real, why, at);
  for (const end of ['', '-wal', '-shm'])
    if (existsSync(`${real}${end}`)) renameSync(`${real}${end}`, `${aside}${end}`);
  return aside;
}

/** What `restoreHistory` did. */
export interface Restored {
  /** Where the history that was there before lies now; null when there was none. */
  readonly aside: string | null;
  /** End of the last window of the backup. */
  readonly watermark: TimeMs | null;
  /** True when messages and decisions since the backup could be taken from the old history. */
  readonly isCarriedOver: boolean;
  /** Decisions of operators that were made after the backup and taken over. */
  readonly decisions: readonly { readonly findingId: string; readonly action: string }[];
  /** Messages that were waiting when the backup was made and are not sent again. */
  readonly cancelled: number;
}

export interface RestoreOptions {
  readonly path: string;
  readonly backup: string;
  readonly command: string;
  readonly now: TimeMs;
  /** Where the history that was there lies already, since it was found damaged. */
  readonly old?: string;
}

/**
 * Puts a backup in the place of a history; the one that was there is moved aside. No message is sent twice: what was
 * sent, decided and silenced since the backup is taken from the old history where it can still be read; else
 * what was waiting is cancelled, and findings that were open by `now` count as sent.
 *
 * @throws HistoryError `locked` while a process writes the history; `corrupt` when the backup is damaged.
 */
export async function restoreFile(options: RestoreOptions): Promise<Restored> {
  const { path, backup, command, now } = options;
  const holder: LockHolder = { pid: process.pid, command, since: new Date(now).toISOString() };
  const lock = ProcessLock.acquire(path, holder);
  try {
    const problem = damageOf(backup);
    if (problem !== null)
      throw new HistoryError('corrupt', `the backup ${backup} is damaged: ${problem}`);
    const real = realPath(path);
    const copy = `${real}.restored`;
    rmSync(copy, { force: true });
    await copyHistory(backup, copy);
    const aside = options.old ?? (existsSync(real) ? setAside(path, 'replaced', now) : null);
    const lastWritten = aside === null ? now : Math.round(statSync(aside).mtimeMs);
    renameSync(copy, real);
    return { aside, ...(await settleRestored(real, aside, lastWritten)) };
  } finally {
    lock.release();
  }
}

async function settleRestored(
  path: string,
  old: string | null,
  lastWritten: TimeMs,
): Promise<Omit<Restored, 'aside'>> {
  const file = openForWriting(path);
  const db = fileSession(file);
  try {
    const watermark = await new MetaTable(db).get('watermark');
    const carried = old === null ? null : await carryOver(file, old);
    if (carried !== null)
      return { watermark, isCarriedOver: true, decisions: carried, cancelled: 0 };
    const cancelled = await inTransaction(file, async () => {
      await put(db, 'ops_notify_state', ['key'], { key: 'told_until', value: lastWritten });
      return db.run`UPDATE ops_deliveries SET state = 'superseded', code = 'restored',
           error = 'was waiting when the backup was made' WHERE state IN ('pending', 'sending')`;
    });
    return { watermark, isCarriedOver: false, decisions: [], cancelled };
  } finally {
    file.close();
  }
}

/** What people and receivers know: replaced as a whole by that of the old history. */
const CARRIED = [
  'ops_notify_state',
  'ops_deliveries',
  'ops_conversations',
  'ops_notified',
  'ops_pages',
  'ops_said_once',
  'ops_silences',
  'ops_audit',
  'ops_responses',
  'ops_response_evidence',
  'ops_digests',
] as const;

/** Takes over what the old history knows of messages and decisions; null when it cannot be read. */
async function carryOver(file: Raw, old: string): Promise<Restored['decisions'] | null> {
  try {
    const check = openForReading(old);
    try {
      await requireCurrentSchema(fileSession(check), old);
    } finally {
      check.close();
    }
    file.prepare('ATTACH ? AS old').run(old);
  } catch {
    return null;
  }
  const db = fileSession(file);
  try {
    return await inTransaction(file, async () => {
      const oldWatermark = Number(
        (await db.value<string>`SELECT value FROM old.meta WHERE key = 'watermark'`) ?? 0,
      );
      const lastOf = async (table: string) =>
        (await db.value<number>`SELECT coalesce(max(seq), 0) FROM main.${raw(table)}`) ?? 0;
      const last = await lastOf('finding_events');
      for (const table of CARRIED) {
        await db.run`DELETE FROM main.${raw(table)}`;
        await db.run`INSERT INTO main.${raw(table)} SELECT * FROM old.${raw(table)}`;
      }
      // Events since the backup are written again, by numbers that begin after those of the backup.
      await db.run`UPDATE main.ops_notify_state SET value = min(value, ${last}) WHERE key = 'cursor'`;
      await put(db, 'ops_notify_state', ['key'], { key: 'hold_until', value: oldWatermark });
      const since = await lastOf('operator_actions');
      const decisions = await db.all<{
        findingId: string;
        action: string;
      }>`SELECT finding_id AS findingId, action
        FROM old.operator_actions WHERE seq > ${since} ORDER BY seq`;
      await db.run`INSERT INTO main.operator_actions (seq, finding_id, action, decision)
         SELECT seq, finding_id, action, decision FROM old.operator_actions WHERE seq > ${since}`;
      return decisions;
    });
  } catch {
    return null;
  } finally {
    file.exec('DETACH old');
  }
}

/**
 * Rewrites a history without its free pages, with its schema brought up to date.
 *
 * @throws HistoryError `locked` while a process writes it
 */
export async function compactFile(
  path: string,
  holder: LockHolder,
): Promise<{ readonly before: number; readonly after: number }> {
  openForReading(path).close();
  const lock = ProcessLock.acquire(path, holder);
  try {
    const db = openForWriting(path);
    try {
      const session = fileSession(db);
      if (await session.hasTable('migrations'))
        await inTransaction(db, () => migrate(session, path));
      await requireCurrentSchema(session, path);
      return guard(path, () => {
        const before = statSync(path).size;
        db.exec('VACUUM');
        db.pragma('wal_checkpoint(TRUNCATE)');
        return { before, after: statSync(path).size };
      });
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}
