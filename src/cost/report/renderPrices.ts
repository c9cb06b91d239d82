import { alignColumns, type Terminal } from '../../model/text/table.ts';
import type { NodePriceRow, PricesReport } from './pricesReport.ts';
import { csvText, printable } from '../../model/text/escape.ts';
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

/** Prints what each node costs and why; ends with a newline. */
export function renderPrices(
  report: PricesReport,
  format: 'table' | 'json' | 'csv',
  terminal: Terminal | null = null,
): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  if (format === 'csv') return renderCsv(report);
  const head = ['NODE', 'INSTANCE TYPE', 'REGION', 'CAPACITY', 'HOURLY', 'SURE', 'SOURCE', 'WHY'];
  const body = report.nodes.map((row) => [
    printable(row.node),
    printable(row.instanceType ?? '-'),
    printable(row.region ?? '-'),
    row.capacityType,
    row.hourly === null
      ? row.source === 'per-pod'
        ? 'by pod'
        : 'unknown'
      : formatAmount(row.hourly),
    formatShare(row.confidence),
    row.source,
    printable(row.reason),
  ]);
  const total = report.nodes.reduce((sum, row) => sum + (row.hourly ?? 0), 0);
  const lists = report.lists.map(
    ({ source, asOf, currency }) => `Price list: ${source}, ${asOf ?? 'undated'}, ${currency}.\n`,
  );
  return [
    `${alignColumns([head, ...body], (column) => column === 4 || column === 5, terminal)}\n`,
    `Together ${formatAmount(total)} ${report.currency} an hour, basis ${report.priceBasis}.\n`,
    `Network: ${report.network}\n`,
    ...lists,
    ...report.problems.map((problem) => `Problem: ${problem}\n`),
  ].join('');
}

function renderCsv(report: PricesReport): string {
  const lines = report.nodes.map((row) =>
    CSV_COLUMNS.map((column) => {
      const value = row[column];
      return typeof value === 'string' ? csvText(value) : String(value ?? '');
    }),
  );
  return [[...CSV_COLUMNS, 'currency'], ...lines.map((line) => [...line, report.currency])]
    .map((cells) => `${cells.join(',')}\r\n`)
    .join('');
}
