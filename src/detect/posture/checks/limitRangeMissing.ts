import { misses } from '../../../model/clusterObjects.ts';
import { NO_OBJECTS, overNamespaces, type PostureCheck } from '../check.ts';
import { isSystemNamespace } from '../systemNamespaces.ts';

/** A namespace without a LimitRange: pods without requests stay without them. */
export const limitRangeMissing: PostureCheck = {
  id: 'limit-range-missing',
  title: 'No LimitRange in the namespace',
  severity: 'low',
  group: 'resources',
  names: { nsa: 'Namespaces: resource policies' },
  run: (input) =>
    overNamespaces(input, (namespace) => {
      const { objects } = input;
      if (objects === null || misses(objects, 'limitranges')) return NO_OBJECTS;
      if (isSystemNamespace(namespace)) return null;
      const has = objects.limitRanges.some((range) => range.namespace === namespace);
      return has ? null : 'has no LimitRange: pods without requests stay without';
    }),
};
