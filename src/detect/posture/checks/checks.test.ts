import { describe, expect, it } from 'vitest';
import type { SelectorExpression } from '../../../model/labelSelector.ts';
import { scopeOf, type CheckOutcome } from '../check.ts';
import type { PostureContainer, PostureInput } from '../postureInput.ts';
import {
  goodContainer,
  goodInput,
  goodObjects,
  goodPod,
  goodPodSpec,
  goodSpec,
} from '../../../../test/support/posture/posture.ts';
import { CHECKS } from './index.ts';

function withContainer(change: Partial<PostureContainer>): PostureInput {
  return goodInput({ pods: [goodPod({ containers: [goodContainer(change)] })] });
}

function withSpec(change: Parameters<typeof goodSpec>[0]): PostureInput {
  return withContainer({ spec: goodSpec(change) });
}

function withPodSpec(change: Parameters<typeof goodPodSpec>[0]): PostureInput {
  return goodInput({ pods: [goodPod({ spec: goodPodSpec(change) })] });
}

const noRequests = withContainer({ requests: null });
const noLimits = withContainer({ limits: null });
const noSpec = goodInput({
  pods: [goodPod({ spec: null, containers: [goodContainer({ spec: null })] })],
});
const noObjects = goodInput({ objects: null });
const named = { namespace: 'shop', name: 'it' };
const noRange = { ...named, defaultLimit: {}, defaultRequest: {}, min: {}, max: {} };

function budgetBy(expression: SelectorExpression) {
  const [budget] = goodObjects().disruptionBudgets;
  return goodObjects({
    disruptionBudgets: [{ ...budget!, matchLabels: {}, matchExpressions: [expression] }],
  });
}

/** For each check an input that fails and one that it cannot evaluate; the good input passes. */
const CASES: Readonly<Record<string, { fails: readonly PostureInput[]; unknown: PostureInput }>> = {
  'cpu-request-missing': {
    fails: [withContainer({ requests: { memory: 1 } })],
    unknown: withContainer({ known: { requests: ['memory'], limits: [] } }),
  },
  'memory-request-missing': {
    fails: [withContainer({ requests: { cpu: 1 } })],
    unknown: noRequests,
  },
  'ephemeral-request-missing': {
    fails: [withContainer({ requests: { cpu: 1, memory: 1 } })],
    unknown: noRequests,
  },
  'memory-limit-missing': { fails: [withContainer({ limits: { cpu: 1 } })], unknown: noLimits },
  'cpu-limit-missing': { fails: [withContainer({ limits: {} })], unknown: noLimits },
  'limit-below-request': {
    fails: [withContainer({ requests: { cpu: 2 }, limits: { cpu: 1 } })],
    unknown: noLimits,
  },
  'fits-no-node': {
    fails: [
      withContainer({ requests: { cpu: 5 } }),
      goodInput({
        pods: [
          goodPod({
            containers: [goodContainer(), goodContainer({ role: 'init', requests: { cpu: 5 } })],
          }),
        ],
      }),
    ],
    unknown: goodInput({ nodes: null }),
  },
  'quota-missing': {
    fails: [goodInput({ objects: goodObjects({ quotas: [] }) })],
    unknown: goodInput({ objects: goodObjects({ quotas: [], missing: ['resourcequotas'] }) }),
  },
  'quota-nearly-used': {
    fails: [
      goodInput({
        objects: goodObjects({
          quotas: [{ ...named, hard: { pods: 10 }, used: { pods: 9 }, scoped: false }],
        }),
      }),
    ],
    unknown: noObjects,
  },
  'quota-too-large': {
    fails: [
      goodInput({
        objects: goodObjects({
          quotas: [{ ...named, hard: { 'requests.cpu': 11 }, used: {}, scoped: false }],
        }),
      }),
    ],
    unknown: goodInput({ use: null }),
  },
  'limit-range-missing': {
    fails: [goodInput({ objects: goodObjects({ limitRanges: [] }) })],
    unknown: noObjects,
  },
  'limit-range-breaks': {
    fails: [
      goodInput({
        pods: [goodPod({ containers: [goodContainer({ limits: {}, requests: { cpu: 2 } })] })],
        objects: goodObjects({ limitRanges: [{ ...noRange, defaultLimit: { cpu: 1 } }] }),
      }),
      goodInput({ objects: goodObjects({ limitRanges: [{ ...noRange, min: { cpu: 0.5 } }] }) }),
      goodInput({ objects: goodObjects({ limitRanges: [{ ...noRange, max: { cpu: 0.5 } }] }) }),
    ],
    unknown: noObjects,
  },
  'disruption-budget-missing': {
    fails: [
      goodInput({ objects: goodObjects({ disruptionBudgets: [] }) }),
      goodInput({ pods: [goodPod({ labels: { app: 'other' } })] }),
      goodInput({
        objects: goodObjects({
          disruptionBudgets: [{ ...goodObjects().disruptionBudgets[0]!, selectsNone: true }],
        }),
      }),
      ...[
        { key: 'app', operator: 'In', values: ['other'] },
        { key: 'app', operator: 'NotIn', values: ['web'] },
        { key: 'tier', operator: 'Exists', values: [] },
        { key: 'app', operator: 'DoesNotExist', values: [] },
      ].map((expression) => goodInput({ objects: budgetBy(expression) })),
    ],
    unknown: goodInput({ objects: goodObjects({ workloads: [] }) }),
  },
  'image-unpinned': {
    fails: [withContainer({ image: 'registry:5000/app' }), withContainer({ image: 'app:latest' })],
    unknown: withContainer({ image: null }),
  },
  privileged: { fails: [withSpec({ privileged: true })], unknown: noSpec },
  'host-namespaces': {
    fails: [
      withPodSpec({ hostNetwork: true }),
      withPodSpec({ hostPid: true }),
      withPodSpec({ hostIpc: true }),
    ],
    unknown: noSpec,
  },
  'host-path': { fails: [withPodSpec({ hostPaths: ['/'] })], unknown: noSpec },
  'capabilities-added': {
    fails: [withSpec({ addedCapabilities: ['SYS_ADMIN'] })],
    unknown: noSpec,
  },
  'run-as-root': {
    fails: [withSpec({ runAsRoot: true }), withSpec({ runAsRoot: null })],
    unknown: noSpec,
  },
  'privilege-escalation': {
    fails: [withSpec({ allowPrivilegeEscalation: null })],
    unknown: noSpec,
  },
  'seccomp-missing': {
    fails: [withSpec({ seccompProfile: null }), withSpec({ seccompProfile: 'Unconfined' })],
    unknown: noSpec,
  },
  'token-automounted': { fails: [withPodSpec({ tokenMounted: true })], unknown: noSpec },
};

