import { misses } from '../../../model/clusterObjects.ts';
import { NO_OBJECTS, overNamespaces, type PostureCheck } from '../check.ts';
import { formatShare } from '../../../model/text/units.ts';

/** From here on the next rollout may not fit. */
const NEAR = 0.9;

/** A quota that is nearly used up: the next rollout's surge pods are refused. */
export const quotaNearlyUsed: PostureCheck = {
  id: 'quota-nearly-used',
  title: 'ResourceQuota nearly used up',
  severity: 'high',
  group: 'resources',
  names: {},
  run: (input) =>
    overNamespaces(input, (namespace) => {
      const { objects } = input;
      if (objects === null || misses(objects, 'resourcequotas')) return NO_OBJECTS;
      const near = objects.quotas
        .filter((quota) => quota.namespace === namespace)
        .flatMap(({ name, hard, used }) =>
          Object.entries(hard).flatMap(([resource, limit]) => {
            const share = limit > 0 ? (used[resource] ?? 0) / limit : 0;
            return share >= NEAR ? [`${formatShare(share)} of ${resource} in ${name}`] : [];
          }),
        );
      return near.length === 0 ? null : `has used ${near.join(', ')}`;
    }),
};
