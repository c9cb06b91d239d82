import type { WorkloadRef } from '../../model/workload.ts';

export const ACTION_KINDS = [
  'idle-node',
  'oversized-node',
  'sleep',
  'released-volume',
  'unused-load-balancer',
] as const;

/** Something to do that saves money beside right-sizing. */
export interface SavingsAction {
  readonly kind: (typeof ACTION_KINDS)[number];
  /** `Node/ip-10-0-1-7`, `Deployment/web`, `PersistentVolumeClaim/data-0`, `Service/web`. */
  readonly subject: string;
  /** Null: of the cluster as a whole. */
  readonly namespace: string | null;
  readonly workload: WorkloadRef | null;
  /** Units of currency. */
  readonly savingPerMonth: number;
  /** One plain sentence: what shows it, and what to mind. */
  readonly why: string;
  /** What does it, in order; a reader runs them, Burnwatch never does. */
  readonly commands: readonly string[];
}
