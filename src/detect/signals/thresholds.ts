import { z } from 'zod';
import { SEVERITIES } from '../../model/finding.ts';
import { SIGNAL_CLASSES } from '../../model/signal.ts';

const severity = z.enum(SEVERITIES);

/** What events of other tools come to; `thresholds/signals.yaml` has the values and where they come from. */
export const signalsSchema = z.strictObject({
  /** An event counts for so long. */
  hours: z.number().positive(),
  /** A report of a scanner stands for so long after it was written last. */
  reportHours: z.number().positive(),
  /** The most that events of a class come to; those of other classes are no finding by themselves. */
  classes: z.partialRecord(z.enum(SIGNAL_CLASSES), severity),
  /** So many different steps of an attack, about one workload or by one user, come to that. */
  chain: z.strictObject({ warning: z.int().min(2), critical: z.int().min(2) }),
  steps: z.array(z.enum(SIGNAL_CLASSES)),
  /** Ids of vulnerabilities that are exploited in the wild. */
  exploited: z.array(z.string().min(1)),
});

export type SignalThresholds = z.output<typeof signalsSchema>;
