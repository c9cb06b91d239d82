import { Option, type Command } from 'commander';
import { closeMonth, NotOver } from '../../cost/chargeback/closeMonth.ts';
import { chargedMonth, type MonthReport } from '../../cost/chargeback/monthReport.ts';
import {
  EXPORT_FORMATS,
  EXPORT_TEAMS,
  renderLines,
  type ExportFormat,
  type ExportTeam,
} from '../../cost/chargeback/renderExport.ts';
import { writeExport } from '../../cost/chargeback/writeExport.ts';
import { openBillStore } from '../../engines/openHistory.ts';
import { formatNano, formatShare } from '../../model/text/units.ts';
import { monthName, monthStart, type TimeMs } from '../../model/time.ts';
import { CommandFailed, UsageError, type Io } from '../io.ts';
import { loadContext, withHistory, withOpened, withOutput, type ConfigOption } from '../options.ts';

interface ExportOptions extends ConfigOption {
  readonly month?: string;
  readonly by: ExportTeam;
  readonly output: ExportFormat;
  readonly to?: string;
  readonly close?: true;
}

export default function register(command: Command, io: Io): void {
  command
    .option('--month <month>', 'such as 2026-10, in UTC as bills are (default: the last one)')
    .addOption(
      new Option('--by <team>', 'what a file is written for')
        .choices(EXPORT_TEAMS)
        .default('owner'),
    )
    .option('--to <folder>', 'a file for each team, and one with all; without it: all on stdout')
    .option('--close', 'close the month first: its figures are never changed again')
    .action((options: ExportOptions) => exportMonth(options, io));
  withOutput(command, EXPORT_FORMATS, 'the form; focus: FOCUS 1.2, as bills are');
}

async function exportMonth(options: ExportOptions, io: Io): Promise<void> {
  const { config } = loadContext(options, io).loaded;
  const month = monthOf(options.month, io.now());
  const { pricing, cluster, history } = config;
  await withHistory(config, (reader) =>
    withOpened(openBillStore(history.path), async (bills) => {
      const source = { reader, bills, pricing, cluster };
      const report =
        options.close === true
          ? await closed(closeMonth(source, month, io.now()))
          : await chargedMonth(source, month);
      const { by, output: format, to } = options;
      if (to === undefined) io.out(renderLines(report, report.lines, format));
      else for (const file of await writeExport(report, { to, by, format })) io.out(`${file}\n`);
      io.err(`${summary(report)}\n`);
    }),
  );
}

async function closed(closing: Promise<MonthReport>): Promise<MonthReport> {
  try {
    return await closing;
  } catch (error) {
    if (error instanceof NotOver) throw new CommandFailed(error.message);
    throw error;
  }
}

/** @throws UsageError */
function monthOf(text: string | undefined, now: TimeMs): TimeMs {
  if (text === undefined) return monthStart(monthStart(now) - 1);
  const time = /^\d{4}-(0[1-9]|1[0-2])$/.test(text)
    ? Date.parse(`${text}-01T00:00:00Z`)
    : Number.NaN;
  if (Number.isNaN(time)) throw new UsageError(`--month: "${text}" is not a month such as 2026-10`);
  if (time > now) throw new UsageError(`--month: ${monthName(time)} has not begun`);
  return time;
}

function summary({
  month,
  currency,
  basis,
  isClosed,
  coverage,
  lines,
  totalNano,
}: MonthReport): string {
  const corrections = lines.filter(({ kind }) => kind === 'correction');
  const nano = corrections.reduce((sum, one) => sum + one.nano, 0);
  const corrected =
    corrections.length === 0 ? '' : `, ${formatNano(nano, currency)} of it corrections`;
  const state = isClosed ? 'closed' : `not closed: it may change (${formatShare(coverage)} seen)`;
  return `${month}: ${formatNano(totalNano, currency)}${corrected}, basis ${basis}, ${state}`;
}
