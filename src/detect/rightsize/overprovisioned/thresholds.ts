import { z } from 'zod';

/** `thresholds/overprovisioned.yaml` has the values, with their sources. */
export const overprovisionedSchema = z.strictObject({
  /** Report when the request exceeds the recommendation by this factor. */
  openFactor: z.number().min(1),
  closeFactor: z.number().min(1),
  /** Quantile of CPU use that the request is to cover. */
  percentile: z.number().gt(0).lt(1),
  /** Factor on top, for CPU and memory. */
  margin: z.number().min(1),
  minWasteCores: z.number().min(0),
  minWasteBytes: z.number().min(0),
  minSavingPerMonth: z.number().min(0),
  minDays: z.number().positive(),
  holdDays: z.number().min(0),
  floorCores: z.number().min(0),
  floorBytes: z.number().min(0),
});

export interface OverprovisionedThresholds {
  readonly overprovisioned: z.output<typeof overprovisionedSchema>;
}

/** How requests are derived from use: of a quantile of CPU use and the peak of memory, a margin on top, and floors. */
export type RecommendationRule = Pick<
  OverprovisionedThresholds['overprovisioned'],
  'percentile' | 'margin' | 'floorCores' | 'floorBytes'
>;
