import { describe, expect, it } from 'vitest';
import { inventoryOf, rawPod } from '../../../../test/support/specs.ts';
import { defaultDeny } from '../../../../test/support/posture/rawObjects.ts';
import { running, tidy } from '../../../../test/support/posture/planted.ts';
import {
  admissionBinding,
  admissionPolicy,
  deploymentOf,
  networkPolicy,
  nodeOf,
  serviceOf,
  webhooks,
  type AnyObject,
} from '../../../../test/support/posture/rawObjects.ts';
import { postureOfInventory } from '../readInput.ts';
import { CHECKS } from './index.ts';

/** What fails of a check: the object, workload or namespace that it names. */
function failing(id: string, ...objects: readonly AnyObject[]): readonly string[] {
  const input = postureOfInventory(inventoryOf(objects, 0), null);
  const results = CHECKS.find((one) => one.id === id)!.run(input);
  return results
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ subject, workload, namespace }) => subject ?? workload?.name ?? namespace);
}

const policies = (...specs: readonly object[]) =>
  tidy('shop', { policies: specs.map((spec, index) => networkPolicy('shop', `p${index}`, spec)) });
const ALL = { podSelector: {} };
const to = (cidr: string, ...except: readonly string[]) => ({ ipBlock: { cidr, except } });
const web = running('shop', 'web');

describe('isolation', () => {
  const selecting = (podSelector: object) => policies({ podSelector, policyTypes: ['Ingress'] });
  it.each([
    ['an expression that selects', { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, []],
    [
      'an expression that leaves it out',
      { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] },
      ['shop'],
    ],
    [
      'labels and an expression',
      {
        matchLabels: { app: 'web' },
        matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }],
      },
      [],
    ],
    [
      'an expression without values',
      { matchExpressions: [{ key: 'app', operator: 'In' }] },
      ['shop'],
    ],
    ['null', null, []],
  ])('%s', (_name, selector, expected) => {
    expect(failing('ingress-policy-missing', ...selecting(selector as object), ...web)).toEqual(
      expected,
    );
  });

  it('of a namespace in which nothing runs is that of what would run', () => {
    const held = selecting({ matchLabels: { app: 'web' } });
    expect(failing('ingress-policy-missing', ...held, deploymentOf('shop', 'web'))).toEqual([]);
    expect(failing('ingress-policy-missing', ...held, deploymentOf('shop', 'api'))).toEqual([
      'shop',
    ]);
    expect(failing('ingress-policy-missing', ...held)).toEqual(['shop']);
  });

  it('is not known of pods whose labels no source has', () => {
    const input = postureOfInventory(
      inventoryOf([...selecting({ matchLabels: { app: 'web' } }), ...web], 0),
      null,
    );
    const blind = { ...input, pods: input.pods.map((pod) => ({ ...pod, labels: {}, spec: null })) };
    const outcomes = (id: string) =>
      CHECKS.find((one) => one.id === id)!
        .run(blind)
        .map(({ outcome }) => outcome);
    expect(outcomes('ingress-policy-missing')).toEqual(['not-evaluated']);
    expect(outcomes('policy-selects-nothing')).toEqual(['passed']);
  });
});

describe('policies that allow everything', () => {
  const allowing = (rule: object) => policies({ ...ALL, policyTypes: ['Egress'], egress: [rule] });
  it.each([
    ['two halves of all addresses', { to: [to('0.0.0.0/1'), to('128.0.0.0/1')] }, ['p0']],
    ['one half and a bit', { to: [to('0.0.0.0/1'), to('128.0.0.0/2')] }, []],
    ['all of IPv6', { to: [to('::/0')] }, ['p0']],
    ['two halves of IPv6', { to: [to('8000::/1'), to('::/1')] }, ['p0']],
    ['halves of two families', { to: [to('0.0.0.0/1'), to('8000::/1')] }, []],
    ['a block written by an address in it', { to: [to('10.1.2.3/0')] }, ['p0']],
    ['no block at all', { to: [to('everywhere')] }, []],
    [
      'two ranges of ports',
      {
        ports: [
          { port: 1, endPort: 32_767 },
          { port: 32_768, endPort: 65_535 },
        ],
      },
      ['p0'],
    ],
    [
      'a hole between ranges',
      {
        ports: [
          { port: 1, endPort: 22 },
          { port: 24, endPort: 65_535 },
        ],
      },
      [],
    ],
    ['every port of UDP', { ports: [{ protocol: 'UDP' }] }, []],
    ['every port of TCP', { ports: [{ protocol: 'TCP' }] }, ['p0']],
    ['a named port', { ports: [{ port: 'http' }] }, []],
    ['the pods of all namespaces', { to: [{ namespaceSelector: {} }] }, []],
  ])('%s', (_name, rule, expected) => {
    expect(failing('policy-allows-everything', ...allowing(rule), ...web)).toEqual(
      expected.map((name) => `NetworkPolicy shop/${name}`),
    );
  });
});

