import type { DetectContext } from '../../detector.ts';
import type { Reading } from '../../../model/reading.ts';
import type { ContainerSample, PodSample } from '../../../model/snapshot.ts';
import { HOUR_MS } from '../../../model/time.ts';
import { containerKey, type WorkloadRef } from '../../../model/workload.ts';
import {
  largestResources,
  NO_RESOURCES,
  resourcesOf,
  type Resources,
} from '../../../model/resources.ts';
import type { HourlyPrice } from '../advice/saving.ts';
import type { PodWindow } from '../../../store/containerDays/hourOfUse.ts';
import { leastRunShare } from '../../../store/containerDays/hourOfUse.ts';

/** One container of a workload in one window, over all the workload's pods. */
export interface ContainerGroup {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  readonly pods: readonly string[];
  /** What each pod that really ran did in the window. */
  readonly uses: readonly { readonly uid: string; readonly window: PodWindow }[];
  /** Requests and limits; the largest among the pods, since during a rollout they differ. */
  readonly current: Resources;
  /** What the node of each pod costs; of pods without a node there is none. */
  readonly prices: readonly HourlyPrice[];
}

/** The window's containers grouped by workload, in the snapshot's order; init containers are left out. */
export function groupContainers(context: DetectContext): readonly ContainerGroup[] {
  const prices = new Map(context.costs.nodes.map(({ node, price }) => [node, price]));
  const { start, end } = context.snapshot.window;
  const slot = Math.floor((start % HOUR_MS) / (end - start));
  const groups = new Map<string, Gathered>();
  for (const pod of context.snapshot.pods) {
    for (const container of pod.containers) {
      if (container.init) continue;
      const key = containerKey(pod.namespace, pod.workload, container.name);
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = emptyGroup(pod, container.name)));
      group.pods.push(pod.name);
      group.current = largestResources(group.current, container);
      const price = pod.node === null ? undefined : prices.get(pod.node);
      if (price !== undefined) group.prices.push(price);
      const window = podWindow(container, pod.workload.kind, slot);
      if (window !== null) group.uses.push({ uid: pod.uid, window });
    }
  }
  return [...groups.values()];
}

interface Gathered extends ContainerGroup {
  readonly pods: string[];
  readonly uses: { readonly uid: string; readonly window: PodWindow }[];
  current: Resources;
  readonly prices: HourlyPrice[];
}

function emptyGroup({ namespace, workload }: PodSample, container: string): Gathered {
  return {
    namespace,
    workload,
    container,
    pods: [],
    uses: [],
    current: NO_RESOURCES,
    prices: [],
  };
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
