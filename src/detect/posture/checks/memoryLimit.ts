import { overContainers, type PostureCheck } from '../check.ts';
import { isSet } from './isSet.ts';

/** No memory limit. */
export const memoryLimit: PostureCheck = {
  id: 'memory-limit-missing',
  title: 'No memory limit',
  severity: 'high',
  group: 'resources',
  names: {
    kubescape: ['C-0271', 'C-0004'],
    polaris: ['memoryLimitsMissing'],
    nsa: 'Namespaces: resource policies',
  },
  run: (input) =>
    overContainers(input, (container) =>
      isSet(container, 'limits', 'memory', 'has no memory limit: a leak can exhaust the node'),
    ),
};
