import { perPodRule } from '../../../cost/priceRules.ts';
import type { ClusterObjects, LimitRange } from '../../../model/clusterObjects.ts';
import type { Reading } from '../../../model/reading.ts';
import { makeResources, type Resources } from '../../../model/resources.ts';

/** Bounds that the cluster puts on the requests of a container. */
export type LimitBounds = Pick<LimitRange, 'name' | 'min' | 'max'>;

const MIB = 2 ** 20;

/** GKE Autopilot raises a pod below this; also its memory to at least 1 GiB a core, or its CPU to 1 core for 6.5 GiB. */
const AUTOPILOT: LimitBounds = {
  name: 'GKE Autopilot',
  min: { cpu: 0.05, memory: 52 * MIB },
  max: {},
};

/** The LimitRanges of a namespace, and what Autopilot does where it runs the nodes. */
export function boundsOf(
  objects: ClusterObjects | null,
  namespace: string,
): readonly LimitBounds[] {
  if (objects === null) return [];
  const isAutopilot = objects.nodes.some((node) => perPodRule(node)?.kind === 'gke-autopilot');
  const ranges = objects.limitRanges
    .filter((range) => range.namespace === namespace)
    .map(({ name, min, max }) => ({ name: `LimitRange ${name}`, min, max }));
  return isAutopilot ? [...ranges, AUTOPILOT] : ranges;
}

/** A proposal that the cluster takes as it is, and whose bounds it met. */
export function fitBounds(
  proposed: Resources,
  all: readonly LimitBounds[],
): { readonly proposed: Resources; readonly bound: readonly string[] } {
  const bound = new Set<string>();
  const fit = (value: Reading, resource: 'cpu' | 'memory'): Reading => {
    let fitting = value;
    for (const { name, min, max } of all) {
      const least = min[resource] ?? 0;
      const most = max[resource] ?? Infinity;
      if (fitting === null || (fitting >= least && fitting <= most)) continue;
      fitting = Math.min(Math.max(fitting, least), most);
      bound.add(name);
    }
    return fitting;
  };
  const fitted = makeResources((field) =>
    fit(proposed[field], field.startsWith('cpu') ? 'cpu' : 'memory'),
  );
  return { proposed: fitted, bound: [...bound] };
}
