import { z } from 'zod';

/** `thresholds/underprovisioned.yaml` has the values, with their sources. */
export const underprovisionedSchema = z.strictObject({
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

export interface UnderprovisionedThresholds {
  readonly underprovisioned: z.output<typeof underprovisionedSchema>;
}
