import { costNano } from '../../model/costParts.ts';
import { fromNano } from '../../model/money.ts';
import type { TimeMs } from '../../model/time.ts';
import type { BilledHistory } from '../bill/effectiveCosts.ts';
import type { PricingConfig } from '../config.ts';
import { seriesOnBasis } from './readCosts.ts';

export type SpendOf =
  | { readonly namespace: string; readonly owner?: undefined }
  | { readonly owner: string; readonly namespace?: undefined };

/**
 * What the workloads of a namespace or an owner cost in each step between `boundaries`, in units of currency, as budgets
 * count: without idle and shared cost.
 */
export async function readSpend(
  reader: BilledHistory,
  pricing: PricingConfig,
  { namespace, owner }: SpendOf,
  boundaries: readonly TimeMs[],
): Promise<readonly number[]> {
  const tables = await seriesOnBasis(reader, pricing, {
    boundaries,
    by: [namespace === undefined ? 'owner' : 'namespace'],
    namespaces: namespace === undefined ? null : [namespace],
  });
  return tables.map(({ rows }) => {
    const own = rows.filter((row) =>
      namespace === undefined ? row.owner === owner : row.namespace === namespace,
    );
    return fromNano(own.reduce((sum, row) => sum + costNano(row), 0));
  });
}
