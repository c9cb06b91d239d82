import type { Budget } from '../../cost/config.ts';
import {
  readSpendDays,
  forecastOfDays,
  readBudgets,
  type BudgetStatus,
} from '../../cost/budgets/readBudgets.ts';
import { costNano, nodeNano } from '../../model/costParts.ts';
import type { CostTable, CostDimension } from '../../store/costTable.ts';
import type { HistoryStatus } from '../../store/history.ts';
import { fromNano } from '../../model/money.ts';
import {
  ceilTo,
  DAY_MS,
  floorTo,
  HOUR_MS,
  WEEK_MS,
  type Span,
  type TimeMs,
} from '../../model/time.ts';
import { isWorkload, type AnswerContext, type AskedSpan, type Whose } from './answerContext.ts';
import type { CostReport } from '../../cost/report/costReport.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { readCosts, seriesOnBasis } from '../../cost/report/readCosts.ts';
import { renderCosts } from '../../cost/report/renderCosts.ts';
import { fixedNano } from '../../cost/report/shareCosts.ts';
import { computeAssets, nodePricing } from '../opencost/assets.ts';
import { computeAllocations, type AllocationSource } from '../opencost/computeAllocations.ts';
import type { AssetQuery, OpenCostQuery } from '../opencost/parseQuery.ts';
import { toSummary } from '../opencost/toSummary.ts';

/** Spend by UTC day, the last one so far; money in the configured currency. */
export interface SpendDays {
  readonly starts: readonly TimeMs[];
  readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** Days that a chart of spend shows. */
const SHOWN_DAYS = 30;

/**
 * Costs by namespace for every day of the last eight weeks on the configured basis, for all readers. Days that are past are read once
 * an hour (a late correction and a bill show then), yesterday and today once a window.
 */
export function spendTables(context: AnswerContext): Promise<readonly CostTable[]> {
  const { reader, perWindow, perHour } = context;
  const { pricing } = context.config();
  return perWindow(`spend days ${pricing.basis}`, async () => {
    const past = await perHour(`past days ${pricing.basis}`, () =>
      readSpendDays(reader, pricing, null, 'past'),
    );
    return [...past, ...(await readSpendDays(reader, pricing, null, 'recent'))];
  });
}

/** Lines by key, the dearest first. */
export function spendDays(
  tables: readonly CostTable[],
  keyOf: (row: CostTable['rows'][number]) => string | null,
  most = SHOWN_DAYS,
): SpendDays {
  const shown = tables.slice(-most);
  const lines = new Map<string, number[]>();
  shown.forEach(({ rows }, day) => {
    for (const row of rows) {
      const key = keyOf(row);
      if (key === null) continue;
      let values = lines.get(key);
      if (values === undefined) lines.set(key, (values = shown.map(() => 0)));
      values[day] = (values[day] ?? 0) + fromNano(costNano(row));
    }
  });
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    starts: shown.map(({ window }) => window.start),
    lines: [...lines]
      .map(([name, values]) => ({ name, values }))
      .sort((a, b) => sum(b.values) - sum(a.values) || (a.name < b.name ? -1 : 1)),
  };
}

/** Idle cost by day. */
export function idleDays(tables: readonly CostTable[]): readonly number[] {
  return tables.slice(-SHOWN_DAYS).map(({ idle }) => fromNano(nodeNano(idle)));
}

/** Change of the last seven whole days against the seven before, as a share, by namespace. */
export function weeklyTrends(tables: readonly CostTable[]): Readonly<Record<string, number>> {
  const whole = tables.filter(({ window }) => window.end - window.start === DAY_MS);
  if (whole.length < 14) return {};
  const last = sums(whole.slice(-7));
  const before = sums(whole.slice(-14, -7));
  return Object.fromEntries(
    [...last].flatMap(([namespace, nano]) => {
      const earlier = before.get(namespace) ?? 0;
      return earlier > 0 ? [[namespace, nano / earlier - 1]] : [];
    }),
  );
}

function sums(tables: readonly CostTable[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { rows } of tables)
    for (const row of rows) {
      const key = row.namespace ?? '';
      found.set(key, (found.get(key) ?? 0) + costNano(row));
    }
  return found;
}

export interface CostsAsk extends Whose {
  readonly namespace: string;
  /** One workload of it, or null for all. */
  readonly workload: WorkloadRef | null;
}

