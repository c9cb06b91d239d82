import { z } from 'zod';

/** `thresholds/abandoned.yaml` has the values, with their sources. */
export const abandonedSchema = z.strictObject({
  /** Cores per pod and bytes a second per pod below which a workload does nothing. */
  idleCores: z.number().min(0),
  idleBytesPerSecond: z.number().min(0),
  /** Days of nothing but idling before it is reported; one busy hour closes it. */
  days: z.number().positive(),
  /** Utilisation, 0..1, below which a card does nothing. */
  idleCardShare: z.number().min(0).max(1),
  /** Days for which a workload uses none of the cards that it holds. */
  cardDays: z.number().positive(),
  /** Least money a month, in the configured currency. */
  minCostPerMonth: z.number().min(0),
});

export interface AbandonedThresholds {
  readonly abandoned: z.output<typeof abandonedSchema>;
}