describe('the metadata service', () => {
  const AWS = nodeOf('n', 'aws:///eu-west-1a/i-1');
  const egress = (...rules: readonly object[]) => ({
    ...ALL,
    policyTypes: ['Egress'],
    egress: rules,
  });
  it.each([
    ['everything allowed, in a cloud', [AWS, ...policies(egress({}))], ['shop']],
    ['everything allowed, without a cloud', policies(egress({})), []],
    [
      'everything on port 443, in a cloud',
      [AWS, ...policies(egress({ ports: [{ port: 443 }] }))],
      [],
    ],
    [
      'a policy of other pods, in a cloud',
      [
        AWS,
        ...policies({ podSelector: { matchLabels: { app: 'api' } }, policyTypes: ['Egress'] }),
        ...running('shop', 'api'),
      ],
      ['web'],
    ],
    ['the address alone', policies(egress({ to: [to('169.254.169.254/32')] })), ['shop']],
    [
      'the address of Azure’s agent',
      [nodeOf('n', 'azure:///x'), ...policies(egress({ to: [to('168.63.129.16/32')] }))],
      ['shop'],
    ],
    ['that address elsewhere', [AWS, ...policies(egress({ to: [to('168.63.129.16/32')] }))], []],
    [
      'UDP on port 80',
      policies(egress({ to: [to('0.0.0.0/0')], ports: [{ protocol: 'UDP', port: 80 }] })),
      [],
    ],
    [
      'a range that ends before',
      policies(egress({ to: [to('0.0.0.0/0')], ports: [{ port: 1, endPort: 79 }] })),
      [],
    ],
    [
      'half of its network excepted',
      policies(egress({ to: [to('169.254.0.0/16', '169.254.0.0/17')] })),
      ['shop'],
    ],
    ['a named port', policies(egress({ to: [to('0.0.0.0/0')], ports: [{ port: 'http' }] })), []],
  ])('%s', (_name, objects, expected) => {
    expect(failing('metadata-reachable', ...objects, ...web)).toEqual(expected);
  });

  it('names workloads of two kinds that have one name', () => {
    const held = { podSelector: { matchLabels: { app: 'api' } }, policyTypes: ['Egress'] };
    const objects = [AWS, ...policies(held), ...running('shop', 'api'), ...web];
    const bare = { ...rawPod({ name: 'web', ownerReferences: [] }) };
    expect(failing('metadata-reachable', ...objects, bare)).toEqual(['web', 'web']);
  });
});

it('a load balancer for both halves of all addresses is open', () => {
  const balancer = (...ranges: readonly string[]) =>
    serviceOf('shop', 'web', { type: 'LoadBalancer', loadBalancerSourceRanges: ranges });
  const open = (...ranges: readonly string[]) =>
    failing('load-balancer-open', ...tidy('shop'), balancer(...ranges)).length > 0;
  expect(open('0.0.0.0/1', '128.0.0.0/1')).toBe(true);
  expect(open(' 0.0.0.0/0 ')).toBe(true);
  expect(open('0.0.0.0/1')).toBe(false);
});

it('a range that no router knows, as an annotation may have it, is no range', () => {
  const failed = (range: string) =>
    failing(
      'load-balancer-open',
      ...tidy('shop'),
      serviceOf(
        'shop',
        'web',
        { type: 'LoadBalancer' },
        { 'service.beta.kubernetes.io/azure-allowed-ip-ranges': range },
      ),
    );
  expect(failed('fe80::1%eth0/64')).toEqual([]);
  expect(failed('fe80::1%eth0/64,::ffff:0.0.0.0/0')).toEqual(['Service shop/web']);
});

