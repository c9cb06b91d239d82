import { overContainers, type PostureCheck } from '../check.ts';
import { isSet } from './isSet.ts';

/** No CPU limit (informational). */
export const cpuLimit: PostureCheck = {
  id: 'cpu-limit-missing',
  title: 'No CPU limit (informational)',
  severity: 'info',
  group: 'resources',
  names: {
    kubescape: ['C-0270', 'C-0050'],
    polaris: ['cpuLimitsMissing'],
    nsa: 'Namespaces: resource policies',
  },
  run: (input) =>
    overContainers(input, (container) => isSet(container, 'limits', 'cpu', 'has no CPU limit')),
};
