import { z } from 'zod';

/** `thresholds/overprovisioned.yaml` has the values, with their sources. */
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

export interface OverprovisionedThresholds {
  readonly overprovisioned: z.output<typeof overprovisionedSchema>;
}
