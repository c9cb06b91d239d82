import {
  fieldColumns,
  figures,
  jsonText,
  renderCsv,
  renderTable,
  type Column,
  type OutputFormat,
  type Terminal,
} from '../../model/text/table.ts';
import type { NodePriceRow, PricesReport } from './pricesReport.ts';
import { formatAmount, formatShare } from '../../model/text/units.ts';

const CSV_COLUMNS = [
  'node',
  'instanceType',
  'region',
  'capacityType',
  'cpuCores',
  'ramGiB',
  'gpus',
  'hourly',
  'monthly',
  'cpuCoreHour',
  'ramGiBHour',
  'gpuHour',
  'confidence',
  'source',
  'reason',
] as const satisfies readonly (keyof NodePriceRow)[];

const COLUMNS: readonly Column<NodePriceRow>[] = [
  { title: 'NODE', value: ({ node }) => node },
  { title: 'INSTANCE TYPE', value: ({ instanceType }) => instanceType ?? '-' },
  { title: 'REGION', value: ({ region }) => region ?? '-' },
  { title: 'CAPACITY', value: ({ capacityType }) => capacityType },
  figures('HOURLY', hourlyText),
  figures('SURE', ({ confidence }) => formatShare(confidence)),
  { title: 'SOURCE', value: ({ source }) => source },
  { title: 'WHY', value: ({ reason }) => reason },
];

function hourlyText({ hourly, source }: NodePriceRow): string {
  if (hourly !== null) return formatAmount(hourly);
  return source === 'per-pod' ? 'by pod' : 'unknown';
}

/** Prints what each node costs and why; ends with a newline. */
export function renderPrices(
  report: PricesReport,
  format: OutputFormat,
  terminal: Terminal | null = null,
): string {
  if (format === 'json') return jsonText(report);
  if (format === 'csv')
    return renderCsv(report.nodes, [
      ...fieldColumns(CSV_COLUMNS),
      { title: 'currency', value: () => report.currency },
    ]);
  const total = report.nodes.reduce((sum, row) => sum + (row.hourly ?? 0), 0);
  const lists = report.lists.map(
    ({ source, asOf, currency }) => `Price list: ${source}, ${asOf ?? 'undated'}, ${currency}.\n`,
  );
  return [
    renderTable(report.nodes, COLUMNS, terminal),
    `Together ${formatAmount(total)} ${report.currency} an hour, basis ${report.priceBasis}.\n`,
    `Network: ${report.network}\n`,
    ...lists,
    ...report.problems.map((problem) => `Problem: ${problem}\n`),
  ].join('');
}
