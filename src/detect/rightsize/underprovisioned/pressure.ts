import type { DetectContext } from '../../detector.ts';
import { maxKnown, meanKnown, type Reading } from '../../../model/reading.ts';
import { containersByWorkload, type WorkloadContainer } from '../containersByWorkload.ts';
import type { UnderprovisionedThresholds } from './thresholds.ts';

/** What one container of a workload suffered in one window, over its pods. */
export interface Pressure extends Omit<WorkloadContainer, 'members'> {
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

/** The window's containers with what they suffered, in the snapshot's order; init containers are left out. */
export function pressureOf(
  context: DetectContext<UnderprovisionedThresholds>,
): readonly Pressure[] {
  const { overRequest, fullNode } = context.thresholds.underprovisioned;
  const full = fullNodes(context, fullNode);
  return containersByWorkload(context.snapshot).map(({ members, ...about }) => {
    const all = members.map(({ container }) => container);
    const killed = all.filter(
      ({ lastTerminatedReason, restarts }) =>
        lastTerminatedReason === 'OOMKilled' && (restarts ?? 0) > 0,
    );
    const above = members.flatMap(({ pod, container: { cpuUsageCores, cpuRequestCores } }) => {
      const isFull = full.get(pod.node ?? '');
      if (isFull === undefined || cpuUsageCores === null || cpuRequestCores === null) return [];
      return [isFull && cpuUsageCores > cpuRequestCores * overRequest];
    });
    return {
      ...about,
      pods: members.map(({ pod }) => pod.name),
      oomKills: killed.reduce((sum, { restarts }) => sum + (restarts ?? 0), 0),
      oomBytes: maxKnown(...killed.map((one) => one.ramLimitBytes ?? one.ramPeakBytes)),
      throttledShare: meanKnown(all.map((one) => one.throttledShare)),
      cpuLimitCores: maxKnown(...all.map((one) => one.cpuLimitCores)),
      cpuRequestCores: maxKnown(...all.map((one) => one.cpuRequestCores)),
      cpuCores: maxKnown(...all.map((one) => one.cpuUsageCores)),
      aboveRequestOnFullNode: above.length === 0 ? null : above.includes(true),
    };
  });
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
