import {
  misses,
  type Autoscaler,
  type ClusterObjects,
  type VerticalAutoscaler,
} from '../../../model/clusterObjects.ts';
import type { WorkloadRef } from '../../../model/workload.ts';

/** Who else sets a container's requests, or scales its workload by them. */
export interface Autoscaling {
  readonly horizontal: Autoscaler | null;
  readonly vertical: VerticalAutoscaler | null;
  /** The request of CPU or memory is set by the one, or decides how many pods the other runs. */
  readonly cpuManaged: boolean;
  readonly ramManaged: boolean;
}

/** Without objects nothing is known of autoscalers: null, which is not the same as none. */
export function autoscalingOf(
  objects: ClusterObjects | null,
  namespace: string,
  workload: WorkloadRef,
  container: string,
): Autoscaling | null {
  if (objects === null || misses(objects, 'horizontalpodautoscalers')) return null;
  const isTarget = (one: { readonly namespace: string; readonly target: WorkloadRef }): boolean =>
    one.namespace === namespace &&
    one.target.kind === workload.kind &&
    one.target.name === workload.name;
  const horizontal = objects.autoscalers.find(isTarget) ?? null;
  const vertical =
    objects.verticalAutoscalers.find((one) => isTarget(one) && one.updateMode !== 'Off') ?? null;
  const isManaged = (resource: string): boolean =>
    (vertical !== null && sets(vertical, container, resource)) ||
    (horizontal !== null && targetOf(horizontal, container, resource) !== null);
  return {
    horizontal,
    vertical,
    cpuManaged: isManaged('cpu'),
    ramManaged: isManaged('memory'),
  };
}

function sets({ policies }: VerticalAutoscaler, container: string, resource: string): boolean {
  const policy =
    policies.find((one) => one.container === container) ??
    policies.find((one) => one.container === '*');
  return policy === undefined || (!policy.isOff && policy.resources.includes(resource));
}

/** The share of the container's request that the autoscaler aims at, in percent; null where it counts for nothing. */
function targetOf({ targets }: Autoscaler, container: string, resource: string): number | null {
  const target = targets.find(
    (one) => one.resource === resource && (one.container ?? container) === container,
  );
  return target?.percent ?? null;
}

/**
 * The least number of replicas that carries the load at the autoscaler's target, when it is below the
 * present minimum: the money of a workload that an autoscaler drives is there. Null when nothing is to gain.
 *
 * @param coresInAll what all replicas together use, at the percentile that requests are made for.
 */
export function adviseMinReplicas(
  autoscaler: Autoscaler,
  container: string,
  coresInAll: number,
  cpuRequestCores: number | null,
): number | null {
  const { minReplicas, targets, otherMetrics, scaledObject } = autoscaler;
  const cpuTargetPercent = targetOf(autoscaler, container, 'cpu');
  if (minReplicas === null || cpuTargetPercent === null || !cpuRequestCores) return null;
  // What the others need is not known, and KEDA writes the minimum of its autoscalers again.
  if (targets.length > 1 || otherMetrics.length > 0 || scaledObject !== null) return null;
  const needed = Math.ceil(coresInAll / (cpuRequestCores * (cpuTargetPercent / 100)) - 1e-9);
  // One replica cannot be drained without a gap: who asked for two or more keeps two.
  const least = Math.max(needed, minReplicas > 1 ? 2 : 1);
  return least < minReplicas ? least : null;
}
