import { overContainers, type PostureCheck } from '../check.ts';
import { isSet } from './isSet.ts';

/** No CPU request. */
export const cpuRequest: PostureCheck = {
  id: 'cpu-request-missing',
  title: 'No CPU request',
  severity: 'medium',
  group: 'resources',
  names: {
    kubescape: ['C-0268'],
    polaris: ['cpuRequestsMissing'],
    nsa: 'Namespaces: resource policies',
  },
  run: (input) =>
    overContainers(input, (container) =>
      isSet(container, 'requests', 'cpu', 'requests no CPU: the scheduler counts it as zero'),
    ),
};
