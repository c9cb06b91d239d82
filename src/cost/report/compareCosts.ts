import { z } from 'zod';
import type { Given } from '../../model/given.ts';
import { fromNano, toNano } from '../../model/money.ts';
import { partsKey, rowParts } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { PricingConfig } from '../config.ts';
import { costReportSchema, type CostReport, type CostReportRow } from './costReportForm.ts';
import { readCosts, type CostRequest } from './readCosts.ts';

const money = z.number().describe('in `currency`');
const change = money.nullable().describe('null where the periods cannot be compared');

/** A cost report beside that of the period before, which is as long and adjoins it. */
export const comparedReportSchema = costReportSchema.extend({
  rows: z.array(
    costReportSchema.shape.rows.element.extend({
      /** What the same row cost in the period before; 0 where there was none. */
      previousCost: money,
      change,
      /** Of what it cost before; null also where that was nothing. */
      changeShare: z.number().nullable(),
    }),
  ),
  previous: z.object({
    window: costReportSchema.shape.window,
    coverage: z.number().min(0).max(1),
    /** False where one period has much less data than the other: a change would be that of the data. */
    comparable: z.boolean(),
    idleCost: money,
    totalCost: money,
  }),
  /** Of the total. */
  change,
  changeShare: z.number().nullable(),
});

export type ComparedReport = Given<z.output<typeof comparedReportSchema>>;
export type ComparedRow = ComparedReport['rows'][number];

/** Periods of which one has less than this share of the other's coverage are not compared. */
const LEAST_COVERAGE = 0.9;

/**
 * Reads what was spent, and what in the period before. What is asked for beyond the last sealed window has no
 * counterpart: the period before is as long as what is sealed.
 */
export async function compareCosts(
  reader: HistoryReader,
  pricing: PricingConfig,
  request: CostRequest,
): Promise<ComparedReport> {
  const { query } = request;
  const { watermark } = await reader.status();
  const sealed = Math.min(query.to, watermark ?? query.to) - query.from;
  const now = await readCosts(reader, pricing, request);
  const asked = { ...query, from: query.from - Math.max(sealed, 0), to: query.from };
  const before =
    sealed > 0
      ? await readCosts(reader, pricing, { ...request, query: asked })
      : { ...now, rows: [], idle: NO_IDLE, totalCost: 0, coverage: 0 };
  const sealedCoverage = sealed > 0 ? now.coverage * ((query.to - query.from) / sealed) : 0;
  return compareReports(now, before, sealedCoverage);
}

const NO_IDLE = { cpuCost: 0, ramCost: 0, gpuCost: 0, totalCost: 0 };

/**
 * Puts two reports of the same question beside each other; rows of either are rows of the answer.
 * @param coverage of the time that is sealed
 */
export function compareReports(
  now: CostReport,
  before: CostReport,
  coverage = now.coverage,
): ComparedReport {
  const [less, more] = [coverage, before.coverage].sort((a, b) => a - b) as [number, number];
  const comparable = less > 0 && less >= LEAST_COVERAGE * more;
  const changes = (cost: number, previousCost: number) => {
    const previous = toNano(previousCost);
    const nano = toNano(cost) - previous;
    return {
      change: comparable ? fromNano(nano) : null,
      changeShare: comparable && previous > 0 ? nano / previous : null,
    };
  };
  const earlier = new Map(before.rows.map((row) => [keyOf(row), row]));
  const rows = now.rows.map((row): ComparedRow => {
    const previousCost = earlier.get(keyOf(row))?.totalCost ?? 0;
    earlier.delete(keyOf(row));
    return { ...row, previousCost, ...changes(row.totalCost, previousCost) };
  });
  const gone = [...earlier.values()].map((row): ComparedRow => {
    return {
      ...withoutAmounts(row),
      previousCost: row.totalCost,
      ...changes(0, row.totalCost),
    };
  });
  return {
    ...now,
    rows: [...rows, ...gone],
    previous: {
      window: before.window,
      coverage: before.coverage,
      comparable,
      idleCost: before.idle.totalCost,
      totalCost: before.totalCost,
    },
    ...changes(now.totalCost, before.totalCost),
  };
}

function keyOf(row: CostReportRow): string {
  return partsKey(rowParts(row));
}

/** A row that cost nothing now keeps its names, and how far it was known. */
function withoutAmounts(row: CostReportRow): CostReportRow {
  const { coverage, priceConfidence } = row;
  const zeros = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'number' ? 0 : value]),
  ) as unknown as CostReportRow;
  return { ...zeros, coverage, priceConfidence };
}

const SORTS = {
  cost: ({ totalCost }) => totalCost,
  previous: ({ previousCost }) => previousCost,
  change: ({ change }) => change,
  share: ({ changeShare }) => changeShare,
  cpu: ({ cpuCost }) => cpuCost,
  memory: ({ ramCost }) => ramCost,
  efficiency: ({ efficiency }) => efficiency,
  coverage: ({ coverage }) => coverage,
  name: () => 0,
} as const satisfies Record<string, (row: ComparedRow) => number | null>;

export type CostSort = keyof typeof SORTS;
export const COST_SORTS = Object.keys(SORTS) as [CostSort, ...CostSort[]];

/** Rows in an order; unknown comes last, equals by name. */
export function sortRows(
  rows: readonly ComparedRow[],
  sort: CostSort,
  order: 'asc' | 'desc',
): readonly ComparedRow[] {
  const valueOf: (row: ComparedRow) => number | null = SORTS[sort];
  const sign = order === 'asc' ? 1 : -1;
  const byName = (a: ComparedRow, b: ComparedRow) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  if (sort === 'name') return rows.toSorted((a, b) => sign * byName(a, b));
  return rows.toSorted((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)];
    if (left === null || right === null)
      return Number(left === null) - Number(right === null) || byName(a, b);
    return sign * (left - right) || byName(a, b);
  });
}
