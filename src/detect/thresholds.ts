import { z } from 'zod';
import { abuseSchema, signaturesSchema } from './abuse/thresholds.ts';

/**
 * The thresholds that ship in `thresholds/*.yaml`, one schema a file. A detector's schema is its
 * table of knobs; the YAML beside it holds the values with their sources as comments.
 */
const overprovisionedSchema = z.strictObject({
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

const budgetSchema = z.strictObject({
  /** Report when the forecast for the month reaches this share of the budget. */
  nearShare: z.number().gt(0).max(1),
  /** A forecast finding closes when the forecast falls below this share of what opened it. */
  clearShare: z.number().gt(0).max(1),
  minDays: z.number().min(1),
});

const costSpikeSchema = z.strictObject({
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

const postureSchema = z.strictObject({
  /** Severity by check, `off` leaves it out; what is not named keeps its own. */
  severities: z.record(z.string(), z.enum(['info', 'low', 'medium', 'high', 'critical', 'off'])),
  /** Share of the score's weight that must have been evaluated for a grade. */
  minKnown: z.number().min(0).max(1),
  /** Points that a namespace's score must fall in a day before the digest says so. */
  minDrop: z.number().min(1),
});

const underprovisionedSchema = z.strictObject({
  /** OOM kills within this many hours that open a finding; it closes after as long without any. */
  oomKills: z.int().min(1),
  oomHours: z.number().positive(),
  /** Share of CFS periods throttled, on average over an hour, that opens and that closes. */
  throttledOpen: z.number().gt(0).max(1),
  throttledClose: z.number().gt(0).max(1),
  /** Hours in a row, to open and to close. */
  throttledHours: z.int().min(1),
  /** Use above the request by this factor, on a node whose use passes this share of what it has. */
  overRequest: z.number().min(1),
  fullNode: z.number().gt(0).max(1),
});

const abandonedSchema = z.strictObject({
  /** Cores per pod and bytes a second per pod below which a workload does nothing. */
  idleCores: z.number().min(0),
  idleBytesPerSecond: z.number().min(0),
  /** Days of nothing but idling before it is reported; one busy hour closes it. */
  days: z.number().positive(),
  /** Least money a month, in the configured currency. */
  minCostPerMonth: z.number().min(0),
});

export const thresholdsSchema = z.strictObject({
  abandoned: abandonedSchema,
  posture: postureSchema,
  underprovisioned: underprovisionedSchema,
  budget: budgetSchema,
  costSpike: costSpikeSchema,
  overprovisioned: overprovisionedSchema,
  abuse: abuseSchema,
  signatures: signaturesSchema,
});

export type Thresholds = z.output<typeof thresholdsSchema>;
