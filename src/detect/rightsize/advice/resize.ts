import { misses, type ClusterObjects } from '../../../model/clusterObjects.ts';
import type { ContainerSpecFacts, PodSpecFacts } from '../../../model/podSpec.ts';
import type { PodSample } from '../../../model/snapshot.ts';

/** A pod that runs now. */
export interface PresentPod extends Pick<PodSample, 'namespace' | 'name' | 'workload'> {
  readonly spec:
    | (Pick<PodSpecFacts, 'qosClass' | 'isWindows' | 'resources'> & {
        readonly containers: readonly Pick<ContainerSpecFacts, 'name' | 'role'>[];
      })
    | null;
}

/** Kubernetes resizes running pods from here on (`pods/resize` is on by default). */
const FIRST_MINOR = 33;

/**
 * The pods whose requests can change while they run: every node must be able to, Windows and static pods cannot, and
 * no resize may change the quality-of-service class, so that only Burstable pods are sure to stay what they are.
 */
export function resizablePods(
  pods: readonly PresentPod[],
  objects: ClusterObjects | null,
): readonly string[] {
  if (objects === null || misses(objects, 'nodes') || objects.nodes.length === 0) return [];
  if (!objects.nodes.every(({ kubeletVersion }) => canResize(kubeletVersion))) return [];
  return pods
    .filter(
      ({ spec, workload }) =>
        spec?.qosClass === 'Burstable' && !spec.isWindows && workload.kind !== 'StaticPod',
    )
    .map(({ name }) => name)
    .sort();
}

function canResize(version: string | null): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return Number(major) > 1 || Number(minor) >= FIRST_MINOR;
}
