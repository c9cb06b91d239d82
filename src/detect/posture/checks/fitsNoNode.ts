import { overPods, type PostureCheck } from '../check.ts';
import { podRequest } from '../podRequest.ts';

/** Requests that no node can hold, however empty it is. */
export const fitsNoNode: PostureCheck = {
  id: 'fits-no-node',
  title: 'Requests fit no node',
  severity: 'high',
  group: 'resources',
  names: {},
  run: (input) =>
    overPods(input, (pod) => {
      const { nodes } = input;
      if (nodes === null || nodes.length === 0)
        return { unknown: 'the sizes of nodes are not known' };
      const request = podRequest(pod);
      if (request === null) return { unknown: 'requests are not known' };
      const fits = nodes.some(
        ({ cpuCores, ramBytes }) => request.cpuCores <= cpuCores && request.ramBytes <= ramBytes,
      );
      return fits ? null : 'requests more than any node has: it stays pending when rescheduled';
    }),
};
