import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { SpecFileError } from '../../collect/specs/parseObjects.ts';
import { textOf } from '../../collect/specs/specFile.ts';
import {
  estimateChange,
  type Estimate,
  type EstimateRow,
} from '../../cost/estimate/estimateChange.ts';
import { readManifests, type Manifests } from '../../cost/estimate/readManifests.ts';
import {
  jsonText,
  renderCsv,
  renderTable,
  type Column,
  type OutputFormat,
} from '../../model/text/table.ts';
import {
  formatAmount,
  formatMoney,
  formatMoneyChange,
  formatNumber,
} from '../../model/text/units.ts';
import { UsageError, type Io } from '../io.ts';
import { presentObjects, type OfflineOption } from '../presentCluster.ts';
import { loadContext, withHistory, withOutput, type ConfigOption } from '../options.ts';

interface EstimateOptions extends ConfigOption, OfflineOption {
  readonly filename: readonly string[];
  readonly namespace: string;
  readonly output: OutputFormat;
}

export default function register(command: Command, io: Io): void {
  command
    .requiredOption('-f, --filename <file...>', 'manifests: JSON or YAML files; - reads stdin')
    .option('-n, --namespace <name>', 'of objects that name none', 'default')
    .option('--offline', 'from the history alone, without asking the cluster')
    .action((options: EstimateOptions) => printEstimate(options, io));
  withOutput(command);
}

async function printEstimate(options: EstimateOptions, io: Io): Promise<void> {
  const manifests = await readAll(options);
  const context = loadContext(options, io);
  const { config } = context.loaded;
  const estimate = await withHistory(config, async (reader) => {
    const present = await presentObjects(reader, options, context, io);
    return estimateChange(reader, config.pricing, manifests, present?.objects ?? null);
  });
  io.out(render(estimate, options.output, io));
}

/** @throws UsageError where a file cannot be used */
async function readAll({ filename, namespace }: EstimateOptions): Promise<Manifests> {
  const all: Manifests[] = [];
  for (const name of filename) {
    try {
      const content = name === '-' ? await text(process.stdin) : await textOf(name);
      all.push(readManifests(content, name === '-' ? 'stdin' : name, namespace));
    } catch (error) {
      if (error instanceof SpecFileError) throw new UsageError(error.message);
      throw error;
    }
  }
  return {
    workloads: all.flatMap(({ workloads }) => workloads),
    autoscalers: all.flatMap(({ autoscalers }) => autoscalers),
    claims: all.flatMap(({ claims }) => claims),
    loadBalancers: all.flatMap(({ loadBalancers }) => loadBalancers),
  };
}

const COLUMNS: readonly Column<EstimateRow>[] = [
  { title: 'NAMESPACE', value: ({ namespace }) => namespace, maxWidth: 30 },
  { title: 'OBJECT', value: ({ subject }) => subject, maxWidth: 60 },
  { title: 'PODS', value: pods, align: 'right' },
  { title: 'TODAY', value: ({ today }) => formatAmount(today), align: 'right' },
  { title: 'THEN', value: ({ expected }) => formatAmount(expected), align: 'right' },
  { title: 'CHANGE', value: change, align: 'right', color: (row) => colorOf(row) },
  { title: 'FROM', value: ({ low }) => formatAmount(low), align: 'right', optional: true },
  { title: 'UP TO', value: ({ high }) => formatAmount(high), align: 'right', optional: true },
  { title: 'NOTES', value: ({ notes }) => notes.join('; ') },
];

function pods({ podsToday, pods: then }: EstimateRow): string {
  if (podsToday === null) return then === 0 ? '' : formatNumber(then);
  return podsToday === then
    ? formatNumber(then)
    : `${formatNumber(podsToday)} -> ${formatNumber(then)}`;
}

function change({ today, expected }: EstimateRow): string {
  const difference = expected - today;
  return `${difference > 0 ? '+' : ''}${formatAmount(difference)}`;
}

function colorOf({ today, expected }: EstimateRow): 'red' | 'green' | null {
  if (Math.abs(expected - today) < 0.005) return null;
  return expected > today ? 'red' : 'green';
}

function render(estimate: Estimate, output: OutputFormat, { terminal }: Io): string {
  const { currency, rows, today, expected, low, high } = estimate;
  const sums = { ...estimate, change: expected - today };
  if (output === 'json') return jsonText(sums);
  if (output === 'csv')
    return renderCsv(rows, [
      { title: 'namespace', value: ({ namespace }) => namespace },
      { title: 'object', value: ({ subject }) => subject },
      { title: 'podsToday', value: ({ podsToday }) => podsToday },
      { title: 'pods', value: (row) => row.pods },
      { title: 'today', value: (row) => row.today },
      { title: 'expected', value: (row) => row.expected },
      { title: 'low', value: (row) => row.low },
      { title: 'high', value: (row) => row.high },
      { title: 'notes', value: ({ notes }) => notes.join('; ') },
    ]);
  if (rows.length === 0) return 'Nothing in these manifests costs anything by itself.\n';
  const money = (value: number): string => formatMoney(value, currency);
  const range = low === high ? '' : ` (${money(low)} to ${money(high)})`;
  return `${renderTable(rows, COLUMNS, terminal)}\n${formatMoneyChange(expected - today, currency)} a month: ${money(today)} today, ${money(expected)} then${range}, at the prices of today's nodes.\n`;
}
