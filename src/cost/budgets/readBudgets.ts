import { z } from 'zod';
import type { Given } from '../../model/given.ts';
import type { Budget, PricingConfig } from '../config.ts';
import type { BudgetState } from './budgetState.ts';
import { forecastMonth, type MonthForecast } from './monthForecast.ts';
import type { CostRow, CostTable } from '../../store/costTable.ts';
import { fromNano, type Nano } from '../../model/money.ts';
import { DAY_MS, floorTo, monthName, monthStart, type TimeMs } from '../../model/time.ts';
import type { BilledHistory } from '../bill/effectiveCosts.ts';
import { costNano } from '../../model/costParts.ts';
import { seriesOnBasis } from '../report/readCosts.ts';

const money = z.number().describe('in `currency`');

/** A budget as it stands this month; money in the history's currency. */
export const budgetStatusSchema = z.object({
  namespace: z.string().optional(),
  owner: z.string().optional(),
  across: z.literal(true).optional().describe('over all clusters'),
  without: z
    .array(z.string())
    .optional()
    .describe('clusters that are not in the figures, since their history cannot be read'),
  month: z.string().describe('2026-11, in UTC'),
  monthly: money,
  spent: money.describe('of the month, as far as it was seen'),
  forecast: z
    .object({
      expected: money,
      low: money,
      high: money,
      spent: money,
      unseen: money.describe('part of `expected` put in for the time before the history began'),
    })
    .nullable()
    .describe('with its 80 % interval; null with less than three whole days of history'),
});

export type BudgetStatus = Given<z.output<typeof budgetStatusSchema>>;

/** Eight weeks of days are all that a forecast looks at. */
const DAYS_BACK = 56;

/**
 * Budgets with what is spent and what the month will come to, from the history's days on the configured
 * basis; the same forecast that the budget findings rest on, which know of no bill. Months and days are UTC.
 *
 * @param budgets may hold none: the answer is empty then.
 * @param others the histories of other clusters, for budgets over all of them
 */
export async function readBudgets(
  reader: BilledHistory,
  pricing: PricingConfig,
  budgets: readonly Budget[],
  { histories, unread }: SharedHistories = { histories: [], unread: [] },
): Promise<readonly BudgetStatus[]> {
  const own = await readOwnBudgets(reader, pricing, budgets);
  const shared = budgets.filter(({ across }) => across === true);
  if (shared.length === 0) return own;
  const others: (readonly BudgetStatus[])[] = [];
  for (const other of histories)
    others.push(await readOwnBudgets(other.reader, other.pricing, shared));
  return own.map((status) => {
    if (status.across !== true) return status;
    const parts = others.flatMap((statuses) => statuses.filter((one) => isSame(one, status)));
    const sum = { ...status, ...addMonths([status, ...parts], status.month) };
    return unread.length === 0 ? sum : { ...sum, without: unread };
  });
}

interface SharedHistories {
  readonly histories: readonly {
    readonly reader: BilledHistory;
    readonly pricing: PricingConfig;
  }[];
  readonly unread: readonly string[];
}

/** A budget’s month in one cluster or several. */
type BudgetMonth = Pick<BudgetStatus, 'month' | 'spent' | 'forecast'>;

function isSame(one: BudgetStatus, other: BudgetStatus): boolean {
  return one.namespace === other.namespace && one.owner === other.owner;
}

/**
 * What several clusters have spent and will. The ends of the interval are added up, as if all erred the same way; where one
 * has no forecast there is none.
 */
export function addMonths(
  parts: readonly BudgetMonth[],
  month: string,
): Pick<BudgetStatus, 'spent' | 'forecast'> {
  // A cluster that is behind, in the month before, has spent nothing of this one that is known.
  const current = parts.filter((part) => part.month === month);
  const forecasts = current.flatMap(({ forecast }) => forecast ?? []);
  const sum = (of: (forecast: MonthForecast) => number) =>
    forecasts.reduce((total, forecast) => total + of(forecast), 0);
  return {
    spent: current.reduce((total, { spent }) => total + spent, 0),
    forecast:
      forecasts.length < parts.length
        ? null
        : {
            spent: sum(({ spent }) => spent),
            unseen: sum(({ unseen }) => unseen),
            expected: sum(({ expected }) => expected),
            low: sum(({ low }) => low),
            high: sum(({ high }) => high),
          },
  };
}

async function readOwnBudgets(
  reader: BilledHistory,
  pricing: PricingConfig,
  budgets: readonly Budget[],
): Promise<readonly BudgetStatus[]> {
  const { historyStart, windowMs = 0, watermark } = await reader.status();
  if (budgets.length === 0 || historyStart === null || watermark === null) return [];
  const boundaries = daysUntil(watermark, historyStart - windowMs);
  const spendOf = async (by: 'namespace' | 'owner'): Promise<readonly CostTable[]> =>
    seriesOnBasis(reader, pricing, { boundaries, by: [by], namespaces: null });
  const byNamespace = budgets.some((budget) => budget.namespace !== undefined);
  const byOwner = budgets.some((budget) => budget.owner !== undefined);
  const tables = {
    namespace: byNamespace ? await spendOf('namespace') : [],
    owner: byOwner ? await spendOf('owner') : [],
  };
  return budgets.map((budget) => statusOf(budget, tables, watermark));
}

