import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HistoryError } from '../../store/history.ts';

/** Which file it is, whatever name leads to it. */
export interface FileIdentity {
  readonly device: number;
  readonly inode: number;
}

/** The file's own path: a lock or a backup beside it is the same whatever symbolic link led there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return join(realpathSync(dirname(path)), basename(path));
  }
}

/** Which file is at a path; null when there is none. */
export function identify(path: string): FileIdentity | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : { device: found.dev, inode: found.ino };
}

/** Refuses a file with several names: SQLite's journals lie beside one of them only. @throws HistoryError `io` */
export function requireOneName(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile() || found.nlink === 1) return;
  throw new HistoryError(
    'io',
    `the history ${path} has ${found.nlink} names (hard links): its journal would lie beside only one of them; remove the others`,
  );
}

const HEADER_BYTES = 100;

/**
 * Finds a history that was cut short, by its header alone. Only a file without a journal can be judged: what is
 * missing in another may lie there.
 * @throws HistoryError `corrupt`
 */
export function requireWholeFile(path: string): void {
  const journal = statSync(`${path}-wal`, { throwIfNoEntry: false });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < HEADER_BYTES || (journal?.size ?? 0) > 0) return;
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(file);
  }
  if (!header.toString('latin1').startsWith('SQLite format 3\0')) return;
  const storedSize = header.readUInt16BE(16);
  const expected = header.readUInt32BE(28) * (storedSize === 1 ? 65_536 : storedSize);
  if (size >= expected) return;
  throw new HistoryError(
    'corrupt',
    `the history ${path} is cut short: ${size} bytes of ${expected} are there; restore a backup with \`burnwatch restore\`, or move the file away`,
  );
}
