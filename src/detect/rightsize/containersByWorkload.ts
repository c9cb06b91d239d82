import type { ContainerSample, PodSample, Snapshot } from '../../model/snapshot.ts';
import { containerKey, type WorkloadRef } from '../../model/workload.ts';

/** One container of a workload in one window, with all pods that have it. */
export interface WorkloadContainer {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  readonly members: readonly WorkloadMember[];
}

interface WorkloadMember {
  readonly pod: PodSample;
  readonly container: ContainerSample;
}

/** The containers of every workload, in the snapshot's order; init containers are left out. */
export function containersByWorkload({ pods }: Snapshot): readonly WorkloadContainer[] {
  const groups = new Map<string, WorkloadContainer & { members: WorkloadMember[] }>();
  for (const pod of pods) {
    const { namespace, workload } = pod;
    for (const container of pod.containers) {
      if (container.init) continue;
      const { name } = container;
      const key = containerKey(namespace, workload, name);
      const known = groups.get(key);
      if (known !== undefined) known.members.push({ pod, container });
      else groups.set(key, { namespace, workload, container: name, members: [{ pod, container }] });
    }
  }
  return [...groups.values()];
}
