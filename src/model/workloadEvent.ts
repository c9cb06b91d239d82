import type { TimeMs } from './time.ts';
import type { WorkloadRef } from './workload.ts';

/**
 * - `appeared`: seen for the first time, in a history old enough to know
 * - `rollout`: pods of another revision (template) began to take over
 * - `image`, `command`, `requests`, `limits`: of one container
 * - `scaled`: the desired number of replicas, or the number of pods where no source states it
 * - `owner`: who the labels and annotations name
 * - `access`: of a service account that it runs with, or of a user, group or service account itself
 * - `new-node`: a new pod runs on a node that joined the cluster less than a day ago
 */
export type WorkloadEventType =
  | 'appeared'
  | 'rollout'
  | 'image'
  | 'command'
  | 'requests'
  | 'limits'
  | 'scaled'
  | 'owner'
  | 'access'
  | 'new-node';

/**
 * A change of a workload: what an engineer on call asks for first. Texts hold names that an
 * attacker may have chosen (images, labels): escape them. Arguments and environment values are in none.
 */
export interface WorkloadEvent {
  /** The new pod's creation where it shows the change, else the end of the window that does. */
  readonly at: TimeMs;
  readonly type: WorkloadEventType;
  readonly namespace: string;
  readonly workload: WorkloadRef;
  /** Null for what is about the whole workload. */
  readonly container: string | null;
  /** One plain sentence without the workload's name. */
  readonly text: string;
  /** What it was and is: an image, `cpu 250m, memory 256Mi`, replicas; null where there was nothing. */
  readonly before: string | null;
  readonly after: string | null;
}
