import type { WorkloadRef } from '../../model/workload.ts';
import { workloadOf } from '../identity.ts';

/** The workload behind an object that a tool names: a ReplicaSet's Deployment, a Job's CronJob, as for pods. */
export function workloadOfOwner(owner: WorkloadRef): WorkloadRef | null {
  if (owner.kind === 'Pod') return null;
  const pod = {
    name: owner.name,
    owner,
    grandOwner: undefined,
    node: null,
    image: null,
    labels: {},
  };
  return workloadOf(pod).workload;
}

const KINDS = ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'CronJob', 'Job'];

/** The kind of a workload that a tool writes in letters of its own; null for any other. */
export function kindNamed(word: string): string | null {
  return KINDS.find((one) => one.toLowerCase() === word.toLowerCase()) ?? null;
}
