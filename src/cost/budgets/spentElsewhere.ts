import { asOf } from '../../store/asOf.ts';
import type { SpentElsewhere } from '../../model/snapshot.ts';
import { monthName, type TimeMs } from '../../model/time.ts';
import type { Budget } from '../config.ts';
import type { OtherHistories } from '../fleet.ts';
import { addMonths, readBudgets, type BudgetStatus } from './readBudgets.ts';

/** Names a budget in a record of them. */
export function budgetKey({ namespace, owner, across }: Omit<Budget, 'monthly'>): string {
  const key = owner === undefined ? `namespace/${namespace}` : `owner/${owner}`;
  return across === true ? `across/${key}` : key;
}

/**
 * What the other clusters have spent under the budgets over all of them, until `at`, by budget; null where the history of
 * one cannot be read.
 */
export async function readSpentElsewhere(
  budgets: readonly Budget[],
  { histories, unread }: Pick<OtherHistories, 'histories' | 'unread'>,
  at: TimeMs,
): Promise<Readonly<Record<string, SpentElsewhere>> | null> {
  if (unread.length > 0) return null;
  const shared = budgets.filter(({ across }) => across === true);
  const month = monthName(at - 1);
  const all: (readonly BudgetStatus[])[] = [];
  for (const { reader, pricing } of histories)
    all.push(await readBudgets(asOf(reader, at), pricing, shared));
  return Object.fromEntries(
    shared.map((budget) => {
      const key = budgetKey(budget);
      const parts = all.flatMap((list) => list.filter((one) => budgetKey(one) === key));
      return [key, { month, ...addMonths(parts, month) }];
    }),
  );
}
