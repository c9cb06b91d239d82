import {
  misses,
  type Autoscaler,
  type ClusterObjects,
  type VerticalAutoscaler,
} from '../../../model/clusterObjects.ts';
import type { WorkloadRef } from '../../../model/workload.ts';

/** Who else sets a workload's requests, or scales it by them. */
export interface Autoscaling {
  readonly horizontal: Autoscaler | null;
  readonly vertical: VerticalAutoscaler | null;
  /** A horizontal autoscaler aims at a share of this request: changing it changes the number of pods. */
  readonly cpuManaged: boolean;
  readonly ramManaged: boolean;
}

/** Without objects nothing is known of autoscalers: null, which is not the same as none. */
export function autoscalingOf(
  objects: ClusterObjects | null,
  namespace: string,
  workload: WorkloadRef,
): Autoscaling | null {
  if (objects === null || misses(objects, 'horizontalpodautoscalers')) return null;
  const isTarget = (one: { readonly namespace: string; readonly target: WorkloadRef }): boolean =>
    one.namespace === namespace &&
    one.target.kind === workload.kind &&
    one.target.name === workload.name;
  const horizontal = objects.autoscalers.find(isTarget) ?? null;
  const vertical =
    objects.verticalAutoscalers.find((one) => isTarget(one) && one.updateMode !== 'Off') ?? null;
  return {
    horizontal,
    vertical,
    cpuManaged: vertical !== null || (horizontal?.cpuTargetPercent ?? null) !== null,
    ramManaged: vertical !== null || (horizontal?.memoryTargetPercent ?? null) !== null,
  };
}

/**
 * The least number of replicas that carries the load at the autoscaler's target, when it is below the
 * present minimum: the money of a workload that an autoscaler drives is there. Null when nothing is to gain.
 *
 * @param coresInAll what all replicas together use, at the percentile that requests are made for.
 */
export function adviseMinReplicas(
  autoscaler: Autoscaler,
  coresInAll: number,
  cpuRequestCores: number | null,
): number | null {
  const { minReplicas, cpuTargetPercent } = autoscaler;
  if (minReplicas === null || cpuTargetPercent === null || !cpuRequestCores) return null;
  const needed = Math.ceil(coresInAll / (cpuRequestCores * (cpuTargetPercent / 100)) - 1e-9);
  // One replica cannot be drained without a gap: who asked for two or more keeps two.
  const least = Math.max(needed, minReplicas > 1 ? 2 : 1);
  return least < minReplicas ? least : null;
}
