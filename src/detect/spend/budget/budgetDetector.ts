import type { Evidence, Scope, Severity, Verdict } from '../../../model/finding.ts';
import { fromNano, toNano, type Nano } from '../../../model/money.ts';
import { HOUR_MS, monthName, monthStart, type TimeMs } from '../../../model/time.ts';
import type { DetectContext, Detector } from '../../detector.ts';
import { cleared, firing, readStep, scopeOn } from '../../verdict.ts';
import { jsonCodec, type DetectorState } from '../../../store/stateCodec.ts';
import { spendByNamespace, spendByOwner } from '../spend.ts';
import { addToBudget, emptyBudget, type BudgetState } from '../../../cost/budgets/budgetState.ts';
import { addMonths } from '../../../cost/budgets/readBudgets.ts';
import { budgetKey } from '../../../cost/budgets/spentElsewhere.ts';
import type { Budget } from '../../../cost/config.ts';
import { forecastMonth, type MonthForecast } from '../../../cost/budgets/monthForecast.ts';
import { budgetSchema, type BudgetThresholds } from './thresholds.ts';
import { formatMoney, formatShare } from '../../../model/text/units.ts';

/**
 * Monthly budgets of namespaces and owners: the forecast comes near the budget, passes it, the spending
 * itself passes it. Each is said once a month: what is spent at once, forecasts on the hour, and not after it is spent. What counts is what the
 * allocations of the budget's pods, its volumes and load balancers cost; idle and shared costs do not. A budget over all
 * clusters is counted in each and watched by the first.
 */
export const budgetDetector: Detector<BudgetState, BudgetThresholds> = {
  name: 'budget',
  version: 1,
  codec: jsonCodec(),
  thresholds: { budget: budgetSchema },
  detect(context, rows) {
    const { config, costs } = context;
    const verdicts: Verdict[] = [];
    const wanted = new Set(config.budgets.map(budgetKey));
    // A copy, since rows change on the way.
    for (const [key, state] of Array.from(rows.entries())) {
      if (wanted.has(key)) continue;
      rows.delete(key);
      verdicts.push(...closeAll(budgetOf(key), state, context, 'The budget was taken away'));
    }
    if (config.budgets.length === 0) return verdicts;
    const byNamespace = spendByNamespace(costs);
    const byOwner: ReadonlyMap<string, Nano> = config.budgets.some(
      ({ owner }) => owner !== undefined,
    )
      ? spendByOwner(context)
      : new Map();
    for (const budget of config.budgets) {
      const nano =
        budget.owner === undefined
          ? byNamespace.get(budget.namespace ?? '')
          : byOwner.get(budget.owner);
      verdicts.push(...advanceBudget(budget, nano ?? 0, context, rows));
    }
    return verdicts;
  },
};

const SPENT: BudgetRule = 'spent-over-budget';

/** What a budget is judged by: this cluster’s month, or that of all. */
interface Judged {
  readonly state: BudgetState;
  readonly forecast: MonthForecast | null;
}

/** Null where a budget over all clusters is watched by another one, or where its figures are unknown. */
function judgedBy(
  budget: Budget,
  state: BudgetState,
  { snapshot, thresholds }: DetectContext<BudgetThresholds>,
): Judged | null {
  const own =
    state.series.days.length >= thresholds.budget.minDays
      ? forecastMonth(state, snapshot.window.end)
      : null;
  if (budget.across !== true) return { state, forecast: own };
  const others = snapshot.spentElsewhere?.[budgetKey(budget)];
  const month = monthName(state.month);
  if (others?.month !== month) return null;
  const spent = fromNano(state.spentNano);
  const all = addMonths([{ month, spent, forecast: own }, others], month);
  return { state: { ...state, spentNano: toNano(all.spent) }, forecast: all.forecast };
}

