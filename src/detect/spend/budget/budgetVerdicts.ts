import type { Budget } from '../../../cost/config.ts';
import type { DetectContext } from '../../detector.ts';
import { firing, readStep, scopeOn } from '../../verdict.ts';
import type { Evidence, Scope, Severity, Verdict } from '../../../model/finding.ts';
import { fromNano } from '../../../model/money.ts';
import { monthName, type TimeMs } from '../../../model/time.ts';
import type { BudgetState } from '../../../cost/budgets/budgetState.ts';
import type { MonthForecast } from '../../../cost/budgets/monthForecast.ts';
import { formatMoney, formatShare } from '../../../model/text/units.ts';

/** The three steps, mildest first. */
export const BUDGET_RULES = [
  'forecast-near-budget',
  'forecast-over-budget',
  'spent-over-budget',
] as const;

export type BudgetRule = (typeof BUDGET_RULES)[number];

const SEVERITY: Record<BudgetRule, Severity> = {
  'forecast-near-budget': 'info',
  'forecast-over-budget': 'warning',
  'spent-over-budget': 'warning',
};

/** One finding per budget, rule and month. */
export function budgetScope(budget: Budget, month: TimeMs): Scope {
  const name = `${monthName(month)}${budget.across === true ? ', all clusters' : ''}`;
  const subject = budget.owner === undefined ? name : `${budget.owner} ${name}`;
  return scopeOn({ namespace: budget.namespace ?? null, subject });
}

/** The verdict of one budget and rule, true since `since`; without a forecast what is spent speaks alone. */
export function budgetVerdict(
  budget: Budget,
  rule: BudgetRule,
  state: BudgetState,
  forecast: MonthForecast | null,
  since: TimeMs,
  { config }: DetectContext,
): Verdict {
  const { currency } = config.pricing;
  const amount = (units: number): string => formatMoney(units, currency);
  const spent = fromNano(state.spentNano);
  const name = budget.owner === undefined ? `Namespace ${budget.namespace}` : budget.owner;
  const who = budget.across === true ? `${name} in all clusters` : name;
  const month = monthName(state.month);
  const share = (units: number): string => formatShare(units / budget.monthly);
  const ends =
    forecast === null
      ? ''
      : `; the forecast for the month's end is ${amount(forecast.expected)} (80% interval ${amount(forecast.low)} to ${amount(forecast.high)})`;
  const summary =
    rule === 'spent-over-budget'
      ? `${who} has spent ${amount(spent)} in ${month}, ${share(spent)} of its budget of ${amount(budget.monthly)}${ends}`
      : `${who} is forecast to spend ${amount(forecast?.expected ?? spent)} in ${month}, ${share(forecast?.expected ?? spent)} of its budget of ${amount(budget.monthly)} (80% interval ${amount(forecast?.low ?? spent)} to ${amount(forecast?.high ?? spent)}); ${amount(spent)} spent so far`;
  return firing({
    kind: 'budget',
    rule,
    scope: budgetScope(budget, state.month),
    severity: SEVERITY[rule],
    score: rule === 'forecast-near-budget' ? 40 : rule === 'forecast-over-budget' ? 60 : 80,
    startedAt: since,
    summary,
    evidence: evidenceOf(budget, spent, forecast, currency),
    next: [
      readStep(
        `burnwatch costs --window month --by ${budget.across === true ? 'cluster,workload' : 'workload'}`,
        'Shows the cost of each workload',
      ),
    ],
    costPerMonth: Math.max(0, (forecast?.expected ?? spent) - budget.monthly),
  });
}

function evidenceOf(
  budget: Budget,
  spent: number,
  forecast: MonthForecast | null,
  currency: string,
): readonly Evidence[] {
  const base = { family: 'money', threshold: budget.monthly, unit: currency } as const;
  const evidence: Evidence[] = [
    {
      ...base,
      signal: 'spent',
      value: spent,
      weight: spent >= budget.monthly ? 80 : 0,
      text: `Spent so far this month: ${formatMoney(spent, currency)} of ${formatMoney(budget.monthly, currency)}`,
    },
  ];
  if (forecast === null) return evidence;
  const unseen =
    forecast.unseen > 0
      ? ` Includes ${formatMoney(forecast.unseen, currency)} estimated for days before the history began`
      : '';
  evidence.push({
    ...base,
    signal: 'forecast',
    value: forecast.expected,
    weight: forecast.expected >= budget.monthly ? 60 : 40,
    text:
      `At the month's end: ${formatMoney(forecast.expected, currency)}, 80% interval ` +
      `${formatMoney(forecast.low, currency)} to ${formatMoney(forecast.high, currency)}.${unseen}`,
  });
  return evidence;
}
