import type { CostReport } from '../../cost/report/costReport.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { forecastOfDays, readBudgets, type BudgetStatus } from '../../cost/budgets/readBudgets.ts';
import { readCosts, seriesOnBasis } from '../../cost/report/readCosts.ts';
import type { CostTable } from '../../store/costTable.ts';
import { DAY_MS, type TimeMs, type Window } from '../../model/time.ts';
import type { AnswerContext, Whose } from './answerContext.ts';
import { spendDays, type SpendDays } from './spendDays.ts';

export interface CostsAsk extends Whose {
  readonly namespace: string;
  /** One workload of it, or null for all. */
  readonly workload: WorkloadRef | null;
}

/** What a namespace, or one workload of it, costs. */
export interface CostsView {
  readonly watermark: TimeMs | null;
  readonly span: Window | null;
  /** The last seven days, by workload or by container. */
  readonly week: CostReport | null;
  readonly days: SpendDays;
  readonly month: BudgetStatus | null;
  readonly budget: BudgetStatus | null;
}

/** What a namespace, or one workload of it, costs. */
export async function answerCosts(ask: CostsAsk, context: AnswerContext): Promise<CostsView> {
  const { namespace, workload } = ask;
  const key = JSON.stringify([namespace, workload]);
  return context.perWindow(`costs ${key}`, () => readCostsView(ask, context));
}

async function readCostsView(
  { namespace, workload }: CostsAsk,
  context: AnswerContext,
): Promise<CostsView> {
  const { reader } = context;
  const { pricing, cluster, budgets } = context.config();
  const { watermark, historyStart, windowMs = 0 } = await reader.status();
  if (watermark === null || historyStart === null)
    return { watermark, span: null, week: null, days: NO_DAYS, month: null, budget: null };
  const span = { start: watermark - 7 * DAY_MS, end: watermark };
  const by =
    workload === null ? ['workload' as const] : ['workload' as const, 'container' as const];
  const report = await readCosts(reader, pricing, {
    cluster,
    query: { from: span.start, to: span.end, by, namespaces: [namespace] },
  });
  const isChosen = (one: { readonly kind: string; readonly name: string } | null | undefined) =>
    workload === null || (one?.kind === workload.kind && one.name === workload.name);
  const tables = await workloadDays(namespace, watermark, historyStart - windowMs, context);
  const days = spendDays(tables, (row) =>
    isChosen(row.workload) ? `${row.workload?.kind ?? ''}/${row.workload?.name ?? ''}` : null,
  );
  const [budget] = await readBudgets(
    reader,
    pricing,
    budgets.filter((one) => one.namespace === namespace),
  );
  return {
    watermark,
    span,
    week: { ...report, rows: report.rows.filter((row) => isChosen(row.workload)) },
    days,
    month: workload === null ? forecastOfDays(tables, watermark, [namespace]) : null,
    budget: workload === null ? (budget ?? null) : null,
  };
}

const NO_DAYS = { starts: [], lines: [] };
const DAYS_BACK = 56;

/** Costs by workload of one namespace for every day: read once a window. */
function workloadDays(
  namespace: string,
  watermark: number,
  begins: number,
  { reader, config, perWindow }: AnswerContext,
): Promise<readonly CostTable[]> {
  return perWindow(`workload days ${namespace}`, () => {
    const today = Math.floor((watermark - 1) / DAY_MS) * DAY_MS;
    const first = Math.max(Math.floor(begins / DAY_MS) * DAY_MS, today - DAYS_BACK * DAY_MS);
    const boundaries: number[] = [Math.max(first, begins)];
    for (let day = first + DAY_MS; day <= today; day += DAY_MS) boundaries.push(day);
    boundaries.push(watermark);
    const distinct = [...new Set(boundaries)];
    const query = { boundaries: distinct, by: ['workload' as const], namespaces: [namespace] };
    return seriesOnBasis(reader, config().pricing, query);
  });
}
