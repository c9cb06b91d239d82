import {
  compareCosts,
  sortRows,
  type ComparedReport,
  type CostSort,
} from '../../cost/report/compareCosts.ts';
import type { Overheads } from '../../cost/report/costReport.ts';
import { named, readLabelNames, seriesOnBasis } from '../../cost/report/readCosts.ts';
import { renderCosts } from '../../cost/report/renderCosts.ts';
import { nodeNano } from '../../model/costParts.ts';
import { fromNano } from '../../model/money.ts';
import { DAY_MS, WEEK_MS } from '../../model/time.ts';
import { isWholeCluster, type CostQuery } from '../../store/costTable.ts';
import type { AnswerContext, AskedSpan, Whose } from './answerContext.ts';
import {
  MOST_ROWS,
  spendDays,
  toUtf8,
  wholeSteps,
  type SpendSteps,
  type Utf8,
} from './answerCosts.ts';

/** What is read for a question of the cost explorer. */
interface ExploreRead extends CostQuery, Pick<AskedSpan, 'moving'> {
  readonly idle: 'separate' | 'share';
  readonly overheads: Overheads;
}

/** A question of the cost explorer. */
export interface ExploreAsk extends ExploreRead {
  readonly sort: CostSort;
  readonly order: 'asc' | 'desc';
}

/** What was spent beside the period before, as the text that is sent. */
export async function answerExplore(
  { format, sort, order, ...ask }: ExploreAsk & { readonly format: 'json' | 'csv' },
  context: AnswerContext,
): Promise<Utf8> {
  const read = await readExplore(ask, context);
  const report = { ...read, rows: sortRows(read.rows, sort, order) };
  return toUtf8(format === 'csv' ? renderCosts(report, 'csv') : JSON.stringify(report));
}

async function readExplore(
  { idle, overheads, ...query }: ExploreRead,
  { reader, config }: AnswerContext,
): Promise<ComparedReport> {
  const { cluster, pricing } = config();
  const asked = { ...query, mostRows: MOST_ROWS };
  return compareCosts(reader, pricing, { cluster, query: asked, idle, overheads });
}

/** The explorer's page: a part of the rows, all totals, and a chart. */
export interface ExploreView {
  readonly watermark: number | null;
  readonly report: ComparedReport;
  readonly rowsInAll: number;
  readonly steps: SpendSteps;
  /** Idle in each step; null where it does not belong to the answer or is in the rows. */
  readonly idle: readonly number[] | null;
  readonly labels: readonly string[];
}

export interface ExplorePageAsk extends ExploreAsk {
  readonly offset: number;
  readonly limit: number;
}

export async function answerExplorePage(
  { offset, limit, sort, order, ...ask }: ExplorePageAsk,
  context: AnswerContext,
): Promise<ExploreView> {
  // Of what is read alone: another order or page of the same rows is no other question to the history.
  const key = JSON.stringify(ask);
  const { watermark } = await context.reader.status();
  const { rows, ...report } = await context.perWindow(`explore ${key}`, () =>
    readExplore(ask, context),
  );
  const chart = await context.perWindow(`explore chart ${key}`, () => readChart(ask, context));
  return {
    watermark,
    report: { ...report, rows: sortRows(rows, sort, order).slice(offset, offset + limit) },
    rowsInAll: rows.length,
    ...chart,
    labels: await labelNames(ask, context),
  };
}

/** A longer span is drawn by the day. */
const LONGEST_BY_HOUR_MS = 3 * DAY_MS;

async function readChart(
  { idle, ...ask }: ExploreRead,
  { reader, config }: AnswerContext,
): Promise<Pick<ExploreView, 'steps' | 'idle'>> {
  const { pricing, cluster } = config();
  const { by, namespaces, where = [] } = ask;
  const { stepMs, boundaries } = wholeSteps(ask, LONGEST_BY_HOUR_MS, await reader.status());
  if (boundaries.length === 0) return { steps: { starts: [], lines: [], stepMs }, idle: null };
  const query = { boundaries, by, namespaces, where };
  const tables = (await seriesOnBasis(reader, pricing, query)).map((table) =>
    named(table, by, cluster),
  );
  const isIdleApart = idle === 'separate' && isWholeCluster(ask);
  return {
    steps: { ...spendDays(tables, ({ key }) => key, tables.length), stepMs },
    idle: isIdleApart ? tables.map((table) => fromNano(nodeNano(table.idle))) : null,
  };
}

/** More would not fit into a list to choose from. */
const MAX_LABELS = 60;

/** The names of the labels that costs of the last week can be asked by. */
function labelNames({ namespaces }: Whose, context: AnswerContext): Promise<readonly string[]> {
  return context.perHour(`label names ${JSON.stringify(namespaces)}`, async () => {
    const { watermark } = await context.reader.status();
    const to = watermark ?? 0;
    const query = { from: to - WEEK_MS, to, namespaces };
    return (await readLabelNames(context.reader, query)).slice(0, MAX_LABELS);
  });
}
