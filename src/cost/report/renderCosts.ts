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
import type { ComparedReport, ComparedRow } from './compareCosts.ts';
import type { CostReport, CostReportRow } from './costReport.ts';
import type { NodeIdle } from './costReportForm.ts';
import { shownEfficiency } from './efficiency.ts';
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

const COMPARED = ['previousCost', 'change', 'changeShare'] as const;

/** A row of the report, idle, or the total: what it does not have stays empty. */
type Line = Pick<CostReportRow, 'key'> & Partial<ComparedRow>;

/** Prints a cost report for a terminal, a program or a spreadsheet; ends with a newline. */
export function renderCosts(
  report: CostReport | ComparedReport,
  format: OutputFormat,
  terminal: Terminal | null = null,
): string {
  if (format === 'json') return jsonText(report);
  const { idle, totalCost, coverage } = report;
  const idleLine = {
    key: IDLE_KEY,
    ...idle,
    ...('previous' in report && { previousCost: report.previous.idleCost }),
  };
  const lines: readonly Line[] = [...report.rows, idleLine];
  if (format === 'csv') return renderCsv(lines, csvColumns(report));
  const total = {
    key: 'TOTAL',
    totalCost,
    coverage,
    ...('previous' in report && {
      previousCost: report.previous.totalCost,
      change: report.change,
      changeShare: report.changeShare,
    }),
  };
  const table = renderTable([...lines, total], columnsOf(report), terminal);
  return `${table}${nodesTable(report, terminal)}${footer(report)}\n`;
}

function csvColumns(report: CostReport | ComparedReport): readonly Column<Line>[] {
  return [
    ...fieldColumns(['key', 'namespace']),
    { title: 'kind', value: ({ workload }) => workload?.kind ?? null },
    { title: 'workload', value: ({ workload }) => workload?.name ?? null },
    ...fieldColumns(['owner', ...COLUMNS, ...('previous' in report ? COMPARED : [])]),
    { title: 'currency', value: () => report.currency },
    { title: 'basis', value: () => report.priceBasis },
  ];
}

const OPTIONAL = [
  ['gpuCost', 'GPU'],
  ['storageCost', 'STORAGE'],
  ['networkCost', 'NETWORK'],
  ['loadBalancerCost', 'LB'],
  ['sharedCost', 'SHARED'],
] as const;

function columnsOf(report: CostReport | ComparedReport): readonly Column<Line>[] {
  type Amount = 'cpuCost' | 'ramCost' | 'totalCost' | 'previousCost' | (typeof OPTIONAL)[number][0];
  const money = (column: Amount, title: string): Column<Line> =>
    figures(title, ({ [column]: cost }) => formatKnown(cost, formatAmount));
  const optional = OPTIONAL.filter(([column]) => report.rows.some((row) => row[column] !== 0));
  return [
    { title: report.by.toUpperCase(), value: ({ key }) => (key === '' ? '(none)' : key) },
    money('cpuCost', 'CPU'),
    money('ramCost', 'RAM'),
    ...optional.map(([column, title]) => money(column, title)),
    money('totalCost', 'TOTAL'),
    ...('previous' in report
      ? [
          money('previousCost', 'BEFORE'),
          figures('CHANGE', changeText),
          figures('', changeShareText),
        ]
      : []),
    figures('EFFICIENCY', ({ efficiency }) =>
      formatKnown(efficiency, (share) => formatShare(shownEfficiency(share))),
    ),
    figures('COVERAGE', ({ coverage }) => formatKnown(coverage, formatShare)),
  ];
}

function formatKnown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '' : format(value);
}

function changeText({ change }: Line): string {
  if (change === undefined) return '';
  if (change === null) return 'unknown';
  return `${change > 0 ? '+' : ''}${formatAmount(change)}`;
}

function changeShareText({ change = null, changeShare = null }: Line): string {
  if (change === null) return '';
  return changeShare === null ? (change === 0 ? '' : 'new') : formatChange(changeShare);
}

const NODE_COLUMNS: readonly Column<NodeIdle>[] = [
  { title: 'NODE', value: ({ node }) => node },
  figures('COST', ({ nodeCost }) => formatAmount(nodeCost)),
  figures('IDLE CPU', ({ cpuCost }) => formatAmount(cpuCost)),
  figures('IDLE RAM', ({ ramCost }) => formatAmount(ramCost)),
  figures('IDLE GPU', ({ gpuCost }) => formatAmount(gpuCost)),
  figures('IDLE', ({ totalCost }) => formatAmount(totalCost)),
  figures('IDLE SHARE', ({ nodeCost, totalCost }) =>
    nodeCost > 0 ? formatShare(totalCost / nodeCost) : '-',
  ),
];

/** Costs by node also say what is idle on each. */
function nodesTable({ idleByNode = [] }: CostReport, terminal: Terminal | null): string {
  return idleByNode.length === 0 ? '' : `\n${renderTable(idleByNode, NODE_COLUMNS, terminal)}\n`;
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
