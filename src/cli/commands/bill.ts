import type { Command } from 'commander';
import { billReport, renderBill } from '../../cost/bill/billReport.ts';
import { importBill, type ClosedBefore } from '../../cost/bill/importBill.ts';
import type { ChargeFilter } from '../../cost/bill/readFocus.ts';
import { openBillStore } from '../../engines/openHistory.ts';
import { formatTime, monthName, type TimeMs } from '../../model/time.ts';
import type { OutputFormat } from '../../model/text/table.ts';
import { parseSpan } from '../times.ts';
import { formatNano } from '../../model/text/units.ts';
import { UsageError, type Io } from '../io.ts';
import { loadContext, withHistory, withOpened, withOutput, type ConfigOption } from '../options.ts';

interface ImportOptions extends ConfigOption {
  readonly where: readonly string[];
  readonly final?: boolean;
  readonly reopen?: boolean;
}

interface ShowOptions extends ConfigOption {
  readonly window?: string;
  readonly from?: string;
  readonly to?: string;
  readonly output: OutputFormat;
}

export default function register(bill: Command, io: Io): void {
  bill
    .command('import')
    .argument(
      '<source>',
      'a bill in FOCUS form (CSV, also gzipped, or Parquet): a file, a folder or an address',
    )
    .description('import a bill; the effective basis scales the days it is for to it')
    .option(
      '--where <column=value>',
      'only rows with this value, for example Tags.cluster=prod-eu (may be given again)',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--final', 'the bill is final: close its months')
    .option('--reopen', 'open closed months again, instead of recording a correction')
    .action((file: string, options: ImportOptions) => runImport(file, options, io));
  const show = bill
    .command('show', { isDefault: true })
    .description('by month: billed, put on nodes, unreconciled, estimated')
    .option('--window <span>', '30d, lastmonth, … (default: 100d)')
    .option('--from <time>', 'instead of --window')
    .option('--to <time>', 'with --from (default: now)')
    .action((options: ShowOptions) => showBill(options, io));
  withOutput(show);
}

async function runImport(file: string, options: ImportOptions, io: Io): Promise<void> {
  const { config } = loadContext(options, io).loaded;
  const filters = options.where.map(parseFilter);
  const { currency } = config.pricing;
  const request = {
    path: file,
    currency,
    filters,
    final: options.final ?? false,
    reopen: options.reopen ?? false,
    now: io.now(),
    pricing: config.pricing,
    cluster: config.cluster,
  };
  const { days, charges, nodes, closed, corrected } = await withHistory(config, (reader) =>
    withOpened(openBillStore(config.history.path), (store) => importBill(request, reader, store)),
  );
  const total = days.reduce((sum, { totalNano }) => sum + totalNano, 0);
  const first = formatTime(days[0]?.day ?? 0).slice(0, 10);
  const last = formatTime(days.at(-1)?.day ?? 0).slice(0, 10);
  io.out(
    `Imported ${charges} charges of ${days.length} days, ${first} to ${last}: ` +
      `${formatNano(total, currency)}, ${nodes} nodes named.\n`,
  );
  for (const month of closed) io.out(`${monthName(month)} is closed.\n`);
  for (const one of corrected) io.out(`${closedBefore(one, currency, io.now())}\n`);
  if (config.pricing.basis !== 'effective')
    io.out('Costs show it once pricing.basis is effective.\n');
}

/** What became of a month that was closed before. */
function closedBefore({ month, nano, basis }: ClosedBefore, currency: string, now: TimeMs): string {
  const name = monthName(month);
  if (nano === 0) return `${name} is closed, and this bill changes nothing of it.`;
  const change = `${formatNano(Math.abs(nano), currency)} ${nano > 0 ? 'more' : 'less'}`;
  if (basis !== 'effective')
    return `${name} is closed on ${basis} prices, not on a bill: ${change} corrects nothing (--reopen opens it again).`;
  const current = monthName(now);
  return `${name} is closed: ${change} is a correction of it (burnwatch export --month ${current}).`;
}

async function showBill(options: ShowOptions, io: Io): Promise<void> {
  const { config } = loadContext(options, io).loaded;
  const { start, end } = parseSpan(options, io.now(), config.schedule.timezone, '100d');
  await withHistory(config, async (reader) => {
    const closed = await withOpened(openBillStore(config.history.path), (store) =>
      store.closedMonths(),
    );
    const months = await billReport(reader, { from: start, to: end }, closed);
    io.out(renderBill(months, config.pricing.currency, options.output, io.terminal));
  });
}

/** @throws UsageError */
function parseFilter(text: string): ChargeFilter {
  const equals = text.indexOf('=');
  if (equals > 0) return { column: text.slice(0, equals), value: text.slice(equals + 1) };
  throw new UsageError(`--where: "${text}" is not COLUMN=VALUE, for example Tags.cluster=prod-eu`);
}
