import type { Command } from 'commander';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { backupHistory, storeBackup } from '../../engines/openHistory.ts';
import type { Io } from '../io.ts';
import { loadContext, type ConfigOption } from '../options.ts';

export default function register(command: Command, io: Io): void {
  command
    .argument('[file]', 'where to (default: into history.backup.to, else here)')
    .action((file: string | undefined, options: ConfigOption) => runBackup(file, options, io));
}

async function runBackup(file: string | undefined, options: ConfigOption, io: Io): Promise<void> {
  const { path, backup } = loadContext(options, io).loaded.config.history;
  const write = (target: string) => backupHistory(path, target);
  if (file === undefined) {
    const where = backup ?? { to: '.', schedule: '', keep: Infinity };
    const stored = await storeBackup(where, path, io.now(), write, new AbortController().signal);
    io.out(`${stored}\n`);
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  await write(file);
  io.out(`${file}\n`);
}
