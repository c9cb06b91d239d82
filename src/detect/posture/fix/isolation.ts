import type { ServiceObject } from '../../../model/clusterObjects.ts';
import { selectsAll } from '../../../model/labelSelector.ts';
import { lacks, POLICIES } from '../lists.ts';
import type { PostureInput } from '../postureInput.ts';

/** A manifest with a line that says why, or the line alone. */
export interface Advised {
  readonly comment: string;
  readonly manifest?: object;
}

/**
 * NetworkPolicies that close a namespace and leave open what is seen to be used: DNS, the namespace itself and what its
 * Services offer to the outside. Calls from other namespaces are not seen by anything that Burnwatch reads.
 */
export function isolationManifests(namespace: string, input: PostureInput): readonly Advised[] {
  if (lacks(input, POLICIES))
    return [{ comment: 'No NetworkPolicy: it is not known which ones there are.' }];
  const own = input.objects!.networkPolicies.filter((one) => one.namespace === namespace);
  const closed = own.filter(({ podSelector }) => selectsAll(podSelector));
  const closesIngress = !closed.some(({ ingress }) => ingress !== null);
  const closesEgress = !closed.some(({ egress }) => egress !== null);
  if (!closesIngress && !closesEgress) return [];
  const policyTypes = [...(closesIngress ? ['Ingress'] : []), ...(closesEgress ? ['Egress'] : [])];
  return [
    {
      comment:
        'Denies what no other policy allows. Calls between namespaces are not observed: add theirs before it is applied.',
      manifest: policy(namespace, 'burnwatch-default-deny', {
        podSelector: {},
        policyTypes,
      }),
    },
    ...(closesEgress ? [dns(namespace)] : []),
    {
      comment: 'Pods of the namespace call each other.',
      manifest: policy(namespace, 'burnwatch-same-namespace', {
        podSelector: {},
        policyTypes,
        ...(closesIngress && { ingress: [{ from: [{ podSelector: {} }] }] }),
        ...(closesEgress && { egress: [{ to: [{ podSelector: {} }] }] }),
      }),
    },
    ...(closesIngress && !lacks(input, 'services') ? exposed(namespace, input) : []),
  ];
}

function policy(namespace: string, name: string, spec: object): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec,
  };
}

function dns(namespace: string): Advised {
  const port = (protocol: string) => ({ protocol, port: 53 });
  return {
    comment: 'Every pod resolves names.',
    manifest: policy(namespace, 'burnwatch-dns', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: [port('UDP'), port('TCP')],
        },
      ],
    }),
  };
}

/** What node ports and load balancers lead to, and what an Ingress does: its controller calls from where it runs. */
function exposed(namespace: string, { objects }: PostureInput): readonly Advised[] {
  const ingresses = objects!.ingresses.filter((one) => one.namespace === namespace);
  const offered = objects!.services.filter(
    (one) =>
      one.namespace === namespace &&
      (one.type === 'NodePort' || one.type === 'LoadBalancer') &&
      Object.keys(one.selector).length > 0,
  );
  return [
    ...offered.map((service) => ({
      comment: `Service ${service.name} is of type ${service.type}.`,
      manifest: policy(namespace, `burnwatch-service-${service.name}`.slice(0, 253), {
        podSelector: { matchLabels: service.selector },
        policyTypes: ['Ingress'],
        ingress: [allowed(service)],
      }),
    })),
    ...(ingresses.length === 0
      ? []
      : [
          {
            comment: `Ingresses lead here (${ingresses.map(({ name }) => name).join(', ')}): add a policy that lets their controller in.`,
          },
        ]),
  ];
}

function allowed({ sourceRanges = [], targetPorts = [] }: ServiceObject): object {
  return {
    ...(sourceRanges.length > 0 && {
      from: sourceRanges.map((cidr) => ({ ipBlock: { cidr } })),
    }),
    ...(targetPorts.length > 0 && { ports: targetPorts.map((port) => ({ port })) }),
  };
}
