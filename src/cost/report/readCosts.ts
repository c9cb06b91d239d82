import type { CostQuery, CostSeriesQuery, CostTable } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import { effectiveCosts, effectiveSeries, type BilledHistory } from '../bill/effectiveCosts.ts';
import type { PricingConfig } from '../config.ts';
import { costReport } from './costReport.ts';
import type { CostReport } from './costReport.ts';

/** A question for a cost report, as the command line and the API ask it. */
export interface CostRequest {
  readonly cluster: string;
  readonly query: CostQuery;
  readonly idle?: 'separate' | 'share';
}

/**
 * Reads a cost report from the history. Shared namespaces and fixed fees are spread only over a whole cluster:
 * who may see but some namespaces gets their own cost.
 */
export async function readCosts(
  reader: HistoryReader,
  pricing: PricingConfig,
  request: CostRequest,
): Promise<CostReport> {
  const { query, cluster } = request;
  const namespaces = pricing.shared.namespaces;
  const table = await costsOnBasis(reader, pricing, query);
  const shared =
    namespaces.length > 0 && query.namespaces === null
      ? await costsOnBasis(reader, pricing, { ...query, namespaces })
      : null;
  const rules = query.namespaces === null ? pricing : { ...pricing, fixed: [] };
  return costReport(table, rules, {
    cluster,
    by: query.by,
    shared,
    idle: request.idle ?? 'separate',
  });
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
