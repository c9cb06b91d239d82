import { describe, expect, it } from 'vitest';
import { inventoryOf } from '../../../../test/support/specs.ts';
import { running, tidy } from '../../../../test/support/posture/planted.ts';
import {
  ingressOf,
  namespaceOf,
  serviceOf,
  webhooks,
  type AnyObject,
} from '../../../../test/support/posture/rawObjects.ts';
import { networkPolicy } from '../../../collect/kubernetes/objects/network.ts';
import type { RawObject } from '../../../collect/kubernetes/rawObjects.ts';
import { selects } from '../../../model/labelSelector.ts';
import type { NetworkPolicyObject, NetworkRule } from '../../../model/reviewedObjects.ts';
import { holds } from '../checks/network/addresses.ts';
import { postureOfInventory } from '../readInput.ts';
import { isolationManifests } from './isolation.ts';
import { podSecurityManifest } from './podSecurity.ts';

/** A pod, or an address outside the cluster. */
type End =
  | { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly address: string };

function lets(rule: NetworkRule, other: End, port: number | string, protocol: string): boolean {
  const isPort =
    rule.ports?.every(
      (one) => one.protocol !== protocol || (one.port !== null && one.port !== port),
    ) !== true;
  const isPeer =
    rule.peers === null ||
    rule.peers.some((peer) => {
      if ('address' in other) return peer.cidr !== null && holds([peer.cidr], other.address);
      const name = { 'kubernetes.io/metadata.name': other.namespace };
      const isPlace =
        peer.namespaceSelector === null
          ? other.namespace === 'shop'
          : selects(peer.namespaceSelector, name);
      return (
        peer.cidr === null &&
        isPlace &&
        (peer.podSelector === null || selects(peer.podSelector, other.labels))
      );
    });
  return isPort && isPeer;
}

/** Whether policies of the namespace let a pod of it through, as Kubernetes adds them up. */
function isAllowed(
  policies: readonly NetworkPolicyObject[],
  direction: 'ingress' | 'egress',
  labels: Readonly<Record<string, string>>,
  other: End,
  port: number | string,
  protocol = 'TCP',
): boolean {
  const own = policies.filter((one) => one[direction] !== null && selects(one.podSelector, labels));
  return (
    own.length === 0 ||
    own.some((one) => one[direction]!.some((rule) => lets(rule, other, port, protocol)))
  );
}

function fixOf(...more: readonly AnyObject[]) {
  const objects = [
    ...tidy('shop', { policies: [] }),
    namespaceOf('kube-system'),
    ...running('shop', 'web'),
    ...running('shop', 'db'),
    ...more,
  ];
  const input = postureOfInventory(inventoryOf(objects, 0), null);
  // Lists that hold nothing were read all the same.
  const whole = { ...input, objects: { ...input.objects!, missing: [] } };
  const advised = isolationManifests('shop', whole);
  const policies = advised.flatMap(({ manifest }) =>
    manifest ? [networkPolicy(manifest as RawObject)] : [],
  );
  return { policies, text: advised.map(({ comment }) => comment).join('\n') };
}

const WEB = { app: 'web' };
const OUTSIDE = { address: '198.51.100.7' };
const DNS = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };

