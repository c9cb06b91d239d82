import { overContainers, type PostureCheck } from '../check.ts';
import { isSet } from './isSet.ts';

/** No ephemeral storage request. */
export const ephemeralRequest: PostureCheck = {
  id: 'ephemeral-request-missing',
  title: 'No ephemeral storage request',
  severity: 'info',
  group: 'resources',
  names: { nsa: 'Namespaces: resource policies' },
  run: (input) =>
    overContainers(input, (container) =>
      isSet(
        container,
        'requests',
        'ephemeral-storage',
        'requests no ephemeral storage: a full disk evicts its neighbours',
      ),
    ),
};
