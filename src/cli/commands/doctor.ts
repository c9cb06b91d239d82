import type { Command } from 'commander';
import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { backupTime, examineHistory, listBackups } from '../../engines/openHistory.ts';
import { DAY_MS } from '../../model/time.ts';
import type { Column, OutputFormat } from '../../model/text/table.ts';
import { formatBytes } from '../../model/text/units.ts';
import type { Config } from '../../daemon/config/schema.ts';
import { HistoryError, type HistoryCheck } from '../../store/history.ts';
import { CommandFailed, type Io } from '../io.ts';
import { printRows } from '../listing.ts';
import { loadContext, withOutput, type ConfigOption } from '../options.ts';

interface DoctorOptions extends ConfigOption {
  readonly output: OutputFormat;
}

export default function register(command: Command, io: Io): void {
  withOutput(command).action((options: DoctorOptions) => runDoctor(options, io));
}

const COLUMNS: readonly Column<HistoryCheck>[] = [
  { title: 'CHECK', value: ({ name }) => name },
  { title: 'RESULT', value: ({ isOk }) => (isOk ? 'ok' : 'failed') },
  { title: 'DETAIL', value: ({ detail }) => detail },
  { title: 'ADVICE', value: ({ advice }) => advice ?? '' },
];

async function runDoctor({ output, ...options }: DoctorOptions, io: Io): Promise<void> {
  const { history } = loadContext(options, io).loaded.config;
  const checks = [
    ...(await examineHistory(history.path, io.now())),
    ...(history.url === undefined
      ? [diskCheck(history.path), await backupCheck(history, io.now())]
      : []),
  ];
  printRows(io, checks, output, { columns: COLUMNS, empty: '' });
  const failed = checks.filter(({ isOk }) => !isOk);
  if (failed.length > 0)
    throw new CommandFailed(`failed: ${failed.map(({ name }) => name).join(', ')}`);
}

function diskCheck(path: string): HistoryCheck {
  const { bavail, bsize } = statfsSync(dirname(path));
  const { size } = statSync(path);
  const free = bavail * bsize;
  // A compacted copy, or a long journal, may need as much again.
  const isOk = free > size;
  return {
    name: 'disk',
    isOk,
    detail: `${formatBytes(free)} free, the history has ${formatBytes(size)}`,
    advice: isOk ? null : 'Free some space, or shorten history.retention',
  };
}

async function backupCheck({ backup }: Config['history'], now: number): Promise<HistoryCheck> {
  const name = 'backup';
  const advice = 'Set history.backup, and see that its folder or bucket can be written';
  if (backup === undefined) return { name, isOk: true, detail: 'none is configured', advice };
  try {
    const [newest] = await listBackups(backup, new AbortController().signal);
    if (newest === undefined)
      return { name, isOk: false, detail: `there is none in ${backup.to}`, advice };
    const isOk = now - backupTime(newest) < 8 * DAY_MS;
    return { name, isOk, detail: newest, advice: isOk ? null : advice };
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    return { name, isOk: false, detail: error.message, advice };
  }
}
