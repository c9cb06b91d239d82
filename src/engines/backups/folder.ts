import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TimeMs } from '../../model/time.ts';

const NAME = /^burnwatch-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.db$/;

/** `burnwatch-2026-11-24T03-00-00Z.db`: names sort as their times. */
export function backupName(at: TimeMs): string {
  const time = new Date(at).toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
  return `burnwatch-${time}.db`;
}

/** Names of backups among others, the newest first. */
export function newestBackups(names: readonly string[]): readonly string[] {
  return names
    .filter((name) => NAME.test(name))
    .sort()
    .toReversed();
}

/** When a backup was made, by its name. */
export function backupTime(backup: string): TimeMs {
  const [, day = '', time = ''] = /(\d{4}-\d\d-\d\d)T(\d\d-\d\d-\d\d)Z\.db$/.exec(backup) ?? [];
  return Date.parse(`${day}T${time.replaceAll('-', ':')}Z`);
}

/** Backups in a folder, the newest first; a folder that is not there has none. */
export function listFolder(folder: string): readonly string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return newestBackups(names).map((name) => join(folder, name));
}

/** Removes all but the newest `keep` backups of a folder; files of other names are left alone. */
export function dropOldInFolder(folder: string, keep: number): void {
  for (const old of listFolder(folder).slice(keep)) rmSync(old, { force: true });
}
