import { z } from 'zod';

/** `thresholds/costSpike.yaml` has the values, with their sources. */
export const costSpikeSchema = z.strictObject({
  /** An hour is a spike above this many times its normal … */
  factor: z.number().gt(1),
  /** … and above its normal by this many robust standard deviations. */
  sigmas: z.number().min(0),
  /** Least standard deviation to assume, as a share of the normal. */
  minDeviation: z.number().min(0),
  /** Spent beyond the normal since the onset before anybody is told, in the configured currency. */
  minExcess: z.number().min(0),
  /** And the excess must come to this much if it went on for a month. */
  minExcessPerMonth: z.number().min(0),
  /** Hours in a row above before it opens, and below before it closes. */
  hoursIn: z.int().min(1),
  hoursOut: z.int().min(1),
  /** From this many times its normal on one hour suffices. */
  suddenFactor: z.number().gt(1),
  /** Hours of history before a namespace has a normal of its own. */
  minHours: z.number().min(24),
  /** After this long a spike is the new normal. */
  adoptAfterDays: z.number().positive(),
  /** A namespace younger than the history is reported when its first days cost this much a day. */
  newPerDay: z.number().min(0),
});

export interface CostSpikeThresholds {
  readonly costSpike: z.output<typeof costSpikeSchema>;
}
