import { z } from 'zod';
import type { Given } from '../../model/given.ts';

/** Something to do that saves money beside right-sizing. */
export const savingsActionSchema = z.object({
  kind: z.enum(['idle-node', 'oversized-node', 'sleep', 'released-volume', 'unused-load-balancer']),
  /** `Node/ip-10-0-1-7`, `Deployment/web`, `PersistentVolumeClaim/data-0`, `Service/web`. */
  subject: z.string(),
  /** Null: of the cluster as a whole. */
  namespace: z.string().nullable(),
  workload: z.object({ kind: z.string(), name: z.string() }).nullable(),
  /** Units of currency. */
  savingPerMonth: z.number(),
  /** One plain sentence: what shows it, and what to mind. */
  why: z.string(),
  commands: z.array(z.string()).describe('a person runs them; Burnwatch never does'),
});

export type SavingsAction = Given<z.output<typeof savingsActionSchema>>;
