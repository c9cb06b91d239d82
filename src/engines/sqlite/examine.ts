import { accessSync, constants, statSync } from 'node:fs';
import type { TimeMs } from '../../model/time.ts';
import type { HistoryCheck } from '../../store/history.ts';
import { damageOf } from './backup.ts';
import { openForReading, fileSession, type Raw } from './database.ts';
import { brokenPages, checked, examineContent, RESTORE } from '../sql/examineContent.ts';
import { requireOneName } from './historyFile.ts';

/** What is wrong with the content of a file: its structure, then the checksums of its pages; null when it is whole. */
export async function damageInside(path: string): Promise<string | null> {
  const damage = damageOf(path);
  if (damage !== null) return damage;
  const db = openForReading(path);
  try {
    return await brokenPages(fileSession(db));
  } finally {
    db.close();
  }
}

/** Looks a history over without changing it; a running daemon does not matter. */
export async function examineFile(path: string, now: TimeMs): Promise<readonly HistoryCheck[]> {
  const damage = await damageInside(path);
  const integrity = 'SQLite’s check and the checksums of all pages';
  const checks = [
    checked('file', fileProblem(path), fileFacts(path)),
    checked('integrity', damage, integrity, RESTORE),
  ];
  if (damage !== null) return checks;
  const raw = openForReading(path);
  try {
    const space = checked(
      'space',
      freePages(raw),
      'the file has little unused room',
      'Run `burnwatch compact` while the daemon is stopped',
    );
    return [...checks, ...(await examineContent(fileSession(raw), path, now)), space];
  } finally {
    raw.close();
  }
}

function fileFacts(path: string): string {
  const { size, mode, ino } = statSync(path);
  return `${size} bytes, inode ${ino}, mode ${(mode & 0o777).toString(8)}`;
}

function fileProblem(path: string): string | null {
  try {
    requireOneName(path);
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return (statSync(path).mode & 0o007) === 0 ? null : `${path} can be read by everybody: chmod o=`;
}

const FREE_SHARE = 0.25;
const FREE_PAGES = 1_000;

function freePages(db: Raw): string | null {
  const free = db.pragma('freelist_count', { simple: true }) as number;
  const total = db.pragma('page_count', { simple: true }) as number;
  if (free < FREE_PAGES || free < total * FREE_SHARE) return null;
  return `${free} of ${total} pages are unused`;
}
