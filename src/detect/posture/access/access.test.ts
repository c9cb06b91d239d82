import { describe, expect, it } from 'vitest';
import { inventoryOf } from '../../../../test/support/specs.ts';
import { running, tidy } from '../../../../test/support/posture/planted.ts';
import {
  binding,
  role,
  serviceAccount,
  type AnyObject,
} from '../../../../test/support/posture/rawObjects.ts';
import type { PostureInput } from '../postureInput.ts';
import { postureOfInventory } from '../readInput.ts';
import { accessOf } from './access.ts';
import { waysToAdmin } from './paths.ts';

const RBAC = 'rbac.authorization.k8s.io';

function inputOf(...objects: readonly AnyObject[]): PostureInput {
  return postureOfInventory(inventoryOf([...tidy('shop'), ...objects], 0), null);
}

function abilitiesOf(input: PostureInput, who: string): readonly string[] {
  const reaches = accessOf(input).grantees.get(who)?.reaches ?? [];
  return reaches.map(({ ability, namespace }) => `${ability} ${namespace ?? 'everywhere'}`).sort();
}

const APP = 'ServiceAccount shop/app';

describe('who may do what', () => {
  it('a service account that is bound as a user is that service account', () => {
    const input = inputOf(
      role('shop', 'reader', ['get@/secrets']),
      binding('shop', 'reader', 'Role:reader', 'User:system:serviceaccount:shop:app'),
    );
    expect(abilitiesOf(input, APP)).toEqual(['read secrets shop']);
  });

  it('aggregated roles gather aggregated roles, also in a circle', () => {
    const gathers = (name: string, label: string, other: string, rules: readonly string[] = []) =>
      role(null, name, rules, { labels: { [label]: 'yes' }, aggregates: { [other]: 'yes' } });
    const input = inputOf(
      gathers('one', 'is-one', 'is-two'),
      gathers('two', 'is-two', 'is-three'),
      gathers('three', 'is-three', 'is-one', ['get@/secrets']),
      binding(null, 'one', 'one', 'shop/app'),
    );
    expect(abilitiesOf(input, APP)).toEqual(['read secrets everywhere']);
  });

  it.each([
    ['rules about URLs', { nonResourceURLs: ['*'], verbs: ['*'] }],
    ['a resource in capitals', { apiGroups: [''], resources: ['Secrets'], verbs: ['get'] }],
    ['a verb in capitals', { apiGroups: [''], resources: ['secrets'], verbs: ['GET'] }],
    ['an absent API group', { resources: ['secrets'], verbs: ['get'] }],
    ['pods/*', { apiGroups: [''], resources: ['pods/*'], verbs: ['*'] }],
    [
      'extra fields without a key',
      { apiGroups: ['authentication.k8s.io'], resources: ['userextras'], verbs: ['impersonate'] },
    ],
  ])('%s give nothing', (_name, rule) => {
    const odd = { ...role(null, 'odd', []), rules: [rule] };
    expect(abilitiesOf(inputOf(odd, binding(null, 'odd', 'odd', 'shop/app')), APP)).toEqual([]);
  });

  it('a binding that Kubernetes names as its own is looked at where its role is another', () => {
    const builtIn = (name: string, of: string) => {
      const input = inputOf(
        role(null, of, ['get@/secrets']),
        binding(null, name, of, 'kube-system/job-controller'),
      );
      const [bound] = accessOf(input).grantees.get(
        'ServiceAccount kube-system/job-controller',
      )!.bindings;
      return bound!.isBuiltIn;
    };
    expect(builtIn('system:controller:job-controller', 'system:controller:job-controller')).toBe(
      true,
    );
    expect(builtIn('system:controller:job-controller', 'mine')).toBe(false);
  });
});

