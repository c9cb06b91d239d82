import type { BudgetStatus } from '../../../cost/budgets/readBudgets.ts';
import { formatMoney, formatShare } from '../../../model/text/units.ts';
import type { CostsView } from '../../questions/answerCosts.ts';
import { moneyColumn, moneyText, shareColumn, type Column, type Tile } from '../parts.ts';

/** What a price basis means; it stands wherever money does. */
export const PRICE_BASES = {
  list: 'Estimated at list prices.',
  contracted: 'Estimated at contracted prices.',
  effective: 'Scaled to the imported bill where there is one.',
} as const;

/** The forecast of a month with its interval. */
export function forecastText({ forecast }: BudgetStatus, currency: string): string {
  if (forecast === null) return 'no forecast yet: it needs three whole days';
  const money = (value: number) => formatMoney(value, currency);
  const { expected, low, high } = forecast;
  return `forecast ${money(expected)} (80% interval: ${money(low)} to ${money(high)})`;
}

/** The cost of the last seven days. */
export function weekTile({ week }: CostsView, currency: string): Tile {
  const total = week?.rows.reduce((sum, { totalCost }) => sum + totalCost, 0) ?? null;
  return {
    title: 'Last 7 days',
    value: moneyText(total, currency),
    sub: `${formatShare(week?.coverage ?? null)} of samples known`,
  };
}

type CostRow = NonNullable<CostsView['week']>['rows'][number];

/** Cost in all and by resource, and how much of the requests was used. */
export function costColumns(currency: string): readonly Column<CostRow>[] {
  return [
    moneyColumn('Cost', currency, ({ totalCost }) => totalCost),
    moneyColumn('CPU', currency, ({ cpuCost }) => cpuCost),
    moneyColumn('Memory', currency, ({ ramCost }) => ramCost),
    shareColumn('CPU used', ({ cpuEfficiency }) => cpuEfficiency),
    shareColumn('Memory used', ({ ramEfficiency }) => ramEfficiency),
  ];
}
