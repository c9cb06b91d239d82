import type { Command } from 'commander';
import { compactHistory } from '../../engines/openHistory.ts';
import { formatTime } from '../../model/time.ts';
import { formatBytes } from '../../model/text/units.ts';
import type { Io } from '../io.ts';
import { loadContext, type ConfigOption } from '../options.ts';

export default function register(command: Command, io: Io): void {
  command.action((options: ConfigOption) => runCompact(options, io));
}

async function runCompact(options: ConfigOption, io: Io): Promise<void> {
  const { path } = loadContext(options, io).loaded.config.history;
  const holder = { pid: process.pid, command: 'compact', since: formatTime(io.now()) };
  const { before, after } = await compactHistory(path, holder);
  io.out(`${path}: ${formatBytes(before)} before, ${formatBytes(after)} now\n`);
}
