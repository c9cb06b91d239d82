import type { Budget } from '../../cost/config.ts';
import type { WindowCoverage } from '../../store/usage.ts';
import type { CostReport } from '../../cost/report/costReport.ts';
import { forecastOfDays, readBudgets, type BudgetStatus } from '../../cost/budgets/readBudgets.ts';
import { readCosts } from '../../cost/report/readCosts.ts';
import { DAY_MS, WEEK_MS, type TimeMs } from '../../model/time.ts';
import { isVisible, type AnswerContext, type Whose } from './answerContext.ts';
import { idleDays, spendDays, spendTables, weeklyTrends, type SpendDays } from './answerCosts.ts';

export interface Overview {
  readonly watermark: TimeMs | null;
  readonly windowMs: number;
  /** Spent this month, and the month's forecast with its interval; null without history. */
  readonly month: BudgetStatus | null;
  readonly budgets: readonly BudgetStatus[];
  /** Up to 30 days by namespace, the dearest first, idle last; `null` idle where it is not for these eyes. */
  readonly days: SpendDays;
  readonly idleDays: readonly number[] | null;
  /** The last seven days by namespace; null without history. */
  readonly week: CostReport | null;
  /** Change of the last seven whole days against the seven before, as a share; by namespace. */
  readonly trends: Readonly<Record<string, number>>;
  /** Coverage of the last day's windows. */
  readonly windows: readonly WindowCoverage[];
}

/** The first page: what is spent and where it goes, and how much of it is known. */
export async function answerOverview(
  { namespaces }: Whose,
  context: AnswerContext,
): Promise<Overview> {
  const { reader } = context;
  const { watermark, windowMs = 300_000 } = await reader.status();
  const shared = { watermark, windowMs };
  if (watermark === null) return { ...shared, ...NOTHING };
  const money = await context.perWindow(`overview ${JSON.stringify(namespaces)}`, () =>
    readMoney({ namespaces }, watermark, context),
  );
  return { ...shared, ...money };
}

const NOTHING: Omit<Overview, 'watermark' | 'windowMs'> = {
  month: null,
  budgets: [],
  days: { starts: [], lines: [] },
  idleDays: null,
  week: null,
  trends: {},
  windows: [],
};

async function readMoney(
  { namespaces }: Whose,
  watermark: number,
  context: AnswerContext,
): Promise<typeof NOTHING> {
  const { reader } = context;
  const { pricing, cluster, budgets } = context.config();
  const tables = await spendTables(context);
  const isOwn = isVisible({ namespaces });
  const query = { from: watermark - WEEK_MS, to: watermark, by: ['namespace' as const] };
  const ownBudgets = budgets.filter(
    (one: Budget) => one.across !== true && isOwn(one.namespace ?? null),
  );
  return {
    month: tables.length === 0 ? null : forecastOfDays(tables, watermark, namespaces),
    budgets: await readBudgets(reader, pricing, ownBudgets),
    days: spendDays(tables, ({ namespace }) => (isOwn(namespace) ? (namespace ?? '') : null)),
    idleDays: namespaces === null ? idleDays(tables) : null,
    week: await readCosts(reader, pricing, { cluster, query: { ...query, namespaces } }),
    trends: Object.fromEntries(
      Object.entries(weeklyTrends(tables)).filter(([namespace]) => isOwn(namespace)),
    ),
    windows: await reader.windowCoverage(watermark - DAY_MS, watermark),
  };
}
