import { misses } from '../../../model/clusterObjects.ts';
import { NO_HISTORY, NO_OBJECTS, overNamespaces, type PostureCheck } from '../check.ts';

/** A quota beyond this many times the use holds nothing back. */
const FAR = 10;

/** A quota so far above what the history shows that it would stop nothing. */
export const quotaTooLarge: PostureCheck = {
  id: 'quota-too-large',
  title: 'ResourceQuota far above the use',
  severity: 'info',
  group: 'resources',
  names: {},
  run: (input) =>
    overNamespaces(input, (namespace) => {
      const { objects, use } = input;
      if (objects === null || misses(objects, 'resourcequotas')) return NO_OBJECTS;
      const quotas = objects.quotas.filter((quota) => quota.namespace === namespace);
      if (quotas.length === 0) return null;
      const used = use?.get(namespace);
      if (used === undefined) return NO_HISTORY;
      const tooLarge = quotas.flatMap(({ name, hard }) => {
        const cpu = hard['requests.cpu'] ?? hard['cpu'] ?? 0;
        const memory = hard['requests.memory'] ?? hard['memory'] ?? 0;
        return [
          ...(cpu > FAR * used.cpuCores ? [`requests.cpu in ${name}`] : []),
          ...(memory > FAR * used.ramBytes ? [`requests.memory in ${name}`] : []),
        ];
      });
      return tooLarge.length === 0
        ? null
        : `allows more than ${FAR} times what was ever used: ${tooLarge.join(', ')}`;
    }),
};
