import type { Autoscaler, ClusterObjects } from '../../model/clusterObjects.ts';

/** The lists that metrics may have, by the resource that they are of. */
const MEASURED = {
  'horizontalpodautoscalers.autoscaling': 'autoscalers',
  resourcequotas: 'quotas',
  limitranges: 'limitRanges',
} as const satisfies Readonly<Record<string, keyof ClusterObjects>>;

/**
 * Objects as the API or a file has them, with what metrics know of kinds that it could not read. Where both have a
 * kind, the API's is taken, which also has scopes and selectors; of an autoscaler whose metrics an old API version does
 * not show, those that kube-state-metrics has.
 */
export function joinObjects(
  specified: ClusterObjects,
  measured: ClusterObjects | null,
): ClusterObjects {
  if (measured === null) return specified;
  const filled = Object.entries(MEASURED).filter(
    ([resource]) => specified.missing.includes(resource) && !measured.missing.includes(resource),
  );
  return {
    ...specified,
    autoscalers: specified.autoscalers.map((one) => {
      if (isWhole(one)) return one;
      const known = measured.autoscalers.find(
        ({ namespace, name }) => namespace === one.namespace && name === one.name,
      );
      return known === undefined
        ? one
        : { ...one, targets: known.targets, otherMetrics: known.otherMetrics };
    }),
    ...Object.fromEntries(filled.map(([, list]) => [list, measured[list]])),
    missing: specified.missing.filter((name) => !filled.some(([resource]) => resource === name)),
  };
}

function isWhole({ targets, otherMetrics }: Autoscaler): boolean {
  return targets.length + otherMetrics.length > 0;
}

/** True where metrics cannot add anything to what the API or a file says of autoscalers, quotas and limit ranges. */
export function isWholeOf({ missing, autoscalers }: ClusterObjects): boolean {
  return autoscalers.every(isWhole) && !Object.keys(MEASURED).some((one) => missing.includes(one));
}
