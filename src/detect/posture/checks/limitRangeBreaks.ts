import { misses } from '../../../model/clusterObjects.ts';
import { NO_OBJECTS, overContainers, type PostureCheck } from '../check.ts';

/** LimitRange defaults under which a workload cannot start again: it runs now, and breaks at its next rollout. */
export const limitRangeBreaks: PostureCheck = {
  id: 'limit-range-breaks',
  title: 'LimitRange breaks the workload',
  severity: 'high',
  group: 'resources',
  names: {},
  run: (input) =>
    overContainers(input, ({ requests, limits }, { namespace }) => {
      const { objects } = input;
      if (objects === null || misses(objects, 'limitranges')) return NO_OBJECTS;
      if (requests === null || limits === null)
        return { unknown: 'requests or limits are not known' };
      for (const range of objects.limitRanges) {
        if (range.namespace !== namespace) continue;
        for (const resource of ['cpu', 'memory']) {
          const limit = limits[resource] ?? range.defaultLimit[resource];
          // Without a request of its own a container gets the default, or else its limit.
          const request =
            requests[resource] ?? range.defaultRequest[resource] ?? limits[resource] ?? limit;
          if (limit !== undefined && request !== undefined && limit < request)
            return `LimitRange ${range.name} gives it a limit of ${resource} below its request`;
          const { min, max } = range;
          const least = min[resource];
          const most = max[resource];
          if (request !== undefined && least !== undefined && request < least)
            return `its request of ${resource} is below the minimum of LimitRange ${range.name}`;
          if (limit !== undefined && most !== undefined && limit > most)
            return `its limit of ${resource} is above the maximum of LimitRange ${range.name}`;
        }
      }
      return null;
    }),
};
