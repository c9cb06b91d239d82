import { alignColumns, type Terminal } from '../../model/text/table.ts';
import { csvText, printable } from '../../model/text/escape.ts';
import type { BudgetStatus } from './readBudgets.ts';
import { formatAmount, formatShare } from '../../model/text/units.ts';

/** Prints budgets; ends with a newline. */
export function renderBudgets(
  budgets: readonly BudgetStatus[],
  currency: string,
  format: 'table' | 'json' | 'csv',
  terminal: Terminal | null = null,
): string {
  if (format === 'json') return `${JSON.stringify({ currency, budgets }, null, 2)}\n`;
  const nameOf = (budget: BudgetStatus): string => {
    const name = budget.namespace ?? budget.owner ?? '';
    if (budget.across !== true) return name;
    const { without = [] } = budget;
    return `${name} (all clusters${without.length === 0 ? '' : ` without ${without.join(', ')}`})`;
  };
  if (format === 'csv') {
    const head = 'kind,name,month,monthly,spent,forecast,low,high,currency';
    const lines = budgets.map((budget) => {
      const { month, monthly, spent, forecast } = budget;
      const kind = budget.owner === undefined ? 'namespace' : 'owner';
      const figures = [monthly, spent, forecast?.expected, forecast?.low, forecast?.high];
      const cells = figures.map((figure) => String(figure ?? ''));
      return [kind, csvText(nameOf(budget)), month, ...cells, currency].join(',');
    });
    return [head, ...lines].map((line) => `${line}\r\n`).join('');
  }
  if (budgets.length === 0)
    return 'No budgets are configured (see budgets in the configuration).\n';
  const head = ['BUDGET', 'MONTH', 'MONTHLY', 'SPENT', 'FORECAST', 'OF BUDGET', '80% INTERVAL'];
  const body = budgets.map((budget) => {
    const { month, monthly, spent, forecast } = budget;
    const name = printable(nameOf(budget));
    const start = [name, month, formatAmount(monthly), formatAmount(spent)];
    if (forecast === null) return [...start, 'unknown', formatShare(spent / monthly), '-'];
    const interval = `${formatAmount(forecast.low)} – ${formatAmount(forecast.high)}`;
    return [
      ...start,
      formatAmount(forecast.expected),
      formatShare(forecast.expected / monthly),
      interval,
    ];
  });
  return `${alignColumns([head, ...body], (column) => column > 1, terminal)}\nIn ${currency}.\n`;
}
