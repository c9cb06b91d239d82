import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { HistoryError } from '../../store/history.ts';
import type { TimeMs } from '../../model/time.ts';
import {
  all,
  createPrivately,
  guard,
  inTransaction,
  openForReading,
  openForWriting,
  run,
  value,
  values,
  type Db,
} from './database.ts';
import { realPath } from './historyFile.ts';
import { requireCurrentSchema } from './migrate.ts';
import { MetaTable } from './metaTable.ts';
import { ProcessLock, type LockHolder } from './processLock.ts';

/** Writes what a connection sees into a new file, whole or not at all. */
export function writeBackup(db: Db, target: string): void {
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
export async function backupHistory(path: string, target: string): Promise<void> {
  if (existsSync(target)) throw new HistoryError('io', `${target} exists already`);
  copyHistory(path, target);
  const problem = damageOf(target);
  if (problem === null) return;
  rmSync(target, { force: true });
  throw new HistoryError('corrupt', `the backup of ${path} could not be read back: ${problem}`);
}

/** Writes a history of the current schema into a new file. @throws HistoryError that names `path` */
function copyHistory(path: string, target: string): void {
  const db = openForReading(path);
  try {
    guard(path, () => {
      requireCurrentSchema(db, path);
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
      const found = values<string>(db, 'PRAGMA quick_check(5)');
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
export async function restoreHistory(options: RestoreOptions): Promise<Restored> {
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
    copyHistory(backup, copy);
    const aside = options.old ?? (existsSync(real) ? setAside(path, 'replaced', now) : null);
    const lastWritten = aside === null ? now : Math.round(statSync(aside).mtimeMs);
    renameSync(copy, real);
    return { aside, ...settleRestored(real, aside, lastWritten) };
  } finally {
    lock.release();
  }
}

function settleRestored(
  path: string,
  old: string | null,
  lastWritten: TimeMs,
): Omit<Restored, 'aside'> {
  const db = openForWriting(path);
  try {
    const watermark = new MetaTable(db).get('watermark');
    const carried = old === null ? null : carryOver(db, old);
    if (carried !== null)
      return { watermark, isCarriedOver: true, decisions: carried, cancelled: 0 };
    const cancelled = inTransaction(db, () => {
      const sql = 'INSERT OR REPLACE INTO ops_notify_state VALUES (?, ?)';
      run(db, sql, 'told_until', lastWritten);
      return run(
        db,
        `UPDATE ops_deliveries SET state = 'superseded', code = 'restored',
           error = 'was waiting when the backup was made' WHERE state IN ('pending', 'sending')`,
      );
    });
    return { watermark, isCarriedOver: false, decisions: [], cancelled };
  } finally {
    db.close();
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
  'ops_digests',
] as const;

/** Takes over what the old history knows of messages and decisions; null when it cannot be read. */
function carryOver(db: Db, old: string): Restored['decisions'] | null {
  try {
    const check = openForReading(old);
    try {
      requireCurrentSchema(check, old);
    } finally {
      check.close();
    }
    db.prepare('ATTACH ? AS old').run(old);
  } catch {
    return null;
  }
  try {
    return inTransaction(db, () => {
      const oldWatermark = value<TimeMs>(db, "SELECT value FROM old.meta WHERE key = 'watermark'");
      const last = value<number>(db, 'SELECT coalesce(max(seq), 0) FROM main.finding_events') ?? 0;
      for (const table of CARRIED) {
        run(db, `DELETE FROM main.${table}`);
        run(db, `INSERT INTO main.${table} SELECT * FROM old.${table}`);
      }
      // Events since the backup are written again, by numbers that begin after those of the backup.
      run(db, `UPDATE main.ops_notify_state SET value = min(value, ?) WHERE key = 'cursor'`, last);
      run(
        db,
        "INSERT OR REPLACE INTO main.ops_notify_state VALUES ('hold_until', ?)",
        oldWatermark ?? 0,
      );
      const since =
        value<number>(db, 'SELECT coalesce(max(seq), 0) FROM main.operator_actions') ?? 0;
      const decisions = all<{ findingId: string; action: string }>(
        db,
        'SELECT finding_id AS findingId, action FROM old.operator_actions WHERE seq > ? ORDER BY seq',
        since,
      );
      run(
        db,
        `INSERT INTO main.operator_actions (seq, finding_id, action, decision)
         SELECT seq, finding_id, action, decision FROM old.operator_actions WHERE seq > ?`,
        since,
      );
      return decisions;
    });
  } catch {
    return null;
  } finally {
    db.exec('DETACH old');
  }
}

/** Rewrites a history without its free pages. @throws HistoryError `locked` while a process writes it */
export async function compactHistory(
  path: string,
  holder: LockHolder,
): Promise<{ readonly before: number; readonly after: number }> {
  openForReading(path).close();
  const lock = ProcessLock.acquire(path, holder);
  try {
    const db = openForWriting(path);
    try {
      return guard(path, () => {
        requireCurrentSchema(db, path);
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
