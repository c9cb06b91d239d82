import type { Command } from 'commander';
import { Option } from 'commander';
import { mergeReports } from '../../cost/report/mergeReports.ts';
import { compareCosts } from '../../cost/report/compareCosts.ts';
import { readCosts, readLabelNames } from '../../cost/report/readCosts.ts';
import { renderCosts } from '../../cost/report/renderCosts.ts';
import { parseCostDimension, parseCostFilter } from '../../store/costFilter.ts';
import {
  COST_DIMENSIONS,
  UNALLOCATED,
  type CostDimension,
  type CostFilter,
  type CostQuery,
} from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import { metricName } from '../../model/resources.ts';
import { formatTime } from '../../model/time.ts';
import type { CostReport } from '../../cost/report/costReport.ts';
import type { OutputFormat } from '../../model/text/table.ts';
import { parseSpan } from '../times.ts';
import { unknownNameText, UsageError, type Io } from '../io.ts';
import {
  loadContext,
  loadContexts,
  namespacesOf,
  watched,
  withHistory,
  withNamespace,
  withOutput,
  withWatch,
  type CommandContext,
  type ConfigOption,
  type WatchOption,
} from '../options.ts';

interface CostsOptions extends ConfigOption, WatchOption {
  readonly namespace?: string;
  readonly window?: string;
  readonly from?: string;
  readonly to?: string;
  readonly by: string;
  readonly idle: 'separate' | 'share';
  readonly compare?: true;
  readonly filter: readonly CostFilter[];
  readonly output: OutputFormat;
}

export default function register(command: Command, io: Io): void {
  command
    .option('--window <span>', '15m, 24h, 7d, today, lastweek, month, … (default: 7d)')
    .option('--from <time>', 'instead of --window: RFC 3339, a date, or how long ago (7d)')
    .option('--to <time>', 'with --from (default: now)')
    .option(
      '--by <what>',
      `${COST_DIMENSIONS.join(', ')}, label:KEY, or several with commas`,
      'namespace',
    )
    .option(
      '--filter <what>',
      'only these: namespace=shop, label:team!=web, workload=~"batch.*"',
      collectFilter,
      [],
    )
    .option('--compare', 'beside the period before, as long as the one that is asked for')
    .addOption(
      new Option('--idle <how>', 'idle cost on its own, or shared out over the rows')
        .choices(['separate', 'share'])
        .default('separate'),
    )
    .action((options: CostsOptions) => watched(options, io, (to) => printCosts(options, to)));
  withNamespace(withWatch(withOutput(command)));
}

async function printCosts(options: CostsOptions, io: Io): Promise<void> {
  const by = parseDimensions(options.by);
  if (by.includes('cluster') && options.cluster === undefined && options.compare !== true) {
    const contexts = loadContexts(options, io);
    if (contexts.length > 1) return printFleet(contexts, by, options, io);
  }
  const { config } = loadContext(options, io).loaded;
  const { start, end } = parseSpan(options, io.now(), config.schedule.timezone, '7d');
  await withHistory(config, async (reader) => {
    const namespaces = await namespacesOf(reader, options);
    const query = { from: start, to: end, by, namespaces, where: options.filter };
    const request = { cluster: config.cluster, query, idle: options.idle };
    const read = options.compare === true ? compareCosts : readCosts;
    const report = await read(reader, config.pricing, request);
    await warnOfLabels(reader, query, report.rows, io);
    io.out(renderCosts(report, options.output, io.terminal));
    if (report.rows.length === 0) io.err(`${await whereDataIs(reader)}\n`);
  });
}

/** Costs of all clusters over one span. */
async function printFleet(
  contexts: readonly CommandContext[],
  by: readonly CostDimension[],
  options: CostsOptions,
  io: Io,
): Promise<void> {
  const { timezone } = contexts[0]!.loaded.config.schedule;
  const { start, end } = parseSpan(options, io.now(), timezone, '7d');
  const namespaces = options.namespace === undefined ? null : [options.namespace];
  const query = { from: start, to: end, by, namespaces, where: options.filter };
  const reports = [];
  for (const { loaded } of contexts) {
    const { cluster, pricing } = loaded.config;
    const request = { cluster, query, idle: options.idle };
    reports.push(await withHistory(loaded.config, (reader) => readCosts(reader, pricing, request)));
  }
  io.out(renderCosts(mergeReports(reports), options.output, io.terminal));
}

async function whereDataIs(reader: HistoryReader): Promise<string> {
  const { historyStart, watermark } = await reader.status();
  if (historyStart === null || watermark === null) return 'The history holds nothing yet.';
  return `Nothing ran here: the history holds ${formatTime(historyStart)} to ${formatTime(watermark)} (--from, --to).`;
}

/** Says which label that was asked for nothing in the window bears; a cluster may have none yet. */
async function warnOfLabels(
  reader: HistoryReader,
  { from, to, by }: CostQuery,
  rows: CostReport['rows'],
  io: Io,
): Promise<void> {
  const asked = by.flatMap((one) => (one.startsWith('label:') ? [one.slice('label:'.length)] : []));
  const isNone = rows.length > 0 && rows.every(({ key }) => key.includes(UNALLOCATED));
  if (asked.length === 0 || !isNone) return;
  const known = await readLabelNames(reader, { from, to, namespaces: null });
  const unknown = asked.find((label) => !known.includes(label));
  if (unknown !== undefined) io.err(`burnwatch: ${uncarriedText(unknown, known)}\n`);
}

/** What kube-state-metrics appends where the names of two labels of one object are the same in metrics. */
const CONFLICT = /_conflict\d+$/;

/** Why a label is on no row, and what would bring it. */
function uncarriedText(label: string, known: readonly string[]): string {
  const name = metricName(label);
  const conflicts = known.filter((one) => metricName(one.replace(CONFLICT, '')) === name);
  if (conflicts.length > 0) {
    const names = conflicts.map((one) => `label:${one}`).join(', ');
    return `label ${label}: two labels have one name in metrics, and kube-state-metrics tells them as ${names}. Ask for one of these, or give Burnwatch access to the Kubernetes API, which has their own names`;
  }
  return `${unknownNameText('label', label, known)}. No source carries it for what ran then: start kube-state-metrics with --metric-labels-allowlist=pods=[${label}],namespaces=[${label}],nodes=[${label}], or give Burnwatch access to the Kubernetes API`;
}

/** Reads `--by namespace,label:team`. @throws UsageError */
function parseDimensions(text: string): readonly CostDimension[] {
  return usage('--by', () => text.split(',').map(parseCostDimension));
}

function collectFilter(text: string, before: readonly CostFilter[]): readonly CostFilter[] {
  return [...before, usage('--filter', () => parseCostFilter(text))];
}

function usage<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`);
  }
}
