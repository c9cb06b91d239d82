import type { Reading } from '../../../model/reading.ts';
import type { WorkloadRef } from '../../../model/workload.ts';
import type { Autoscaling } from './autoscaling.ts';
import type { DataBehind } from './confidence.ts';
import type { CpuBasis } from './cpuRequest.ts';
import type { MemoryBasis } from './memoryRequest.ts';
import type { ManagedBy } from './ownership.ts';
import type { Resources } from '../../../model/resources.ts';
import type { Risk } from './risk.ts';

/** What one container should ask for instead, and how sure that is. */
export interface ContainerAdvice {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  /** Null: the pods' specification is not known, so that it may be a native side-car. */
  readonly role: 'main' | 'sidecar' | null;
  /** Why nothing is proposed though there are data; null where that is not so. */
  readonly withheld: string | null;
  /** The bounds of the cluster that the proposal met. */
  readonly bound: readonly string[];
  /** Running pods that can be resized in place; empty where the cluster cannot, or is not known. */
  readonly resizablePods: readonly string[];
  readonly isWindows: boolean;
  readonly behind: DataBehind;
  /** Pods that money is counted for; fewer than one for what runs only at times. */
  readonly replicas: number;
  readonly current: Resources;
  readonly proposed: Resources;
  readonly cpu: CpuBasis | null;
  readonly memory: MemoryBasis | null;
  readonly risk: Risk;
  readonly throttledShare: Reading;
  /**
   * Units of currency a month that the requests would cost less at their nodes' prices; negative where more
   * is needed. Money is saved only when nodes go away. Null where no price is known.
   */
  readonly savingPerMonth: Reading;
  /** Null: autoscalers are not known. */
  readonly autoscaling: Autoscaling | null;
  readonly minReplicas: Reading;
  readonly managedBy: ManagedBy | null;
  /** Plain sentences: why, and what to mind. */
  readonly notes: readonly string[];
}