/** What the whole cluster's nodes have cost this month, and will by its end. */
export async function readClusterForecast(
  reader: BilledHistory,
  pricing: PricingConfig,
): Promise<BudgetStatus | null> {
  const { watermark } = await reader.status();
  if (watermark === null) return null;
  const tables = await readSpendDays(reader, pricing, null);
  return tables.length === 0 ? null : forecastOfDays(tables, watermark, null);
}

/** Days at the end that may still change with every window: today, and yesterday's late corrections. */
const RECENT_DAYS = 2;

/**
 * Costs by namespace for each UTC day that a forecast looks at, the current one included; empty without history.
 *
 * @param part `past` leaves the last two days out, `recent` is only those.
 */
export async function readSpendDays(
  reader: BilledHistory,
  pricing: PricingConfig,
  namespaces: readonly string[] | null,
  part: 'all' | 'past' | 'recent' = 'all',
): Promise<readonly CostTable[]> {
  const { historyStart, windowMs = 0, watermark } = await reader.status();
  if (historyStart === null || watermark === null) return [];
  const all = daysUntil(watermark, historyStart - windowMs);
  const cut = Math.max(0, all.length - 1 - RECENT_DAYS);
  const boundaries =
    part === 'all' ? all : part === 'past' ? all.slice(0, cut + 1) : all.slice(cut);
  if (boundaries.length < 2) return [];
  return seriesOnBasis(reader, pricing, { boundaries, by: ['namespace'], namespaces });
}

/** The month that `watermark` is in, from its days: of the whole cluster, or of some namespaces without idle. */
export function forecastOfDays(
  tables: readonly CostTable[],
  watermark: TimeMs,
  namespaces: readonly string[] | null,
): BudgetStatus {
  const own = namespaces === null ? null : new Set(namespaces);
  // Volumes, load balancers and egress are in rows; CPU, RAM and GPU are the nodes', idle included.
  const nanoOf = (table: CostTable): Nano =>
    own === null
      ? table.rows.reduce(
          (sum, row) => sum + costNano(row) - row.cpuNano - row.ramNano - row.gpuNano,
          table.nodesNano,
        )
      : table.rows.reduce(
          (sum, row) => (own.has(row.namespace ?? '') ? sum + costNano(row) : sum),
          0,
        );
  return toStatus({ monthly: 0 }, stateOf(tables, nanoOf, watermark), watermark);
}

function statusOf(
  budget: Budget,
  tables: Readonly<Record<'namespace' | 'owner', readonly CostTable[]>>,
  watermark: TimeMs,
): BudgetStatus {
  const isHis = (row: CostRow): boolean =>
    budget.owner === undefined ? row.namespace === budget.namespace : row.owner === budget.owner;
  const nanoOf = ({ rows }: CostTable): Nano =>
    rows.reduce((sum, row) => (isHis(row) ? sum + costNano(row) : sum), 0);
  const chosen = budget.owner === undefined ? tables.namespace : tables.owner;
  return toStatus(budget, stateOf(chosen, nanoOf, watermark), watermark);
}

/** The same state that the detector keeps, made from the history's days. */
function stateOf(
  tables: readonly CostTable[],
  nanoOf: (table: CostTable) => Nano,
  watermark: TimeMs,
): BudgetState {
  const month = monthStart(watermark - 1);
  const whole = tables.filter(({ window }) => window.end - window.start === DAY_MS);
  const ofMonth = tables.filter(({ window }) => window.start >= month);
  const today = floorTo(watermark - 1, DAY_MS);
  return {
    month,
    spentNano: ofMonth.reduce((sum, table) => sum + nanoOf(table), 0),
    seenMs: ofMonth.reduce((sum, { window }) => sum + window.end - window.start, 0),
    day: today,
    dayNano: 0,
    dayMs: 0,
    series: {
      start: whole[0]?.window.start ?? today,
      days: whole.slice(-DAYS_BACK).map((table) => fromNano(nanoOf(table))),
    },
    fired: {},
  };
}

function toStatus(
  budget: Omit<Budget, 'across'> & { readonly across?: true },
  state: BudgetState,
  watermark: TimeMs,
): BudgetStatus {
  return {
    ...(budget.namespace === undefined ? {} : { namespace: budget.namespace }),
    ...(budget.owner === undefined ? {} : { owner: budget.owner }),
    ...(budget.across === true && { across: true }),
    month: monthName(state.month),
    monthly: budget.monthly,
    spent: fromNano(state.spentNano),
    forecast: forecastMonth(state, watermark),
  };
}

/** Midnights from eight weeks back (or the history's beginning) on, and the watermark itself. */
function daysUntil(watermark: TimeMs, begins: TimeMs): readonly TimeMs[] {
  const today = floorTo(watermark, DAY_MS);
  const first = Math.max(begins, Math.min(monthStart(watermark - 1), today - DAYS_BACK * DAY_MS));
  const boundaries = [first];
  for (let day = floorTo(first, DAY_MS) + DAY_MS; day < watermark; day += DAY_MS) {
    boundaries.push(day);
  }
  boundaries.push(watermark);
  return boundaries;
}