describe('the policies that close a namespace', () => {
  it('leave its own calls and DNS, and nothing else', () => {
    const { policies } = fixOf();
    const inside = { namespace: 'shop', labels: { app: 'db' } };
    expect(isAllowed(policies, 'egress', WEB, inside, 5432)).toBe(true);
    expect(
      isAllowed(policies, 'ingress', { app: 'db' }, { namespace: 'shop', labels: WEB }, 5432),
    ).toBe(true);
    expect(isAllowed(policies, 'egress', WEB, DNS, 53, 'UDP')).toBe(true);
    expect(isAllowed(policies, 'egress', WEB, OUTSIDE, 443)).toBe(false);
    expect(isAllowed(policies, 'ingress', WEB, OUTSIDE, 8080)).toBe(false);
    expect(isAllowed(policies, 'ingress', WEB, { namespace: 'blog', labels: WEB }, 8080)).toBe(
      false,
    );
  });

  it('find the DNS of the cluster by its Service, and on the nodes', () => {
    const dns = serviceOf('kube-system', 'rke2-coredns', {
      selector: { 'k8s-app': 'rke2' },
      ports: [{ port: 53, targetPort: 'udp-53' }, { port: 53, targetPort: 1053 }, { port: 9153 }],
    });
    const { policies } = fixOf(dns, ...running('kube-system', 'node-local-dns'));
    const server = { namespace: 'kube-system', labels: { 'k8s-app': 'rke2' } };
    expect(isAllowed(policies, 'egress', WEB, server, 'udp-53', 'UDP')).toBe(true);
    expect(isAllowed(policies, 'egress', WEB, server, 1053)).toBe(true);
    expect(isAllowed(policies, 'egress', WEB, { address: '169.254.20.10' }, 53, 'UDP')).toBe(true);
    expect(isAllowed(policies, 'egress', WEB, { address: '169.254.169.254' }, 80)).toBe(false);
  });

  it('let in what Services of node ports and load balancers, Ingresses and webhooks lead to', () => {
    const port = (number: number, targetPort: number | string) => ({
      ports: [{ port: number, targetPort }],
    });
    const { policies, text } = fixOf(
      serviceOf('shop', 'web', {
        type: 'LoadBalancer',
        loadBalancerSourceRanges: ['192.0.2.0/24'],
        ...port(80, 'http'),
      }),
      serviceOf('shop', 'app', { selector: { app: 'db' }, ...port(80, 8080) }),
      ingressOf('shop', 'front', ['shop.example.com']),
      serviceOf('shop', 'hook', { selector: { app: 'hook' }, ...port(443, 9443) }),
      webhooks('ValidatingWebhookConfiguration', 'policy', {
        clientConfig: { service: { namespace: 'shop', name: 'hook' } },
      }),
      serviceOf('shop', 'inner', { selector: { app: 'inner' }, ...port(80, 8080) }),
    );
    // A node hides the client’s address behind its own.
    expect(isAllowed(policies, 'ingress', WEB, { address: '10.0.0.4' }, 'http')).toBe(true);
    expect(
      isAllowed(policies, 'ingress', { app: 'db' }, { namespace: 'ingress', labels: {} }, 8080),
    ).toBe(true);
    expect(isAllowed(policies, 'ingress', { app: 'hook' }, { address: '10.0.0.1' }, 9443)).toBe(
      true,
    );
    expect(isAllowed(policies, 'ingress', { app: 'hook' }, { address: '10.0.0.1' }, 80)).toBe(
      false,
    );
    expect(isAllowed(policies, 'ingress', { app: 'inner' }, { address: '10.0.0.1' }, 8080)).toBe(
      false,
    );
    expect(text).toMatch(
      /hook is called by the API server for ValidatingWebhookConfiguration policy/,
    );
  });

  it('let pods that have a token call the API server', () => {
    const { policies, text } = fixOf(...running('shop', 'operator', { mounts: true }));
    expect(isAllowed(policies, 'egress', { app: 'operator' }, { address: '10.0.0.1' }, 6443)).toBe(
      true,
    );
    expect(text).toContain('the token that operator mount');
  });
});

it('labels of Pod Security keep what the namespace has, since kubectl apply takes away what a manifest lacks', () => {
  const labels = { team: 'shop', 'pod-security.kubernetes.io/warn': 'baseline' };
  const annotated = namespaceOf('shop', labels);
  const annotations = {
    'a8r.io/owner': 'ops',
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
  };
  const object = { ...annotated, metadata: { ...annotated.metadata, annotations } };
  const input = postureOfInventory(inventoryOf([object, ...running('shop', 'web')], 0), null);
  const [{ manifest } = { manifest: undefined }] = podSecurityManifest('shop', input);
  expect(manifest).toMatchObject({
    metadata: {
      labels: {
        team: 'shop',
        'pod-security.kubernetes.io/enforce': 'baseline',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
      annotations: { 'a8r.io/owner': 'ops' },
    },
  });
  expect(JSON.stringify(manifest)).not.toContain('last-applied');
});
