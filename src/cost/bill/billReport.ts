import { nodeNano, sumNano } from '../../model/costParts.ts';
import type { BillDay } from '../../store/bills.ts';
import type { CostTable } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import { fromNano } from '../../model/money.ts';
import { DAY_MS, monthName, type TimeMs } from '../../model/time.ts';
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
import { printable } from '../../model/text/escape.ts';
import { billFactors } from './billFactors.ts';
import { effectiveCosts } from './effectiveCosts.ts';
import { formatAmount } from '../../model/text/units.ts';

/** A month's bill against what Burnwatch had estimated; money in the history's currency. */
export interface BillMonth {
  readonly month: string;
  readonly days: number;
  readonly closed: boolean;
  /** All charges of the bill. */
  readonly billed: number;
  /** What of it could be put on nodes. */
  readonly onNodes: number;
  /** What was billed of volumes, load balancers and traffic of the cluster. */
  readonly beside: number;
  /** What could not be put on anything: other machines, tax. */
  readonly unreconciled: number;
  /** What the nodes were estimated to cost on those days. */
  readonly estimated: number;
  /** `onNodes / estimated`, null without an estimate: under 1, discounts that the prices do not know. */
  readonly factor: number | null;
  /** What the provider says that namespaces used, where it splits machines, and what they are shown to cost here. */
  readonly namespaces: readonly {
    readonly namespace: string;
    readonly provider: number;
    readonly shown: number;
  }[];
  /** Why charges are unreconciled, dearest first. */
  readonly reasons: readonly { readonly reason: string; readonly cost: number }[];
}

/** Sets imported bills against the estimates, month by month. */
export async function billReport(
  reader: HistoryReader,
  span: { readonly from: TimeMs; readonly to: TimeMs },
  closed: readonly TimeMs[],
): Promise<readonly BillMonth[]> {
  const days = await reader.billDays(span.from, span.to);
  const months = new Map<string, BillMonth>();
  for (const day of days) {
    const table = await reader.costs({
      from: day.day,
      to: day.day + DAY_MS,
      by: ['node'],
      namespaces: null,
    });
    const month = monthName(day.day);
    const known = months.get(month) ?? emptyMonth(month, closed);
    const added = addDay(known, day, table);
    months.set(month, {
      ...added,
      namespaces: addNamespaces(added.namespaces, await splitOf(reader, day)),
    });
  }
  return [...months.values()];
}

/** The provider's split of a day's machines beside what the namespaces' compute is shown to cost. */
async function splitOf(reader: HistoryReader, day: BillDay): Promise<BillMonth['namespaces']> {
  if (day.namespaces.size === 0) return [];
  const span = { from: day.day, to: day.day + DAY_MS, by: ['namespace' as const] };
  const { rows } = await effectiveCosts(reader, { ...span, namespaces: null });
  const shown = new Map(rows.map((row) => [row.key, fromNano(nodeNano(row))]));
  return [...day.namespaces].map(([namespace, nano]) => ({
    namespace,
    provider: fromNano(nano),
    shown: shown.get(namespace) ?? 0,
  }));
}

function addNamespaces(
  known: BillMonth['namespaces'],
  more: BillMonth['namespaces'],
): BillMonth['namespaces'] {
  const sums = Map.groupBy([...known, ...more], ({ namespace }) => namespace);
  return [...sums]
    .map(([namespace, each]) => ({
      namespace,
      provider: each.reduce((sum, { provider }) => sum + provider, 0),
      shown: each.reduce((sum, { shown }) => sum + shown, 0),
    }))
    .sort((left, right) => right.provider - left.provider);
}

function emptyMonth(month: string, closed: readonly TimeMs[]): BillMonth {
  return {
    month,
    days: 0,
    closed: closed.some((time) => monthName(time) === month),
    billed: 0,
    onNodes: 0,
    beside: 0,
    unreconciled: 0,
    estimated: 0,
    factor: null,
    namespaces: [],
    reasons: [],
  };
}

function addDay(month: BillMonth, day: BillDay, table: CostTable): BillMonth {
  const { onNodesNano, besideNano, unreconciledNano, nodes, reasons } = billFactors(day, table);
  const onNodes = month.onNodes + fromNano(onNodesNano);
  // Only nodes with a bill: an estimate that nothing stands against says nothing of the prices.
  const estimates = (table.nodes ?? []).filter(({ node }) => nodes.has(node));
  const nano = sumNano(estimates, nodeNano);
  const estimated = month.estimated + fromNano(nano);
  return {
    ...month,
    days: month.days + 1,
    billed: month.billed + fromNano(day.totalNano),
    onNodes,
    beside: month.beside + fromNano(besideNano),
    unreconciled: month.unreconciled + fromNano(unreconciledNano),
    estimated,
    factor: estimated > 0 ? onNodes / estimated : null,
    reasons: addReasons(month.reasons, reasons),
  };
}

function addReasons(
  known: BillMonth['reasons'],
  more: ReadonlyMap<string, number>,
): BillMonth['reasons'] {
  const sums = new Map(known.map(({ reason, cost }) => [reason, cost]));
  for (const [reason, nano] of more) sums.set(reason, (sums.get(reason) ?? 0) + fromNano(nano));
  return [...sums]
    .map(([reason, cost]) => ({ reason, cost }))
    .sort((left, right) => Math.abs(right.cost) - Math.abs(left.cost));
}

const AMOUNTS = ['billed', 'onNodes', 'beside', 'unreconciled', 'estimated'] as const;

const CSV_COLUMNS: readonly Column<BillMonth>[] = [
  ...fieldColumns(['month', 'days']),
  { title: 'closed', value: ({ closed }) => String(closed) },
  ...fieldColumns([...AMOUNTS, 'factor']),
];

const COLUMNS: readonly Column<BillMonth>[] = [
  { title: 'MONTH', value: ({ month }) => month },
  figures('DAYS', ({ days }) => days),
  { title: 'CLOSED', value: ({ closed }) => (closed ? 'yes' : 'no') },
  ...AMOUNTS.map((key) =>
    figures<BillMonth>(key === 'onNodes' ? 'ON NODES' : key.toUpperCase(), (month) =>
      formatAmount(month[key]),
    ),
  ),
  figures('FACTOR', ({ factor }) => factor?.toFixed(3) ?? '-'),
];

/** Prints the report; ends with a newline. */
export function renderBill(
  months: readonly BillMonth[],
  currency: string,
  format: OutputFormat,
  terminal: Terminal | null = null,
): string {
  if (format === 'json') return jsonText({ currency, months });
  if (format === 'csv') return renderCsv(months, CSV_COLUMNS);
  if (months.length === 0) return 'No bill has been imported for this time.\n';
  const table = renderTable(months, COLUMNS, terminal);
  const reasons = months.flatMap(({ month, reasons: each }) =>
    each.map(
      ({ reason, cost }) => `${month}: ${formatAmount(cost)} unreconciled: ${printable(reason)}.\n`,
    ),
  );
  const splits = months.flatMap(({ month, namespaces }) =>
    namespaces.map(
      ({ namespace, provider, shown }) =>
        `${month}: ${printable(namespace)}: ${formatAmount(provider)} by the provider's own split, ${formatAmount(shown)} here.\n`,
    ),
  );
  return `${table}${reasons.join('')}${splits.join('')}In ${currency}. Beside the nodes: volumes, load balancers, traffic. Factor: what the nodes were billed for each unit estimated.\n`;
}
