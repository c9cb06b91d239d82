import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TimeMs } from '../../model/time.ts';
import type { BackupConfig } from '../../store/config.ts';
import { HistoryError } from '../../store/history.ts';
import { backupBucket, isInBucket } from './bucket.ts';
import { backupName, dropOldInFolder, listFolder } from './folder.ts';

export { backupTime } from './folder.ts';

/**
 * Makes a backup in the configured folder or bucket, and drops old ones there.
 *
 * @param path of the history: a backup on its way into a bucket lies beside it
 * @param write writes the backup into a new file and reads it back
 * @returns where the backup lies
 */
export async function storeBackup(
  backup: BackupConfig,
  path: string,
  now: TimeMs,
  write: (file: string) => Promise<void>,
  signal: AbortSignal,
): Promise<string> {
  const bucket = backupBucket(backup, signal);
  const name = backupName(now);
  const folder = bucket === null ? backup.to : dirname(path);
  const file = join(folder, bucket === null ? name : `${basename(path)}.uploading`);
  mkdirSync(folder, { recursive: true });
  try {
    // Of a backup that was not completed.
    if (bucket !== null) rmSync(file, { force: true });
    await write(file);
    if (bucket === null) {
      dropOldInFolder(folder, backup.keep);
      return file;
    }
    const address = await bucket.put(file, name);
    await bucket.dropOld(backup.keep);
    return address;
  } finally {
    if (bucket !== null) rmSync(file, { force: true });
  }
}

/** Where the backups are, the newest first. @throws HistoryError when a bucket does not answer */
export async function listBackups(
  backup: BackupConfig | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (backup === undefined) return [];
  return (await backupBucket(backup, signal)?.list()) ?? listFolder(backup.to);
}

/**
 * Works with a backup as a file: one that lies in a bucket is downloaded beside the history first, and removed afterwards.
 * @throws HistoryError when it cannot be had
 */
export async function withBackupFile<T>(
  where: string,
  { path, backup }: { readonly path: string; readonly backup?: BackupConfig | undefined },
  work: (file: string) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  if (!isInBucket(where)) return work(where);
  const bucket = backupBucket(backup, signal);
  if (bucket === null)
    throw new HistoryError('io', `${where} lies in a bucket: set history.backup.to and its s3`);
  const file = `${path}.downloaded`;
  try {
    await bucket.get(where, file);
    return await work(file);
  } finally {
    rmSync(file, { force: true });
  }
}
