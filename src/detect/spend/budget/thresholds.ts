import { z } from 'zod';

/** `thresholds/budget.yaml` has the values, with their sources. */
export const budgetSchema = z.strictObject({
  /** Report when the forecast for the month reaches this share of the budget. */
  nearShare: z.number().gt(0).max(1),
  /** A forecast finding closes when the forecast falls below this share of what opened it. */
  clearShare: z.number().gt(0).max(1),
  minDays: z.number().min(1),
});

export interface BudgetThresholds {
  readonly budget: z.output<typeof budgetSchema>;
}