describe('the way to cluster-admin of a pod', () => {
  const ADMIN = binding(null, 'ops', 'cluster-admin', 'User:ops', 'Group:admins', 'shop/admin');
  const token = { secrets: [{ name: 'admin-token-x7k2p' }] };

  /** Steps from the account `app`, and the first of them; null without a way. */
  function wayOf(
    rules: readonly string[],
    scope: 'cluster' | 'namespace',
    ...more: readonly AnyObject[]
  ) {
    const home = scope === 'cluster' ? null : 'shop';
    const input = inputOf(
      ADMIN,
      role(home, 'mine', rules),
      binding(home, 'mine', home === null ? 'mine' : 'Role:mine', 'shop/app'),
      serviceAccount('shop', 'app'),
      ...running('shop', 'app', { account: 'app', mounts: true }),
      ...(more.length === 0 ? [serviceAccount('shop', 'admin')] : more),
    );
    return waysToAdmin(input).get(APP)?.steps ?? null;
  }

  // Steps, where the role is bound, its rules.
  it.each([
    [1, 'cluster', ['impersonate@/users,groups']],
    [1, 'cluster', ['impersonate@/groups:system:masters', 'impersonate@/serviceaccounts:app']],
    [null, 'cluster', ['impersonate@/groups']],
    [1, 'cluster', ['impersonate@/users']],
    [1, 'cluster', ['impersonate@/users:ops']],
    [null, 'cluster', ['impersonate@/users:nobody']],
    [1, 'cluster', ['impersonate@/users:nobody', 'impersonate@/groups:admins']],
    [null, 'cluster', ['impersonate@/users:nobody', 'impersonate@/groups:others']],
    [null, 'cluster', ['impersonate@authentication.k8s.io/uids,userextras/scopes']],
    [1, 'cluster', [`escalate,update@${RBAC}/clusterroles`]],
    [1, 'cluster', [`escalate,update@${RBAC}/clusterroles:mine`]],
    [null, 'cluster', [`escalate,update@${RBAC}/clusterroles:another`]],
    [null, 'cluster', [`escalate@${RBAC}/clusterroles`]],
    [null, 'cluster', [`escalate,create@${RBAC}/clusterroles`]],
    [1, 'namespace', [`escalate,patch@${RBAC}/roles`]],
    [null, 'namespace', [`escalate@${RBAC}/roles`]],
    [null, 'namespace', [`escalate,create@${RBAC}/roles`]],
    [null, 'cluster', [`escalate,patch@${RBAC}/roles`]],
    [1, 'cluster', [`bind@${RBAC}/clusterroles`, `create@${RBAC}/clusterrolebindings`]],
    [1, 'cluster', [`bind@${RBAC}/clusterroles`, `create@${RBAC}/rolebindings`]],
    [1, 'namespace', [`bind@${RBAC}/clusterroles:edit`, `create@${RBAC}/rolebindings`]],
    [null, 'namespace', [`bind@${RBAC}/clusterroles:view`, `create@${RBAC}/rolebindings`]],
    [null, 'cluster', [`bind@${RBAC}/clusterroles`, `update@${RBAC}/clusterrolebindings:one`]],
    [null, 'cluster', [`create@${RBAC}/clusterrolebindings`]],
    [1, 'namespace', ['create@/serviceaccounts/token']],
    [1, 'namespace', ['create@/serviceaccounts/token:admin']],
    [null, 'namespace', ['create@/serviceaccounts/token:app']],
    [1, 'namespace', ['get,create@/secrets']],
    [null, 'namespace', ['get@/secrets']],
    [null, 'namespace', ['create@/secrets']],
    [1, 'namespace', ['patch@apps/deployments']],
    [null, 'namespace', ['patch@apps/deployments/scale']],
    [null, 'namespace', ['create@/pods/exec']],
    [null, 'cluster', ['get@/nodes/proxy:node-1']],
    [
      1,
      'cluster',
      [
        'create@certificates.k8s.io/certificatesigningrequests',
        'update@certificates.k8s.io/certificatesigningrequests/approval',
        'approve@certificates.k8s.io/signers:kubernetes.io/kube-apiserver-client',
      ],
    ],
    [
      null,
      'cluster',
      [
        'create@certificates.k8s.io/certificatesigningrequests',
        'update@certificates.k8s.io/certificatesigningrequests/approval',
        'approve@certificates.k8s.io/signers:kubernetes.io/kubelet-serving',
      ],
    ],
    [1, 'cluster', ['patch@admissionregistration.k8s.io/mutatingwebhookconfigurations']],
    [null, 'cluster', ['patch@admissionregistration.k8s.io/mutatingwebhookconfigurations:own']],
    [null, 'cluster', ['patch@admissionregistration.k8s.io/validatingwebhookconfigurations']],
  ] as const)('%s, %s: %j', (steps, scope, rules) => {
    expect(wayOf(rules, scope)).toBe(steps);
  });

  it('leads through the Secrets in which tokens lie', () => {
    const legacy = serviceAccount('shop', 'admin', token);
    expect(wayOf(['list@/secrets'], 'namespace', legacy)).toBe(1);
    expect(wayOf(['list@/secrets'], 'namespace', serviceAccount('shop', 'admin'))).toBeNull();
  });
});
