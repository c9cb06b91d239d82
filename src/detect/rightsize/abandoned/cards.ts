import type { Allocation } from '../../../model/cost.ts';
import { workloadKey } from '../../../model/workload.ts';
import type { DetectContext } from '../../detector.ts';
import { scopeOn } from '../../verdict.ts';
import type { Activity } from './activity.ts';
import type { AbandonedThresholds } from './thresholds.ts';

/** What the workloads that hold cards do with them, as far as an exporter measures it. */
export function cardActivity({
  costs,
  thresholds,
}: DetectContext<AbandonedThresholds>): readonly Activity[] {
  const holders = costs.allocations.filter(({ gpuHours }) => gpuHours > 0);
  const groups = Map.groupBy(holders, ({ pod }) => workloadKey(pod.namespace, pod.workload));
  return [...groups].flatMap(([key, held]) => {
    const [first] = held;
    if (first === undefined || !first.pod.workloadKnown) return [];
    const { namespace, workload } = first.pod;
    const byPod = Map.groupBy(held, ({ pod }) => pod.uid);
    return [
      {
        key: `cards:${key}`,
        scope: scopeOn({ namespace, workload }),
        idle: areUnused([...byPod.values()], thresholds.abandoned.idleCardShare),
        costNano: held.reduce((sum, { gpuNano }) => sum + gpuNano, 0),
        pods: [...new Set(held.map(({ pod }) => pod.name))],
        what: 'cards' as const,
      },
    ];
  });
}

/** One used card makes them used; null where a pod's are not measured. */
function areUnused(pods: readonly (readonly Allocation[])[], share: number): boolean | null {
  const used = pods.map((held) => {
    const readings = held.flatMap(({ container, pod }) => {
      // Cards of a claim are shared by containers, of which the exporter names the one that works on them.
      const isOfPod = pod.claimed !== undefined && container.gpuUtilisation === null;
      return isOfPod ? [] : [container.gpuUtilisation];
    });
    if (readings.some((reading) => reading !== null && reading >= share)) return true;
    return readings.length === 0 || readings.includes(null) ? null : false;
  });
  if (used.includes(true)) return false;
  return used.includes(null) ? null : true;
}
