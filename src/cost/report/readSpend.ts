import { setImmediate as turn } from 'node:timers/promises';
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
  const by = [namespace === undefined ? 'owner' : 'namespace'] as const;
  const namespaces = namespace === undefined ? null : [namespace];
  const spent: number[] = [];
  for (const [index, to] of boundaries.entries()) {
    const from = boundaries[index - 1];
    if (from === undefined) continue;
    // Step by step, so that messages are not drawn at the cost of everything else that runs here.
    await turn();
    const query = { boundaries: [from, to], by, namespaces };
    const [table] = await seriesOnBasis(reader, pricing, query);
    const own = (table?.rows ?? []).filter((row) =>
      namespace === undefined ? row.owner === owner : row.namespace === namespace,
    );
    spent.push(fromNano(own.reduce((sum, row) => sum + costNano(row), 0)));
  }
  return spent;
}
