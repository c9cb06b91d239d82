import { describe, expect, it } from 'vitest';
import { autoscaler, verticalAutoscaler } from '../../../collect/kubernetes/objects/autoscalers.ts';
import { noObjects } from '../../../model/clusterObjects.ts';
import { adviseMinReplicas, autoscalingOf } from './autoscaling.ts';

const WEB = { kind: 'Deployment', name: 'web' };
const metadata = { namespace: 'shop', name: 'web' };
const utilization = { type: 'Utilization', averageUtilization: 60 };
const resource = (name: string, target: object = utilization) => ({
  type: 'Resource',
  resource: { name, target },
});
const ofContainer = (name: string, container: string) => ({
  type: 'ContainerResource',
  containerResource: { name, container, target: utilization },
});
const external = { type: 'External', external: { metric: { name: 'queue_length' } } };

function horizontal(metrics: readonly object[], more: { spec?: object; metadata?: object } = {}) {
  return autoscaler({
    metadata: { ...metadata, ...more.metadata },
    spec: { scaleTargetRef: WEB, minReplicas: 4, maxReplicas: 9, metrics, ...more.spec },
  });
}

function managed(one: ReturnType<typeof horizontal>, container = 'app') {
  const objects = { ...noObjects(0), autoscalers: [one] };
  const found = autoscalingOf(objects, 'shop', WEB, container);
  return [found?.cpuManaged, found?.ramManaged];
}

describe('a HorizontalPodAutoscaler', () => {
  it.each([
    ['CPU', [resource('cpu')], [true, false]],
    ['memory', [resource('memory')], [false, true]],
    ['both', [resource('cpu'), resource('memory')], [true, true]],
    ['CPU of the container', [ofContainer('cpu', 'app')], [true, false]],
    ['CPU of another container', [ofContainer('cpu', 'proxy')], [false, false]],
    [
      'CPU of both containers',
      [ofContainer('cpu', 'proxy'), ofContainer('cpu', 'app')],
      [true, false],
    ],
    [
      'an amount of CPU',
      [resource('cpu', { type: 'AverageValue', averageValue: '2' })],
      [false, false],
    ],
    ['an external metric', [external], [false, false]],
    ['an external metric and CPU', [external, resource('cpu')], [true, false]],
  ])('by %s', (_, metrics, expected) => {
    expect(managed(horizontal(metrics))).toEqual(expected);
  });

  it('of autoscaling/v1 scales by CPU and by what its annotation keeps', () => {
    const kept = JSON.stringify([
      { type: 'Resource', resource: { name: 'memory', targetAverageUtilization: 70 } },
    ]);
    const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': kept };
    const spec = { metrics: undefined, targetCPUUtilizationPercentage: 80 };
    expect(managed(horizontal([], { spec, metadata: { annotations } }))).toEqual([true, true]);
    const broken = { 'autoscaling.alpha.kubernetes.io/metrics': '{' };
    expect(managed(horizontal([], { spec, metadata: { annotations: broken } }))).toEqual([
      true,
      false,
    ]);
  });

  it('gets a lower minimum only where CPU alone decides and nothing writes it again', () => {
    const least = (one: ReturnType<typeof horizontal>) => adviseMinReplicas(one, 'app', 0.6, 1);
    expect(least(horizontal([resource('cpu')]))).toBe(2);
    expect(least(horizontal([resource('cpu'), external]))).toBeNull();
    expect(least(horizontal([resource('cpu'), resource('memory')]))).toBeNull();
    expect(least(horizontal([resource('cpu')], { metadata: { name: 'keda-hpa-web' } }))).toBeNull();
    const labels = { 'scaledobject.keda.sh/name': 'web' };
    expect(least(horizontal([resource('cpu')], { metadata: { labels } }))).toBeNull();
  });
});

describe('a VerticalPodAutoscaler', () => {
  const sets = (updateMode: string, containerPolicies: readonly object[] = []) => {
    const one = verticalAutoscaler({
      metadata,
      spec: { targetRef: WEB, updatePolicy: { updateMode }, resourcePolicy: { containerPolicies } },
    });
    const objects = { ...noObjects(0), verticalAutoscalers: [one] };
    const found = autoscalingOf(objects, 'shop', WEB, 'app');
    return [found?.cpuManaged, found?.ramManaged];
  };

  it.each(['Auto', 'Recreate', 'Initial', 'InPlaceOrRecreate'])('in mode %s sets all', (mode) => {
    expect(sets(mode)).toEqual([true, true]);
  });

  it('in mode Off sets nothing', () => {
    expect(sets('Off')).toEqual([false, false]);
  });

  it('sets what its policy of the container says, or that of all others', () => {
    const cpu = { containerName: 'app', controlledResources: ['cpu'] };
    const off = { containerName: '*', mode: 'Off' };
    expect(sets('Auto', [off, cpu])).toEqual([true, false]);
    expect(sets('Auto', [off])).toEqual([false, false]);
    expect(sets('Auto', [{ containerName: 'proxy', mode: 'Off' }])).toEqual([true, true]);
  });
});
