import type { ContainerSample, PodSample, Snapshot } from '../../model/snapshot.ts';
import { containerKey, type WorkloadRef } from '../../model/workload.ts';

/** One container of a workload in one window, with all pods that have it. */
export interface WorkloadContainer {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  readonly members: readonly { readonly pod: PodSample; readonly container: ContainerSample }[];
}

/** The containers of every workload, in the snapshot's order; init containers are left out. */
export function containersByWorkload({ pods }: Snapshot): readonly WorkloadContainer[] {
  const all = pods.flatMap((pod) =>
    pod.containers.filter(({ init }) => !init).map((container) => ({ pod, container })),
  );
  const groups = Map.groupBy(all, ({ pod, container }) =>
    containerKey(pod.namespace, pod.workload, container.name),
  );
  return Array.from(groups.values(), (members) => {
    const { pod, container } = members[0]!;
    const { namespace, workload } = pod;
    return { namespace, workload, container: container.name, members };
  });
}
