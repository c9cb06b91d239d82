import { expect, it } from 'vitest';
import { noObjects, type ClusterObjects } from '../../model/clusterObjects.ts';
import { joinObjects } from './joinObjects.ts';

const quota = { namespace: 'shop', name: 'all', hard: { pods: 9 }, used: {}, scoped: false };
const range = {
  namespace: 'shop',
  name: 'defaults',
  defaultLimit: {},
  defaultRequest: {},
  min: {},
  max: { cpu: 4 },
};
const measured: ClusterObjects = {
  ...noObjects(5),
  missing: ['horizontalpodautoscalers.autoscaling', 'deployments.apps'],
  quotas: [quota],
  limitRanges: [range],
};

it('fills in what could not be read, where metrics know the kind, and nothing else', () => {
  const specified: ClusterObjects = {
    ...noObjects(9),
    missing: ['resourcequotas', 'horizontalpodautoscalers.autoscaling', 'deployments.apps'],
  };
  expect(joinObjects(specified, measured)).toEqual({
    ...specified,
    missing: ['horizontalpodautoscalers.autoscaling', 'deployments.apps'],
    quotas: [quota],
  });
});

it('takes the metrics of an autoscaler that an old API version does not show', () => {
  const none = {
    namespace: 'shop',
    name: 'web',
    target: { kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 5,
    currentReplicas: 2,
    targets: [],
    otherMetrics: [],
    scaledObject: null,
  };
  const targets = [{ resource: 'cpu', container: 'app', percent: 60 }];
  const seen = { ...measured, missing: [], autoscalers: [{ ...none, targets }] };
  const specified = { ...noObjects(9), autoscalers: [none] };
  expect(joinObjects(specified, seen).autoscalers).toEqual([{ ...none, targets }]);
  const whole = { ...none, otherMetrics: ['queue_length'] };
  expect(joinObjects({ ...specified, autoscalers: [whole] }, seen).autoscalers).toEqual([whole]);
});

it('leaves what was read as it is: it tells more, and an empty list is known to be empty', () => {
  const scoped = { ...quota, scoped: true };
  const specified: ClusterObjects = { ...noObjects(9), quotas: [scoped] };
  expect(joinObjects(specified, measured)).toEqual(specified);
  expect(joinObjects(specified, null)).toBe(specified);
});