/** What a namespace, or one workload of it, costs. */
export interface CostsView {
  readonly watermark: TimeMs | null;
  /** The last seven days, by workload or by container. */
  readonly week: CostReport | null;
  readonly days: SpendDays;
  readonly month: BudgetStatus | null;
  readonly budget: BudgetStatus | null;
}

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
    return { watermark, week: null, days: NO_DAYS, month: null, budget: null };
  const by: readonly CostDimension[] = workload === null ? ['workload'] : ['workload', 'container'];
  const report = await readCosts(reader, pricing, {
    cluster,
    query: { from: watermark - WEEK_MS, to: watermark, by, namespaces: [namespace] },
  });
  const tables = await workloadDays(namespace, watermark, historyStart - windowMs, context);
  const days = spendDays(tables, (row) =>
    isWorkload(row.workload, workload)
      ? `${row.workload?.kind ?? ''}/${row.workload?.name ?? ''}`
      : null,
  );
  const [budget] = await readBudgets(
    reader,
    pricing,
    budgets.filter((one: Budget) => one.across !== true && one.namespace === namespace),
  );
  return {
    watermark,
    week: { ...report, rows: report.rows.filter((row) => isWorkload(row.workload, workload)) },
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

/** A text as it is sent: megabytes are handed over between threads, and to the connection, without a copy. */
export type Utf8 = Uint8Array<ArrayBuffer>;

export function toUtf8(text: string): Utf8 {
  return new TextEncoder().encode(text);
}

/** Rows that are read for an answer which leaves the process: with their JSON they take half of a gigabyte. */
export const MOST_ROWS = 100_000;

export interface CostReportAsk extends Whose, AskedSpan {
  readonly by: readonly CostDimension[];
  readonly idle: 'separate' | 'share';
  readonly format: 'json' | 'csv';
}

/** What was spent, as the text that is sent: it may be megabytes. */
export async function answerCostReport(
  { idle, format, ...query }: CostReportAsk,
  { reader, config }: AnswerContext,
): Promise<Utf8> {
  const { cluster, pricing } = config();
  const asked = { ...query, mostRows: MOST_ROWS };
  const report = await readCosts(reader, pricing, { cluster, idle, query: asked });
  return toUtf8(format === 'csv' ? renderCosts(report, 'csv') : JSON.stringify(report));
}

/** Callers check first whether the principal may see the namespace. */
export interface SpendAsk {
  readonly namespace: string;
  readonly from: TimeMs;
  readonly to: TimeMs;
}

/** Spend by steps of one length, only whole ones. */
export interface SpendSteps extends SpendDays {
  readonly stepMs: number;
}

/** A longer span is read by the day. */
const LONGEST_BY_HOUR_MS = 14 * DAY_MS;

/** What the workloads of a namespace cost over a span, in whole hours, or days where it is long. */
export async function answerSpend(ask: SpendAsk, context: AnswerContext): Promise<SpendSteps> {
  const { reader, config, perWindow } = context;
  const { namespace, from, to } = ask;
  const { stepMs, boundaries } = wholeSteps(
    { from, to },
    LONGEST_BY_HOUR_MS,
    await reader.status(),
  );
  if (boundaries.length === 0) return { ...NO_DAYS, stepMs };
  const span = [boundaries[0], boundaries.at(-1)];
  return perWindow(JSON.stringify(['spend', namespace, ...span]), async () => {
    const query = { boundaries, by: ['workload' as const], namespaces: [namespace] };
    const tables = await seriesOnBasis(reader, config().pricing, query);
    const steps = spendDays(
      tables,
      ({ workload }) => (workload === null ? null : `${workload.kind}/${workload.name}`),
      tables.length,
    );
    return { ...steps, stepMs };
  });
}

/**
 * The whole hours of a span that are sealed, or its days where it is longer than `longestByHourMs`: the boundaries
 * between them, none where no step is whole.
 */
export function wholeSteps(
  { from, to }: Span,
  longestByHourMs: number,
  { watermark, historyStart, windowMs = 0 }: HistoryStatus,
): { readonly stepMs: number; readonly boundaries: readonly TimeMs[] } {
  const stepMs = to - from > longestByHourMs ? DAY_MS : HOUR_MS;
  if (watermark === null || historyStart === null) return { stepMs, boundaries: [] };
  const first = ceilTo(Math.max(from, historyStart - windowMs), stepMs);
  const last = floorTo(Math.min(to, watermark), stepMs);
  if (last <= first) return { stepMs, boundaries: [] };
  const count = (last - first) / stepMs;
  const boundaries = Array.from({ length: count + 1 }, (_, index) => first + index * stepMs);
  return { stepMs, boundaries };
}

export type AllocationsAsk = Whose &
  (
    | { readonly call: 'allocation' | 'summary'; readonly query: OpenCostQuery }
    | { readonly call: 'assets'; readonly query: AssetQuery }
    | { readonly call: 'nodePricing' }
  );

/** OpenCost's answer to a call, as the text that is sent. */
export async function answerAllocations(
  ask: AllocationsAsk,
  { reader, config }: AnswerContext,
): Promise<Utf8> {
  const { cluster, pricing, schedule } = config();
  const source: AllocationSource = {
    reader,
    series: (asked) => seriesOnBasis(reader, pricing, { ...asked, mostRows: MOST_ROWS }),
    cluster,
    windowMs: schedule.window,
    namespaces: ask.namespaces,
    fixedNano: (window) => fixedNano(pricing, window),
  };
  const data = await answerOf(ask, source);
  return toUtf8(JSON.stringify({ code: 200, status: 'success', data }));
}

async function answerOf(ask: AllocationsAsk, source: AllocationSource): Promise<object> {
  switch (ask.call) {
    case 'allocation':
      return computeAllocations(source, ask.query);
    case 'summary':
      return toSummary(await computeAllocations(source, ask.query), ask.query);
    case 'assets':
      return computeAssets(source, ask.query);
    default:
      return nodePricing(source);
  }
}
