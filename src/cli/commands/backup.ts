import type { Command } from 'commander';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backupHistory, backupName, dropOldBackups } from '../../engines/openHistory.ts';
import type { Io } from '../io.ts';
import { loadContext, type ConfigOption } from '../options.ts';

export function registerBackup(command: Command, io: Io): void {
  command
    .argument('[file]', 'where to (default: a new file in history.backup.to, else here)')
    .action((file: string | undefined, options: ConfigOption) => runBackup(file, options, io));
}

async function runBackup(file: string | undefined, options: ConfigOption, io: Io): Promise<void> {
  const { path, backup } = loadContext(options, io).loaded.config.history;
  const target = file ?? join(backup?.to ?? '.', backupName(io.now()));
  mkdirSync(dirname(target), { recursive: true });
  await backupHistory(path, target);
  if (file === undefined && backup !== undefined) dropOldBackups(backup.to, backup.keep);
  io.out(`${target}\n`);
}
