import type { DetectContext } from '../detect/detector.ts';
import type { NodePrice } from '../model/cost.ts';
import { maxKnown, type Reading } from '../model/reading.ts';
import type { WorkloadRef } from '../model/workload.ts';
import { autoscalingOf } from './advice/autoscaling.ts';
import { containerKey } from '../model/workload.ts';
import type { PodUse } from './usageDays.ts';

/** One container of a workload in one window, over all the workload's pods. */
export interface ContainerGroup {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  readonly pods: readonly string[];
  /** Use of the pods that were measured; pods with unknown use are left out, never taken as idle. */
  readonly uses: readonly PodUse[];
  /** Largest request among the pods: during a rollout they differ. */
  readonly cpuRequestCores: Reading;
  readonly ramRequestBytes: Reading;
  /** Price of the node that most recently sorted first holds it; null where no pod has a node. */
  readonly price: NodePrice | null;
}

/** Below this share of the window a pod was starting or ending, and its average says little. */
const MIN_RUN_SHARE = 0.5;

/** The window's containers grouped by workload, in the snapshot's order; init containers are left out. */
export function groupContainers(context: DetectContext): readonly ContainerGroup[] {
  const prices = new Map(context.costs.nodes.map(({ node, price }) => [node, price]));
  const groups = new Map<string, Mutable>();
  for (const pod of context.snapshot.pods) {
    for (const container of pod.containers) {
      if (container.init) continue;
      const key = containerKey(pod.namespace, pod.workload, container.name);
      const group = groups.get(key) ?? newGroup(pod.namespace, pod.workload, container.name);
      groups.set(key, group);
      group.pods.push(pod.name);
      group.cpuRequestCores = maxKnown(group.cpuRequestCores, container.cpuRequestCores);
      group.ramRequestBytes = maxKnown(group.ramRequestBytes, container.ramRequestBytes);
      group.price ??= pod.node === null ? null : (prices.get(pod.node) ?? null);
      const { cpuUsageCores, ramPeakBytes, runShare } = container;
      if (cpuUsageCores === null || ramPeakBytes === null || runShare < MIN_RUN_SHARE) continue;
      group.uses.push({ cpuCores: cpuUsageCores / runShare, ramPeakBytes });
    }
  }
  return [...groups.values()].map((group) => withoutManaged(group, context));
}

/** A request that an autoscaler sets or scales by is not the owner's to lower: it counts as none. */
function withoutManaged(group: ContainerGroup, { snapshot }: DetectContext): ContainerGroup {
  const autoscaling = autoscalingOf(snapshot.objects ?? null, group.namespace, group.workload);
  if (autoscaling === null || !(autoscaling.cpuManaged || autoscaling.ramManaged)) return group;
  return {
    ...group,
    cpuRequestCores: autoscaling.cpuManaged ? null : group.cpuRequestCores,
    ramRequestBytes: autoscaling.ramManaged ? null : group.ramRequestBytes,
  };
}

interface Mutable extends ContainerGroup {
  readonly pods: string[];
  readonly uses: PodUse[];
  cpuRequestCores: Reading;
  ramRequestBytes: Reading;
  price: NodePrice | null;
}

function newGroup(namespace: string, workload: WorkloadRef, container: string): Mutable {
  return {
    namespace,
    workload,
    container,
    pods: [],
    uses: [],
    cpuRequestCores: null,
    ramRequestBytes: null,
    price: null,
  };
}
