import { NAMESPACE_NAME, selectsAll } from '../../../model/labelSelector.ts';
import { INGRESSES, lacks, POLICIES } from '../lists.ts';
import type { PostureInput } from '../postureInput.ts';

/** A manifest with a line that says why, or the line alone. */
export interface Advised {
  readonly comment: string;
  readonly manifest?: object;
}

/**
 * NetworkPolicies that close a namespace and leave open what is seen to be used: DNS, the API server where tokens are
 * mounted, the namespace itself, and what Services, Ingresses and webhooks offer to the outside. Calls from other
 * namespaces are not seen by anything that Burnwatch reads.
 */
export function isolationManifests(namespace: string, input: PostureInput): readonly Advised[] {
  if (lacks(input, POLICIES, 'services', INGRESSES))
    return [
      {
        comment: 'No NetworkPolicy: policies, Services or Ingresses of the cluster are not known.',
      },
    ];
  const own = input.objects!.networkPolicies.filter((one) => one.namespace === namespace);
  const closed = own.filter(({ podSelector }) => selectsAll(podSelector));
  const closesIngress = !closed.some(({ ingress }) => ingress !== null);
  const closesEgress = !closed.some(({ egress }) => egress !== null);
  if (!closesIngress && !closesEgress) return [];
  const policyTypes = [...(closesIngress ? ['Ingress'] : []), ...(closesEgress ? ['Egress'] : [])];
  return [
    {
      comment:
        'Denies what no other policy allows. Calls between namespaces, and to addresses outside, are not observed: add theirs before it is applied.',
      manifest: policy(namespace, 'burnwatch-default-deny', {
        podSelector: {},
        policyTypes,
      }),
    },
    ...(closesEgress ? [dns(namespace, input), ...apiServer(namespace, input)] : []),
    {
      comment: 'Pods of the namespace call each other.',
      manifest: policy(namespace, 'burnwatch-same-namespace', {
        podSelector: {},
        policyTypes,
        ...(closesIngress && { ingress: [{ from: [{ podSelector: {} }] }] }),
        ...(closesEgress && { egress: [{ to: [{ podSelector: {} }] }] }),
      }),
    },
    ...(closesIngress ? exposed(namespace, input) : []),
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

/** Where clusters have their DNS, and where it listens on every node. */
const DNS_NAMESPACES = new Set(['kube-system', 'openshift-dns']);
const NODE_LOCAL_DNS = { workload: 'node-local-dns', cidr: '169.254.20.10/32' };
const USUAL_DNS = {
  namespace: 'kube-system',
  selector: { 'k8s-app': 'kube-dns' },
  targetPorts: [53],
};

/** Policies are about the pods behind a Service, and the ports that these listen on. */
function dns(namespace: string, { objects, pods }: PostureInput): Advised {
  const found = objects!.services.filter(
    (one) =>
      DNS_NAMESPACES.has(one.namespace) &&
      one.ports.includes(53) &&
      Object.keys(one.selector).length > 0,
  );
  const servers = found.length === 0 ? [USUAL_DNS] : found;
  const ports = [...new Set(servers.flatMap(({ targetPorts = [53] }) => targetPorts))];
  const isOnNodes = pods.some(({ workload }) => workload.name === NODE_LOCAL_DNS.workload);
  return {
    comment: 'Every pod resolves names.',
    manifest: policy(namespace, 'burnwatch-dns', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            ...servers.map((server) => ({
              namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: server.namespace } },
              podSelector: { matchLabels: server.selector },
            })),
            ...(isOnNodes ? [{ ipBlock: { cidr: NODE_LOCAL_DNS.cidr } }] : []),
          ],
          ports: [...new Set([...ports, ...(isOnNodes ? [53] : [])])].flatMap((port) => [
            { protocol: 'UDP', port },
            { protocol: 'TCP', port },
          ]),
        },
      ],
    }),
  };
}

/** Pods that have a token are there to call the API server, whose addresses no list has. */
function apiServer(namespace: string, { pods }: PostureInput): readonly Advised[] {
  const callers = pods.filter((pod) => pod.namespace === namespace && pod.spec?.tokenMounted);
  if (callers.length === 0) return [];
  const names = [...new Set(callers.map(({ workload }) => workload.name))].sort();
  return [
    {
      comment: `The API server, for the token that ${names.join(', ')} mount; narrow it to its addresses (kubectl get endpoints kubernetes).`,
      manifest: policy(namespace, 'burnwatch-api-server', {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ ports: [443, 6443].map((port) => ({ protocol: 'TCP', port })) }],
      }),
    },
  ];
}

/** What is called from outside the namespace: by node ports, load balancers, Ingresses, and webhooks of the API server. */
function exposed(namespace: string, { objects }: PostureInput): readonly Advised[] {
  const { services, ingresses, webhooks } = objects!;
  const own = services.filter(
    (one) => one.namespace === namespace && Object.keys(one.selector).length > 0,
  );
  return own.flatMap((service): Advised[] => {
    const leading = ingresses.filter(
      (one) => one.namespace === namespace && one.backends.includes(service.name),
    );
    const calling = webhooks.filter(
      (one) => one.service?.namespace === namespace && one.service.name === service.name,
    );
    const why = [
      ...(service.type === 'NodePort' || service.type === 'LoadBalancer'
        ? [`is of type ${service.type}`]
        : []),
      ...leading.map(({ name }) => `is behind Ingress ${name}: narrow it to the controller`),
      ...calling.map(({ kind, name }) => `is called by the API server for ${kind} ${name}`),
    ];
    if (why.length === 0) return [];
    // Nodes hide the client’s address: source ranges are the load balancer’s matter.
    const { targetPorts = [] } = service;
    const ports = targetPorts.length > 0 && { ports: targetPorts.map((port) => ({ port })) };
    return [
      {
        comment: `Service ${service.name} ${why.join(', ')}.`,
        manifest: policy(namespace, `burnwatch-service-${service.name}`, {
          podSelector: { matchLabels: service.selector },
          policyTypes: ['Ingress'],
          ingress: [{ ...ports }],
        }),
      },
    ];
  });
}
