import type { ClusterObjects } from '../../model/clusterObjects.ts';

/** The lists that metrics may have, by the resource that they are of. */
const MEASURED = {
  'horizontalpodautoscalers.autoscaling': 'autoscalers',
  resourcequotas: 'quotas',
  limitranges: 'limitRanges',
} as const satisfies Readonly<Record<string, keyof ClusterObjects>>;

/**
 * Objects as the API or a file told them, with what metrics know of kinds that it could not read. Where both have a
 * kind, the API's is taken: it also tells scopes, and whom it holds for.
 */
export function joinObjects(
  specified: ClusterObjects,
  measured: ClusterObjects | null,
): ClusterObjects {
  if (measured === null) return specified;
  const filled = Object.entries(MEASURED).filter(
    ([resource]) => specified.missing.includes(resource) && !measured.missing.includes(resource),
  );
  if (filled.length === 0) return specified;
  return {
    ...specified,
    ...Object.fromEntries(filled.map(([, list]) => [list, measured[list]])),
    missing: specified.missing.filter((name) => !filled.some(([resource]) => resource === name)),
  };
}
