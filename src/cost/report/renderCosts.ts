import { alignColumns, type Terminal } from '../../model/text/table.ts';
import type { ComparedReport, ComparedRow } from './compareCosts.ts';
import type { CostReport, CostReportRow } from './costReport.ts';
import { shownEfficiency } from './efficiency.ts';
import { csvText, printable } from '../../model/text/escape.ts';
import { formatAmount, formatChange, formatShare } from '../../model/text/units.ts';

const IDLE_KEY = '__idle__';

const COLUMNS = [
  'cpuCoreHours',
  'ramGiBHours',
  'gpuHours',
  'cpuCost',
  'ramCost',
  'gpuCost',
  'storageCost',
  'networkCost',
  'loadBalancerCost',
  'sharedCost',
  'totalCost',
  'cpuEfficiency',
  'ramEfficiency',
  'efficiency',
  'coverage',
] as const satisfies readonly (keyof CostReportRow)[];

/** Prints a cost report for a terminal, a program or a spreadsheet; ends with a newline. */
export function renderCosts(
  report: CostReport | ComparedReport,
  format: 'table' | 'json' | 'csv',
  terminal: Terminal | null = null,
): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  return format === 'csv' ? renderCsv(report) : renderTable(report, terminal);
}

const COMPARED = ['previousCost', 'change', 'changeShare'] as const;

/** What a report beside the period before has for a row; nothing without one. */
function comparedCells(row: CostReportRow): readonly string[] {
  if (!('previousCost' in row)) return [];
  return COMPARED.map((column) => String((row as ComparedRow)[column] ?? ''));
}

function renderCsv(report: CostReport | ComparedReport): string {
  const isCompared = 'previous' in report;
  const names = ['key', 'namespace', 'kind', 'workload', 'owner'];
  const compared = isCompared ? COMPARED : [];
  const header = [...names, ...COLUMNS, ...compared, 'currency', 'basis'];
  const tail = [report.currency, report.priceBasis];
  const lines = report.rows.map((row) => [
    ...[row.key, row.namespace, row.workload?.kind, row.workload?.name, row.owner].map((text) =>
      csvText(text ?? ''),
    ),
    ...COLUMNS.map((column) => String(row[column])),
    ...comparedCells(row),
    ...tail,
  ]);
  const idle = report.idle;
  const idleCells: Partial<Record<(typeof COLUMNS)[number], number>> = {
    cpuCost: idle.cpuCost,
    ramCost: idle.ramCost,
    gpuCost: idle.gpuCost,
    totalCost: idle.totalCost,
  };
  lines.push([
    IDLE_KEY,
    '',
    '',
    '',
    '',
    ...COLUMNS.map((column) => String(idleCells[column] ?? '')),
    ...(isCompared ? [String(report.previous.idleCost), '', ''] : []),
    ...tail,
  ]);
  return [header, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

function renderTable(report: CostReport | ComparedReport, terminal: Terminal | null): string {
  const isCompared = 'previous' in report;
  const optional = (
    ['gpuCost', 'storageCost', 'networkCost', 'loadBalancerCost', 'sharedCost'] as const
  ).filter((column) => report.rows.some((row) => row[column] !== 0));
  const titles = {
    gpuCost: 'GPU',
    storageCost: 'STORAGE',
    networkCost: 'NETWORK',
    loadBalancerCost: 'LB',
    sharedCost: 'SHARED',
  };
  const head = [
    report.by.toUpperCase(),
    'CPU',
    'RAM',
    ...optional.map((column) => titles[column]),
    'TOTAL',
    ...(isCompared ? ['BEFORE', 'CHANGE', ''] : []),
    'EFFICIENCY',
    'COVERAGE',
  ];
  const body = report.rows.map((row) => [
    printable(row.key === '' ? '(none)' : row.key),
    formatAmount(row.cpuCost),
    formatAmount(row.ramCost),
    ...optional.map((column) => formatAmount(row[column])),
    formatAmount(row.totalCost),
    ...changeCells(row),
    formatShare(shownEfficiency(row.efficiency)),
    formatShare(row.coverage),
  ]);
  const idleCells: Partial<Record<(typeof optional)[number], string>> = {
    gpuCost: formatAmount(report.idle.gpuCost),
  };
  body.push([
    IDLE_KEY,
    formatAmount(report.idle.cpuCost),
    formatAmount(report.idle.ramCost),
    ...optional.map((column) => idleCells[column] ?? ''),
    formatAmount(report.idle.totalCost),
    ...(isCompared ? [formatAmount(report.previous.idleCost), '', ''] : []),
    '',
    '',
  ]);
  const blanks = ['', '', ...optional.map(() => '')];
  const total = isCompared
    ? changeCells({ ...report, previousCost: report.previous.totalCost })
    : [];
  const coverage = formatShare(report.coverage);
  body.push(['TOTAL', ...blanks, formatAmount(report.totalCost), ...total, '', coverage]);
  return `${alignColumns([head, ...body], (column) => column > 0, terminal)}\n${nodesTable(report, terminal)}${footer(report)}\n`;
}

/** What it cost before, and the change in money and as a share. */
function changeCells(of: object): readonly string[] {
  if (!('previousCost' in of)) return [];
  const { previousCost, change, changeShare } = of as ComparedRow;
  if (change === null) return [formatAmount(previousCost), 'unknown', ''];
  const sign = change > 0 ? '+' : '';
  const share = changeShare === null ? (change === 0 ? '' : 'new') : formatChange(changeShare);
  return [formatAmount(previousCost), `${sign}${formatAmount(change)}`, share];
}

/** Costs by node also say what is idle on each. */
function nodesTable({ idleByNode = [] }: CostReport, terminal: Terminal | null): string {
  if (idleByNode.length === 0) return '';
  const head = ['NODE', 'COST', 'IDLE CPU', 'IDLE RAM', 'IDLE GPU', 'IDLE', 'IDLE SHARE'];
  const body = idleByNode.map((node) => [
    printable(node.node),
    formatAmount(node.nodeCost),
    formatAmount(node.cpuCost),
    formatAmount(node.ramCost),
    formatAmount(node.gpuCost),
    formatAmount(node.totalCost),
    node.nodeCost > 0 ? formatShare(node.totalCost / node.nodeCost) : '-',
  ]);
  return `\n${alignColumns([head, ...body], (column) => column > 0, terminal)}\n\n`;
}

function beforeText(report: CostReport | ComparedReport): string {
  if (!('previous' in report)) return '';
  const { window, comparable, coverage } = report.previous;
  const reason = comparable
    ? ''
    : `, of which ${formatShare(coverage)} is known: the two cannot be compared`;
  return ` Before: ${window.start} to ${window.end}${reason}.`;
}

function footer(report: CostReport | ComparedReport): string {
  const basis = {
    list: 'estimated at list prices',
    contracted: 'estimated at contracted prices',
    effective: 'scaled to the imported bill where there is one',
  }[report.priceBasis];
  const provisional = report.provisional ? '; provisional, some windows may still change' : '';
  const unreconciled =
    report.unreconciledCost === undefined
      ? ''
      : ` Unreconciled with the bill: ${formatAmount(report.unreconciledCost)}.`;
  return (
    `${report.window.start} to ${report.window.end}, ${report.currency}, ${basis}${provisional}. ` +
    `Nodes: ${formatAmount(report.nodesCost)}.${unreconciled}${beforeText(report)}`
  );
}
