import type { Command } from 'commander';
import { resolve } from 'node:path';
import { migrateHistory } from '../../engines/openHistory.ts';
import { HistoryError } from '../../store/history.ts';
import { describeLocation, postgresLocation } from '../../store/historyLocation.ts';
import type { Io } from '../io.ts';
import { loadContext, type ConfigOption } from '../options.ts';

export default function register(command: Command, io: Io): void {
  command
    .requiredOption('--to <url>', 'postgres://…, or the path of a new SQLite file')
    .action((options: MigrateOptions) => runMigrate(options, io));
}

interface MigrateOptions extends ConfigOption {
  readonly to: string;
}

async function runMigrate({ to, ...options }: MigrateOptions, io: Io): Promise<void> {
  const { cluster, pricing, schedule, history } = loadContext(options, io).loaded.config;
  const isUrl = /^postgres(ql)?:/.test(to);
  const target = isUrl ? postgresLocation(to, cluster) : resolve(to);
  if (target === history.path)
    throw new HistoryError('io', `${describeLocation(target)} is the configured history itself`);
  const writer = {
    path: history.path,
    command: 'migrate-history',
    clock: () => io.now(),
    cluster,
    currency: pricing.currency,
    windowMs: schedule.window,
  };
  let rows = 0;
  for await (const table of migrateHistory(writer, target)) {
    rows += table.rows;
    const copied = table.copied === 0 ? 'was there already' : 'copied';
    io.err(`${table.table}: ${table.rows} rows, ${table.rows === 0 ? 'empty' : copied}\n`);
  }
  io.out(
    `${rows} rows are the same in ${describeLocation(history.path)} and ${describeLocation(target)}. Set history.${isUrl ? 'url' : 'path'} to the copy, and start the daemon.\n`,
  );
}