it('a port of a manifest that is no whole number does not end the check', () => {
  const rule = { ports: [{ port: 80.5 }, { port: 81, endPort: 65_535 }] };
  const objects = policies({ ...ALL, policyTypes: ['Ingress'], ingress: [rule] });
  expect(failing('policy-allows-everything', ...objects, ...web)).toEqual([]);
});

describe('admission', () => {
  const everything = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] };
  const hook = (more: object) =>
    webhooks('ValidatingWebhookConfiguration', 'all', { rules: [everything], ...more });
  const selector = (operator: string, ...values: readonly string[]) => ({
    namespaceSelector: {
      matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator, values }],
    },
  });
  it.each([
    ['every namespace has a name', selector('Exists'), true],
    ['a namespace that is not there', selector('NotIn', 'gone'), true],
    ['a namespace that is there', selector('NotIn', 'shop'), false],
    ['some objects', { objectSelector: { matchLabels: { a: 'b' } } }, false],
  ])('a webhook for everything: %s', (_name, more, isAll) => {
    expect(failing('webhook-matches-everything', ...tidy('shop'), hook(more))).toHaveLength(
      isAll ? 1 : 0,
    );
  });

  it('a binding of a policy that is not there does nothing', () => {
    expect(
      failing(
        'admission-policy-idle',
        admissionPolicy('a', {}),
        admissionBinding('a', 'a', ['Deny']),
        admissionBinding('b', 'gone', ['Deny']),
      ),
    ).toEqual(['ValidatingAdmissionPolicyBinding b']);
  });
});

it('a quota of Secrets alone is none of pods', () => {
  const quota = (hard: object) => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { namespace: 'shop', name: 'q' },
    spec: { hard },
  });
  const missing = (hard: object) =>
    failing('quota-missing', ...tidy('shop', { limits: [quota(hard)] })).length > 0;
  expect(missing({ secrets: '10', 'requests.storage': '1Ti' })).toBe(true);
  expect(missing({ pods: '10' })).toBe(false);
  expect(missing({ 'limits.memory': '10Gi' })).toBe(false);
});

describe('flags of the API server', () => {
  const SOUND = {
    '--authorization-mode': 'Node,RBAC',
    '--enable-admission-plugins': 'NodeRestriction',
    '--profiling': 'false',
    '--audit-log-path': '/var/log/audit.log',
    '--encryption-provider-config': '/etc/encryption.yaml',
  };
  const serverWith = (command: readonly string[]) =>
    rawPod(
      {
        name: 'kube-apiserver-a',
        namespace: 'kube-system',
        uid: 'a',
        labels: { component: 'kube-apiserver' },
      },
      {
        containers: [{ name: 'kube-apiserver', command }],
      },
    ) as AnyObject;
  const wrong = (command: readonly string[]) => failing('api-server-flags', serverWith(command));
  const pairs = Object.entries(SOUND);

  it('are read in every form', () => {
    expect(wrong(['kube-apiserver', ...pairs.map(([flag, value]) => `${flag}=${value}`)])).toEqual(
      [],
    );
    expect(wrong(['kube-apiserver', ...pairs.flat()])).toEqual([]);
    const line = pairs.map(([flag, value]) => `${flag}=${value}`).join(' ');
    expect(wrong(['/bin/sh', '-c', `exec kube-apiserver ${line} 1>>/log`])).toEqual([]);
    expect(wrong(['kube-apiserver'])).toHaveLength(5);
  });

  it('count where another flag stands in their place', () => {
    const { '--audit-log-path': _, ...rest } = SOUND;
    const others = Object.entries(rest).map(([flag, value]) => `${flag}=${value}`);
    expect(wrong(['kube-apiserver', ...others])).toHaveLength(1);
    expect(wrong(['kube-apiserver', ...others, '--audit-webhook-config-file=/etc/w.yaml'])).toEqual(
      [],
    );
  });
});

it('a namespace in good order has nothing of all this', () => {
  const good = [...tidy('shop', { policies: defaultDeny('shop') }), ...web];
  for (const { id } of CHECKS.filter(({ group }) => group === 'network' || group === 'defaults'))
    expect([id, ...failing(id, ...good)]).toEqual([id]);
});
