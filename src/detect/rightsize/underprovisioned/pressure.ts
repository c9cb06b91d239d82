import type { DetectContext } from '../../detector.ts';
import { maxKnown, type Reading } from '../../../model/reading.ts';
import type { WorkloadRef } from '../../../model/workload.ts';
import { containerKey } from '../../../model/workload.ts';
import type { UnderprovisionedThresholds } from './thresholds.ts';

/** What one container of a workload suffered in one window, over its pods. */
export interface Pressure {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  readonly pods: readonly string[];
  readonly oomKills: number;
  readonly oomBytes: Reading;
  /** Mean throttled share of the pods for which it is known; null without any. */
  readonly throttledShare: Reading;
  readonly cpuLimitCores: Reading;
  readonly cpuRequestCores: Reading;
  /** CPU of the hottest pod. */
  readonly cpuCores: Reading;
  /** A pod uses more than its request by the factor, on a node that is full; null where unknown. */
  readonly aboveRequestOnFullNode: boolean | null;
}

type Gathered = { -readonly [K in keyof Pressure]: Pressure[K] } & {
  pods: string[];
  shares: number[];
};

/** The window's containers with what they suffered, in the snapshot's order; init containers are left out. */
export function pressureOf(
  context: DetectContext<UnderprovisionedThresholds>,
): readonly Pressure[] {
  const { overRequest, fullNode } = context.thresholds.underprovisioned;
  const full = fullNodes(context, fullNode);
  const groups = new Map<string, Gathered>();
  for (const pod of context.snapshot.pods) {
    for (const container of pod.containers) {
      if (container.init) continue;
      const key = containerKey(pod.namespace, pod.workload, container.name);
      let group = groups.get(key);
      if (group === undefined) {
        group = empty(pod.namespace, pod.workload, container.name);
        groups.set(key, group);
      }
      group.pods.push(pod.name);
      if (container.lastTerminatedReason === 'OOMKilled' && (container.restarts ?? 0) > 0) {
        group.oomKills += container.restarts ?? 0;
        const bytes = container.ramLimitBytes ?? container.ramPeakBytes;
        group.oomBytes = maxKnown(group.oomBytes, bytes);
      }
      const { throttledShare, cpuUsageCores, cpuRequestCores } = container;
      if (throttledShare !== null) group.shares.push(throttledShare);
      group.cpuCores = maxKnown(group.cpuCores, cpuUsageCores);
      group.cpuRequestCores = maxKnown(group.cpuRequestCores, cpuRequestCores);
      group.cpuLimitCores = maxKnown(group.cpuLimitCores, container.cpuLimitCores);
      const isFull = pod.node === null ? undefined : full.get(pod.node);
      if (isFull === undefined || cpuUsageCores === null || cpuRequestCores === null) continue;
      const isAbove = isFull && cpuUsageCores > cpuRequestCores * overRequest;
      group.aboveRequestOnFullNode = (group.aboveRequestOnFullNode ?? false) || isAbove;
    }
  }
  return [...groups.values()].map(({ shares, ...group }) => ({
    ...group,
    throttledShare:
      shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length,
  }));
}

/** Which nodes use most of their CPU; a node with a pod whose use is unknown is not in it. */
function fullNodes(
  { snapshot }: DetectContext<UnderprovisionedThresholds>,
  fullShare: number,
): ReadonlyMap<string, boolean> {
  const used = new Map<string, number | null>();
  for (const { node, containers } of snapshot.pods) {
    if (node === null) continue;
    for (const { cpuUsageCores, runShare } of containers) {
      if (runShare === 0) continue;
      const sum = used.has(node) ? used.get(node)! : 0;
      used.set(node, sum === null || cpuUsageCores === null ? null : sum + cpuUsageCores);
    }
  }
  return new Map(
    snapshot.nodes.flatMap(({ name, allocatableCpuCores, cpuCores }) => {
      const size = allocatableCpuCores ?? cpuCores;
      const use = used.get(name) ?? null;
      return size === null || use === null ? [] : [[name, use >= size * fullShare] as const];
    }),
  );
}

function empty(namespace: string, workload: WorkloadRef, container: string): Gathered {
  return {
    namespace,
    workload,
    container,
    pods: [],
    shares: [],
    oomKills: 0,
    oomBytes: null,
    throttledShare: null,
    cpuLimitCores: null,
    cpuRequestCores: null,
    cpuCores: null,
    aboveRequestOnFullNode: null,
  };
}
