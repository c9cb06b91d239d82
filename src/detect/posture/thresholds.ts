import { z } from 'zod';

/** `thresholds/posture.yaml` has the values, with their sources. */
export const postureSchema = z.strictObject({
  /** Severity by check, `off` leaves it out; what is not named keeps its own. */
  severities: z.record(z.string(), z.enum(['info', 'low', 'medium', 'high', 'critical', 'off'])),
  /** Share of the score's weight that must have been evaluated for a grade. */
  minKnown: z.number().min(0).max(1),
  /** Points that a namespace's score must fall in a day before the digest says so. */
  minDrop: z.number().min(1),
});

export interface PostureThresholds {
  readonly posture: z.output<typeof postureSchema>;
}
