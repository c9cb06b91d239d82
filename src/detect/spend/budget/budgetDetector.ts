import type { Verdict } from '../../../model/finding.ts';
import { fromNano, toNano, type Nano } from '../../../model/money.ts';
import { HOUR_MS, monthName, monthStart } from '../../../model/time.ts';
import type { DetectContext, Detector } from '../../detector.ts';
import { cleared } from '../../verdict.ts';
import { jsonCodec, type DetectorState } from '../../../store/stateCodec.ts';
import { spendByNamespace, spendByOwner } from '../spend.ts';
import { addToBudget, emptyBudget, type BudgetState } from '../../../cost/budgets/budgetState.ts';
import { BUDGET_RULES, budgetScope, budgetVerdict, type BudgetRule } from './budgetVerdicts.ts';
import { addMonths } from '../../../cost/budgets/readBudgets.ts';
import { budgetKey } from '../../../cost/budgets/spentElsewhere.ts';
import type { Budget } from '../../../cost/config.ts';
import { forecastMonth, type MonthForecast } from '../../../cost/budgets/monthForecast.ts';
import { budgetSchema, type BudgetThresholds } from './thresholds.ts';

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
