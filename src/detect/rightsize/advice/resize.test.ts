import { describe, expect, it } from 'vitest';
import { noObjects, type NodeObject } from '../../../model/clusterObjects.ts';
import { goodPodSpec } from '../../../../test/support/posture/posture.ts';
import { aHistory, anAdviceContext, daysOfUse } from '../../../../test/support/rightsize/advice.ts';
import { adviseContainer, type AdviceContext } from './containerAdvice.ts';
import { workloadPatches } from './patch.ts';
import { renderPatches } from './renderPatches.ts';
import type { PresentPod } from './resize.ts';

const MIB = 2 ** 20;

function node(kubeletVersion: string, change: Partial<NodeObject> = {}): NodeObject {
  return {
    name: 'n1',
    labels: {},
    providerId: null,
    taints: [],
    cpuCores: 4,
    ramBytes: 2 ** 34,
    devices: {},
    allocatableCpuCores: 4,
    allocatableRamBytes: 2 ** 34,
    unschedulable: false,
    kubeletVersion,
    createdAt: null,
    ...change,
  };
}

function advise(
  kind: string,
  spec: Parameters<typeof goodPodSpec>[0],
  change: Partial<AdviceContext>,
) {
  const days = daysOfUse(14, () => ({}));
  const workload = { kind, name: 'web' };
  const pod: PresentPod = {
    namespace: 'shop',
    name: 'web-1',
    workload,
    spec: goodPodSpec({ qosClass: 'Burstable', ...spec }),
  };
  const context = anAdviceContext(days, { podsOf: () => [pod], ...change });
  return adviseContainer(aHistory(days, { workload }), context)!;
}

function script(kind: string, version: string, spec: Parameters<typeof goodPodSpec>[0] = {}) {
  const objects = { ...noObjects(0), nodes: [node(version)] };
  const patches = workloadPatches([advise(kind, spec, { objects })]);
  return renderPatches(patches, { currency: 'USD', kubeContext: 'prod' });
}

const RESIZE = `kubectl --context prod -n shop patch pod/web-1 --subresource resize -p '{"spec":{"containers":[{"name":"app","resources":{"requests":{"cpu":"120m","memory":"230Mi"}}}]}}'`;

describe('a resize in place', () => {
  it('is the other way for what has a template, and the only one for what has none', () => {
    const lines = script('Deployment', 'v1.34.4').split('\n');
    expect(lines).toContain(`# ${RESIZE}`);
    expect(lines.filter((line) => line.startsWith('kubectl'))).toHaveLength(1);
    expect(script('Pod', 'v1.33.0-gke.1').split('\n')).toContain(RESIZE);
  });

  it.each([
    ['an old cluster', 'v1.32.9', {}],
    ['an unknown version', '', {}],
    ['Windows', 'v1.34.4', { isWindows: true }],
    ['a guaranteed pod, whose class would change', 'v1.34.4', { qosClass: 'Guaranteed' }],
    ['a pod without requests, likewise', 'v1.34.4', { qosClass: 'BestEffort' }],
  ])('is not offered to %s', (_, version, spec) => {
    expect(script('Deployment', version, spec)).not.toContain('resize');
  });
});

it('leaves containers alone that share the requests of their pod, and says so', () => {
  const resources = { requests: { cpu: 2 }, limits: {} };
  const advice = advise('Deployment', { resources }, {});
  expect(advice.withheld).toContain('spec.resources');
  expect(workloadPatches([advice])).toEqual([]);
});

it('proposes nothing that a LimitRange refuses or Autopilot changes', () => {
  const range = { namespace: 'shop', defaultLimit: {}, defaultRequest: {} };
  const limitRanges = [
    { ...range, name: 'small', min: { cpu: 0.2 }, max: { memory: 220 * MIB } },
    { ...range, name: 'other', namespace: 'data', min: { cpu: 2 }, max: {} },
  ];
  const bound = advise('Deployment', {}, { objects: { ...noObjects(0), limitRanges } });
  expect(bound.proposed).toMatchObject({ cpuRequestCores: 0.2, ramRequestBytes: 220 * MIB });
  expect(bound.notes).toContain('kept within LimitRange small');

  const days = daysOfUse(14, () => ({ cpuCores: 0.001 }));
  const gke = node('v1.33.5', { name: 'gk3-pool-1' });
  const objects = { ...noObjects(0), nodes: [gke] };
  const advice = adviseContainer(aHistory(days), anAdviceContext(days, { objects }));
  expect(advice?.proposed.cpuRequestCores).toBe(0.05);
  expect(advice?.notes).toContain('kept within GKE Autopilot');
});