function advanceBudget(
  budget: Budget,
  nano: Nano,
  context: DetectContext<BudgetThresholds>,
  rows: DetectorState<BudgetState>,
): readonly Verdict[] {
  const { window } = context.snapshot;
  const key = budgetKey(budget);
  const before = rows.get(key) ?? emptyBudget(window.start);
  const state = addToBudget(before, window, nano);
  const verdicts: Verdict[] = [];
  if (monthStart(window.start) !== before.month) {
    verdicts.push(...closeAll(budget, before, context, 'The month is over'));
  }
  const isHour = window.end % HOUR_MS === 0;
  const isBroken = fromNano(state.spentNano) >= budget.monthly && state.fired[SPENT] === undefined;
  const judged = isHour || isBroken ? judgedBy(budget, state, context) : null;
  if (judged === null) {
    rows.set(key, state);
    return verdicts;
  }
  const { forecast } = judged;
  const fired: Record<string, { since: number; open: boolean }> = { ...state.fired };
  for (const rule of isHour ? BUDGET_RULES : [SPENT]) {
    const known = fired[rule];
    const firing = isReached(rule, budget, judged.state, forecast, context, known?.open ?? false);
    // That it will be spent is no news once it is.
    if (known === undefined && rule !== SPENT && state.fired[SPENT] !== undefined) continue;
    if (firing === null || (known !== undefined && !known.open)) continue;
    if (firing) {
      const since = known?.since ?? window.end;
      fired[rule] = { since, open: true };
      verdicts.push(budgetVerdict(budget, rule, judged.state, forecast, since, context));
    } else if (known !== undefined) {
      fired[rule] = { ...known, open: false };
      verdicts.push(clear(budget, rule, state, 'The forecast is within the budget again'));
    }
  }
  rows.set(key, { ...state, fired });
  return verdicts;
}

/** Null: it cannot be told. An open finding stays until the forecast falls clearly below its step. */
function isReached(
  rule: BudgetRule,
  budget: Budget,
  state: BudgetState,
  forecast: MonthForecast | null,
  { thresholds }: DetectContext<BudgetThresholds>,
  isOpen: boolean,
): boolean | null {
  if (rule === SPENT) return fromNano(state.spentNano) >= budget.monthly;
  if (forecast === null) return null;
  const { nearShare, clearShare } = thresholds.budget;
  const step = budget.monthly * (rule === 'forecast-near-budget' ? nearShare : 1);
  return forecast.expected >= (isOpen ? step * clearShare : step);
}

function closeAll(
  budget: Budget,
  state: BudgetState,
  context: DetectContext<BudgetThresholds>,
  why: string,
): readonly Verdict[] {
  return BUDGET_RULES.filter((rule) =>
    context.isOpen('budget', rule, budgetScope(budget, state.month)),
  ).map((rule) => clear(budget, rule, state, why));
}

function clear(budget: Budget, rule: BudgetRule, state: BudgetState, summary: string): Verdict {
  const startedAt = state.fired[rule]?.since ?? state.month;
  const scope = budgetScope(budget, state.month);
  return cleared({ kind: 'budget', rule, scope, startedAt }, summary);
}

/** The budget that a row was kept for; what it was set to is not known any more. */
function budgetOf(key: string): Budget {
  const own = key.replace(/^across\//, '');
  const name = own.slice(own.indexOf('/') + 1);
  return {
    ...(own.startsWith('owner/') ? { owner: name } : { namespace: name }),
    ...(own !== key && { across: true }),
    monthly: 1,
  };
}

/** The three steps, mildest first. */
const BUDGET_RULES = ['forecast-near-budget', 'forecast-over-budget', 'spent-over-budget'] as const;

type BudgetRule = (typeof BUDGET_RULES)[number];

const SEVERITY: Record<BudgetRule, Severity> = {
  'forecast-near-budget': 'info',
  'forecast-over-budget': 'warning',
  'spent-over-budget': 'warning',
};

/** One finding per budget, rule and month. */
function budgetScope(budget: Budget, month: TimeMs): Scope {
  const name = `${monthName(month)}${budget.across === true ? ', all clusters' : ''}`;
  const subject = budget.owner === undefined ? name : `${budget.owner} ${name}`;
  return scopeOn({ namespace: budget.namespace ?? null, subject });
}

/** The verdict of one budget and rule, true since `since`; without a forecast what is spent speaks alone. */
function budgetVerdict(
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
