import {
  isWholeCluster,
  partsKey,
  rowParts,
  type CostQuery,
  type CostSeriesQuery,
  type CostTable,
} from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import { effectiveCosts, effectiveSeries, type BilledHistory } from '../bill/effectiveCosts.ts';
import type { PricingConfig } from '../config.ts';
import { costNano } from '../../model/costParts.ts';
import { costReport, type CostReport, type Overheads } from './costReport.ts';

/** A question for a cost report, as the command line and the API ask it. */
export interface CostRequest {
  readonly cluster: string;
  readonly query: CostQuery;
  readonly idle?: 'separate' | 'share';
  readonly overheads?: Overheads;
}

/**
 * Reads a cost report from the history. Shared namespaces and fixed fees are spread only over a whole cluster:
 * who may see but some namespaces, or asks about a part, gets the part's own cost.
 */
export async function readCosts(
  reader: HistoryReader,
  pricing: PricingConfig,
  request: CostRequest,
): Promise<CostReport> {
  const { query, cluster, idle, overheads = 'spread' } = request;
  const isWhole = isWholeCluster(query);
  const { namespaces } = pricing.shared;
  const read = async (asked: CostQuery) =>
    named(await costsOnBasis(reader, pricing, asked), query.by, cluster);
  const table = await read(query);
  const shared =
    namespaces.length > 0 && isWhole && overheads === 'spread'
      ? await read({ ...query, namespaces })
      : null;
  const confidence = await priceConfidence(reader, query, cluster);
  const rules = isWhole ? pricing : { ...pricing, fixed: [] };
  const options = { cluster, by: query.by, shared, confidence, overheads };
  return costReport(table, rules, { ...options, idle: idle ?? 'separate' });
}

/** Puts the cluster's name where costs were asked for by it: the history holds but one. */
export function named(table: CostTable, by: CostQuery['by'], cluster: string): CostTable {
  const at = by.indexOf('cluster');
  if (at < 0) return table;
  const rows = table.rows.map((row) => {
    const parts = rowParts(row).with(at, cluster);
    return { ...row, parts, key: parts.join('/') };
  });
  return { ...table, rows };
}

/**
 * How far the prices that each row's cost rests on can be relied on, 0..1, weighted by cost: by the row's joined parts. Of a node it is
 * that of its last price.
 */
async function priceConfidence(
  reader: HistoryReader,
  query: CostQuery,
  cluster: string,
): Promise<ReadonlyMap<string, number>> {
  const nodes = await reader.nodes();
  const sure = new Map(nodes.map(({ name, price }) => [name, price?.confidence ?? 1]));
  if ([...sure.values()].every((confidence) => confidence === 1)) return new Map();
  const byNode = query.by.includes('node');
  // All nodes whose price is as sure count together, else there would be rows for each of them.
  const nodesAs = new Map(Array.from(sure, ([name, confidence]) => [name, `=${confidence}`]));
  const bySure = { ...query, by: [...query.by, 'node' as const], nodesAs };
  const table = await reader.costs(byNode ? query : { ...bySure, mostRows: undefined });
  const { rows } = named(table, query.by, cluster);
  const sums = new Map<string, { cost: number; sure: number }>();
  for (const row of rows) {
    const parts = rowParts(row);
    const key = partsKey(byNode ? parts : parts.slice(0, -1));
    const sum = sums.get(key) ?? { cost: 0, sure: 0 };
    const cost = Math.max(0, costNano(row));
    const node = row.node ?? '';
    sum.cost += cost;
    sum.sure += cost * (node.startsWith('=') ? Number(node.slice(1)) : (sure.get(node) ?? 1));
    sums.set(key, sum);
  }
  return new Map([...sums].map(([key, { cost, sure: part }]) => [key, cost > 0 ? part / cost : 1]));
}

/** The names of all labels that pods with costs bear, sorted. */
export async function readLabelNames(
  reader: Pick<HistoryReader, 'costs'>,
  query: Pick<CostQuery, 'from' | 'to' | 'namespaces'>,
): Promise<readonly string[]> {
  const { rows } = await reader.costs({ ...query, by: ['labels'] });
  return [...new Set(rows.flatMap(({ labels }) => Object.keys(labels ?? {})))].sort();
}

/** What was recorded, or on the effective basis scaled to the imported bills. */
function costsOnBasis(
  reader: HistoryReader,
  pricing: PricingConfig,
  query: CostQuery,
): Promise<CostTable> {
  return pricing.basis === 'effective' ? effectiveCosts(reader, query) : reader.costs(query);
}

/** The same by steps of time, in one reading. */
export async function seriesOnBasis(
  reader: BilledHistory,
  pricing: PricingConfig,
  query: CostSeriesQuery,
): Promise<readonly CostTable[]> {
  return pricing.basis === 'effective' ? effectiveSeries(reader, query) : reader.costSeries(query);
}