function outcomes(id: string, input: PostureInput): ReadonlySet<CheckOutcome> {
  const check = CHECKS.find((one) => one.id === id);
  return new Set(check?.run(input).map(({ outcome }) => outcome));
}

const OF_WORKLOADS = CHECKS.filter((one) => scopeOf(one) === 'workloads').map(({ id }) => id);
/** Of some pods alone. */
const OF_PODS = new Set(['default-namespace-used', 'image-digest-missing', 'api-server-flags']);

describe('every check', () => {
  it('has cases', () => {
    expect(Object.keys(CASES).sort()).toEqual(OF_WORKLOADS.toSorted());
  });

  it('of access, network and defaults passes, and is not evaluated without its lists', () => {
    for (const { id } of CHECKS.filter((one) => scopeOf(one) !== 'workloads')) {
      if (OF_PODS.has(id)) continue;
      expect([id, ...outcomes(id, goodInput())]).toEqual([id, 'passed']);
      const blind = goodInput({ objects: null, namespaceLabels: null, calls: null });
      expect([id, ...outcomes(id, blind)]).toEqual([id, 'not-evaluated']);
    }
  });

  it.each(OF_WORKLOADS)('%s passes, fails, and is not evaluated without its input', (id) => {
    expect(outcomes(id, goodInput())).toEqual(new Set(['passed']));
    for (const input of CASES[id]!.fails) expect(outcomes(id, input)).toContain('failed');
    expect(outcomes(id, CASES[id]!.unknown)).toEqual(new Set(['not-evaluated']));
  });

  it.each([
    'secrets',
    'count/configmaps',
    'requests.storage',
    'gold.storageclass.storage.k8s.io/pvc',
  ])('a quota of %s that is used up stops no rollout', (resource) => {
    const quota = { ...named, hard: { [resource]: 10 }, used: { [resource]: 10 }, scoped: false };
    const input = goodInput({ objects: goodObjects({ quotas: [quota] }) });
    expect(outcomes('quota-nearly-used', input)).toEqual(new Set(['passed']));
  });

  it('says where and what', () => {
    const check = CHECKS.find(({ id }) => id === 'capabilities-added');
    expect(check?.run(withSpec({ addedCapabilities: ['NET_BIND_SERVICE', 'SYS_ADMIN'] }))).toEqual([
      {
        outcome: 'failed',
        namespace: 'shop',
        workload: { kind: 'Deployment', name: 'web' },
        container: 'app',
        text: 'adds the capabilities SYS_ADMIN',
      },
    ]);
  });
});
