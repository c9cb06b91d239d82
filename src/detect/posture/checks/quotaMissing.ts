import { misses } from '../../../model/clusterObjects.ts';
import { NO_OBJECTS, overNamespaces, type PostureCheck } from '../check.ts';
import { isSystemNamespace } from '../systemNamespaces.ts';

/** A namespace without a ResourceQuota: one runaway Deployment takes the whole cluster. */
export const quotaMissing: PostureCheck = {
  id: 'quota-missing',
  title: 'No ResourceQuota in the namespace',
  severity: 'medium',
  group: 'resources',
  names: { nsa: 'Namespaces: resource policies' },
  run: (input) =>
    overNamespaces(input, (namespace) => {
      const { objects } = input;
      if (objects === null || misses(objects, 'resourcequotas')) return NO_OBJECTS;
      if (isSystemNamespace(namespace)) return null;
      const has = objects.quotas.some((quota) => quota.namespace === namespace && !quota.scoped);
      return has ? null : 'has no ResourceQuota';
    }),
};
