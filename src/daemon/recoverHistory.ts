import { existsSync, rmSync, writeFileSync } from 'node:fs';
import {
  listBackups,
  openHistoryWriter,
  restoreHistory,
  setAside,
  withBackupFile,
} from '../engines/openHistory.ts';
import { HistoryError, type HistoryWriter } from '../store/history.ts';
import type { HistoryConfig } from '../store/config.ts';

type WriterOptions = Parameters<typeof openHistoryWriter>[0];

/** Beside the history: the check found damage while a daemon ran, and the next start is to act on it. */
function markOf(path: string): string {
  return `${path}.damage`;
}

/** Remembers for the next start that a history is damaged. */
export function markDamaged(path: string, problem: string): void {
  writeFileSync(markOf(path), problem);
}

/**
 * Opens the history for the daemon. A damaged one is moved aside and the newest backup put in its place; without
 * one, a new history is filled from Prometheus. Other commands are refused a damaged history.
 */
export async function openOrRecover(
  options: WriterOptions,
  { backup }: HistoryConfig,
  warn: (problem: string) => void,
  signal: AbortSignal,
): Promise<HistoryWriter> {
  const { path } = options;
  const mark = markOf(path);
  if (!existsSync(mark)) {
    try {
      return await openHistoryWriter(options);
    } catch (error) {
      if (!isDamage(error)) throw error;
      warn(error.message);
    }
  }
  const recover = async (file: string | null): Promise<string> => {
    const now = options.clock();
    const aside = setAside(path, 'damaged', now);
    rmSync(mark, { force: true });
    if (file !== null) await restoreHistory({ ...options, backup: file, now, old: aside });
    return `The history was damaged and lies at ${aside} now`;
  };
  // A bucket that does not answer leaves everything as it is: the next start asks again.
  const [newest] = await listBackups(backup, signal);
  if (newest === undefined) warn(`${await recover(null)}; a new one is filled from Prometheus`);
  else {
    const moved = await withBackupFile(newest, { path, backup }, recover, signal);
    warn(`${moved}; the backup ${newest} was restored`);
  }
  return openHistoryWriter(options);
}

/** A file that is no database may be anything: it is left where it is. */
function isDamage(error: unknown): error is HistoryError {
  return error instanceof HistoryError && error.code === 'corrupt';
}
