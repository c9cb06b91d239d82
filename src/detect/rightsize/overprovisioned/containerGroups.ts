import type { DetectContext } from '../../detector.ts';
import type { Reading } from '../../../model/reading.ts';
import {
  largestResources,
  NO_RESOURCES,
  resourcesOf,
  type Resources,
} from '../../../model/resources.ts';
import type { ContainerSample } from '../../../model/snapshot.ts';
import { HOUR_MS } from '../../../model/time.ts';
import { containersByWorkload, type WorkloadContainer } from '../containersByWorkload.ts';
import type { HourlyPrice } from '../advice/saving.ts';
import { leastRunShare, type PodWindow } from '../../../store/containerDays/hourOfUse.ts';

/** One container of a workload in one window, over all the workload's pods. */
export interface ContainerGroup extends Omit<WorkloadContainer, 'members'> {
  readonly pods: readonly string[];
  /** What each pod that really ran did in the window. */
  readonly uses: readonly { readonly uid: string; readonly window: PodWindow }[];
  /** Requests and limits; the largest among the pods, since during a rollout they differ. */
  readonly current: Resources;
  /** What the node of each pod costs; of pods without a node there is none. */
  readonly prices: readonly HourlyPrice[];
}

/** The window's containers grouped by workload, in the snapshot's order; init containers are left out. */
export function groupContainers({ costs, snapshot }: DetectContext): readonly ContainerGroup[] {
  const prices = new Map(costs.nodes.map(({ node, price }) => [node, price]));
  const { start, end } = snapshot.window;
  const slot = Math.floor((start % HOUR_MS) / (end - start));
  return containersByWorkload(snapshot).map(({ members, ...about }) => ({
    ...about,
    pods: members.map(({ pod }) => pod.name),
    uses: members.flatMap(({ pod, container }) => {
      const window = podWindow(container, about.workload.kind, slot);
      return window === null ? [] : [{ uid: pod.uid, window }];
    }),
    current: members.map(({ container }) => container).reduce(largestResources, NO_RESOURCES),
    prices: members.flatMap(({ pod }) => prices.get(pod.node ?? '') ?? []),
  }));
}

/** The same that the history takes from its rows; null while the pod was starting or ending. */
function podWindow(sample: ContainerSample, kind: string, slot: number): PodWindow | null {
  const { cpuUsageCores, runShare, restarts, lastTerminatedReason } = sample;
  const oomKilled = lastTerminatedReason === 'OOMKilled' && (restarts ?? 0) > 0;
  if (runShare < leastRunShare(kind) && !oomKilled) return null;
  const cpuCores: Reading =
    cpuUsageCores === null || runShare === 0 ? null : cpuUsageCores / runShare;
  const { ramPeakBytes, throttledShare } = sample;
  return { slot, cpuCores, ramPeakBytes, throttledShare, oomKilled, ...resourcesOf(sample) };
}
