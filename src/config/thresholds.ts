import { z } from 'zod';
import { abuseSchema, signaturesSchema } from '../detect/abuse/thresholds.ts';

/**
 * The thresholds that ship in `thresholds/*.yaml`, one schema a file. A detector's schema is its
 * table of knobs; the YAML beside it holds the values with their sources as comments.
 */
export const overprovisionedSchema = z.strictObject({
  /** Report when the request exceeds the recommendation by this factor. */
  openFactor: z.number().min(1),
  closeFactor: z.number().min(1),
  percentile: z.number().gt(0).lt(1),
  margin: z.number().min(1),
  minWasteCores: z.number().min(0),
  minWasteBytes: z.number().min(0),
  minSavingPerMonth: z.number().min(0),
  minDays: z.number().positive(),
  holdDays: z.number().min(0),
  floorCores: z.number().min(0),
  floorBytes: z.number().min(0),
});

export const budgetSchema = z.strictObject({
  /** Report when the forecast for the month reaches this share of the budget. */
  nearShare: z.number().gt(0).max(1),
  /** A forecast finding closes when the forecast falls below this share of what opened it. */
  clearShare: z.number().gt(0).max(1),
  minDays: z.number().min(1),
});

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
  /** Hours of history before a namespace has a normal of its own. */
  minHours: z.number().min(24),
  /** After this long a spike is the new normal. */
  adoptAfterDays: z.number().positive(),
  /** A namespace younger than the history is reported when its first days cost this much a day. */
  newPerDay: z.number().min(0),
});

export const thresholdsSchema = z.strictObject({
  budget: budgetSchema,
  costSpike: costSpikeSchema,
  overprovisioned: overprovisionedSchema,
  abuse: abuseSchema,
  signatures: signaturesSchema,
});

export type Thresholds = z.output<typeof thresholdsSchema>;
