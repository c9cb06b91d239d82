import { overContainers, type PostureCheck } from '../check.ts';

/** A limit below its request: the API refuses it, and a chart or LimitRange that makes one breaks a rollout. */
export const limitBelowRequest: PostureCheck = {
  id: 'limit-below-request',
  title: 'Limit below the request',
  severity: 'high',
  group: 'resources',
  names: {},
  run: (input) =>
    overContainers(input, ({ requests, limits }) => {
      if (requests === null || limits === null)
        return { unknown: 'requests or limits are not known' };
      const wrong = Object.keys(limits).filter(
        (resource) => (limits[resource] ?? 0) < (requests[resource] ?? 0),
      );
      return wrong.length === 0 ? null : `its limit of ${wrong.join(', ')} is below its request`;
    }),
};
