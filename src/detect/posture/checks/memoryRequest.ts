import { overContainers, type PostureCheck } from '../check.ts';
import { isSet } from './isSet.ts';

/** No memory request. */
export const memoryRequest: PostureCheck = {
  id: 'memory-request-missing',
  title: 'No memory request',
  severity: 'medium',
  group: 'resources',
  names: {
    kubescape: ['C-0269'],
    polaris: ['memoryRequestsMissing'],
    nsa: 'Namespaces: resource policies',
  },
  run: (input) =>
    overContainers(input, (container) =>
      isSet(container, 'requests', 'memory', 'requests no memory: among the first to be evicted'),
    ),
};
