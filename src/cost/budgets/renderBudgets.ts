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
import type { BudgetStatus } from './readBudgets.ts';
import { formatAmount, formatShare } from '../../model/text/units.ts';

function nameOf({ namespace, owner = '', across, without = [] }: BudgetStatus): string {
  const name = namespace ?? owner;
  if (across !== true) return name;
  return `${name} (all clusters${without.length === 0 ? '' : ` without ${without.join(', ')}`})`;
}

const COLUMNS: readonly Column<BudgetStatus>[] = [
  { title: 'BUDGET', value: nameOf },
  { title: 'MONTH', value: ({ month }) => month },
  figures('MONTHLY', ({ monthly }) => formatAmount(monthly)),
  figures('SPENT', ({ spent }) => formatAmount(spent)),
  figures('FORECAST', ({ forecast }) => (forecast ? formatAmount(forecast.expected) : 'unknown')),
  figures('OF BUDGET', ({ forecast, spent, monthly }) =>
    formatShare((forecast?.expected ?? spent) / monthly),
  ),
  figures('80% INTERVAL', ({ forecast }) =>
    forecast ? `${formatAmount(forecast.low)} – ${formatAmount(forecast.high)}` : '-',
  ),
];

/** Prints budgets; ends with a newline. */
export function renderBudgets(
  budgets: readonly BudgetStatus[],
  currency: string,
  format: OutputFormat,
  terminal: Terminal | null = null,
): string {
  if (format === 'json') return jsonText({ currency, budgets });
  if (format === 'csv')
    return renderCsv(budgets, [
      { title: 'kind', value: ({ owner }) => (owner === undefined ? 'namespace' : 'owner') },
      { title: 'name', value: nameOf },
      ...fieldColumns(['month', 'monthly', 'spent']),
      { title: 'forecast', value: ({ forecast }) => forecast?.expected ?? null },
      { title: 'low', value: ({ forecast }) => forecast?.low ?? null },
      { title: 'high', value: ({ forecast }) => forecast?.high ?? null },
      { title: 'currency', value: () => currency },
    ]);
  if (budgets.length === 0)
    return 'No budgets are configured (see budgets in the configuration).\n';
  return `${renderTable(budgets, COLUMNS, terminal)}In ${currency}.\n`;
}
