import {
  readBudgets,
  readClusterForecast,
  type BudgetStatus,
} from '../../cost/budgets/readBudgets.ts';
import type { PricingConfig, Budget } from '../../cost/config.ts';
import type { ForecastLine } from '../../store/digests/digest.ts';
import type { PastReader } from '../../store/asOf.ts';

/** The cluster's forecast to the month's end, then the budgets, the nearest to its end first. */
export async function readForecasts(
  reader: PastReader,
  pricing: PricingConfig,
  budgets: readonly Budget[],
  others: Parameters<typeof readBudgets>[3],
): Promise<readonly ForecastLine[]> {
  const cluster = await readClusterForecast(reader, pricing);
  const statuses = await readBudgets(reader, pricing, budgets, others);
  const lines = statuses.map(toLine).sort((a, b) => usedShare(b) - usedShare(a));
  return [...(cluster === null ? [] : [toLine({ ...cluster, monthly: 0 })]), ...lines];
}

function toLine(status: BudgetStatus): ForecastLine {
  const { namespace, owner, month, monthly, spent, forecast, across } = status;
  return {
    budget:
      namespace === undefined
        ? owner === undefined
          ? null
          : { kind: 'owner', key: owner }
        : { kind: 'namespace', key: namespace },
    ...(across === true && { across }),
    month,
    monthly: monthly === 0 ? null : monthly,
    spent,
    expected: forecast?.expected ?? null,
    low: forecast?.low ?? null,
    high: forecast?.high ?? null,
  };
}

/** What of a budget is used, or will be; 0 without one. */
export function usedShare({ monthly, spent, expected }: ForecastLine): number {
  return monthly === null ? 0 : (expected ?? spent) / monthly;
}
