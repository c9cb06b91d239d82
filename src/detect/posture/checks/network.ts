import { BlockList, isIP } from 'node:net';
import type { ServiceObject } from '../../../model/clusterObjects.ts';
import type {
  IngressObject,
  NetworkPeer,
  NetworkPolicyObject,
  NetworkPort,
  NetworkRule,
} from '../../../model/reviewedObjects.ts';
import { selects, selectsAll, type Named } from '../../../model/labelSelector.ts';
import { failuresOr, type Failure, type PostureCheck } from '../check.ts';
import { lacks, POLICIES } from '../lists.ts';
import type { PostureInput, PosturePod } from '../postureInput.ts';
import { ordinaryNamespaces } from './namespaces.ts';

const NSA_POLICIES = { nsa: 'Network separation and hardening: network policies' };
const NSA_EXPOSED = { nsa: 'Network separation and hardening' };
const NO_POLICIES = 'NetworkPolicies are not known';
const HIGHEST_PORT = 65_535;
const EVERYWHERE = new Set(['0.0.0.0/0', '::/0']);

type Direction = 'ingress' | 'egress';

function policiesOf(input: PostureInput): ReadonlyMap<string, readonly NetworkPolicyObject[]> {
  return Map.groupBy(input.objects?.networkPolicies ?? [], ({ namespace }) => namespace);
}

/** A namespace, or some of its pods, that no policy isolates in a direction. */
function isolationCheck(direction: Direction): PostureCheck {
  const to = direction === 'ingress' ? 'may be called from anywhere' : 'may call anything';
  return {
    id: `${direction}-policy-missing`,
    title: `Pods without a NetworkPolicy of ${direction}`,
    severity: direction === 'ingress' ? 'medium' : 'low',
    group: 'network',
    names: {
      ...NSA_POLICIES,
      cis: '5.3.2',
      kubescape: ['C-0030', 'C-0049', 'C-0206', 'C-0260'],
      polaris: ['missingNetworkPolicy'],
      kubeLinter: ['non-isolated-pod'],
      popeye: ['1204'],
    },
    run(input) {
      const policies = policiesOf(input);
      const pods = Map.groupBy(input.pods, ({ namespace }) => namespace);
      const places = ordinaryNamespaces(input);
      if (lacks(input, POLICIES)) return failuresOr(places, [], NO_POLICIES);
      const failures = places.flatMap((namespace): Failure[] => {
        const own = (policies.get(namespace) ?? []).filter((one) => one[direction] !== null);
        if (own.some(({ podSelector }) => selectsAll(podSelector))) return [];
        // NetworkPolicies do not apply to pods of the host’s network.
        const all = (pods.get(namespace) ?? []).filter(({ spec }) => !spec?.hostNetwork);
        const open = all.filter((pod) => !own.some((policy) => isOf(policy, pod)));
        if (all.length > 0 && open.length === 0) return [];
        if (open.length === all.length) {
          const text = `has no NetworkPolicy of ${direction} for its pods, which ${to}`;
          return [{ namespace, text }];
        }
        const workloads = Map.groupBy(open, ({ workload }) => `${workload.kind}/${workload.name}`);
        return [...workloads.values()].map(([pod]) => ({
          namespace,
          workload: pod!.workload,
          text: `no NetworkPolicy of ${direction} selects it: it ${to}`,
        }));
      });
      return failuresOr(places, failures, null);
    },
  };
}

function isOf({ podSelector }: NetworkPolicyObject, { labels }: PosturePod): boolean {
  return selects(podSelector, labels);
}

/** A rule over every NetworkPolicy. */
function overPolicies(
  input: PostureInput,
  rule: (policy: NetworkPolicyObject) => string | null,
): ReturnType<PostureCheck['run']> {
  const failures = failuresOf('NetworkPolicy', input.objects?.networkPolicies, rule);
  return failuresOr(input.namespaces, failures, lacks(input, POLICIES) ? NO_POLICIES : null);
}

/** The objects of a kind that a rule says something of. */
function failuresOf<T extends Named>(
  kind: string,
  objects: readonly T[] = [],
  rule: (object: T) => string | null,
): readonly Failure[] {
  return objects.flatMap((object): Failure[] => {
    const text = rule(object);
    const { namespace, name } = object;
    return text === null ? [] : [{ namespace, subject: `${kind} ${namespace}/${name}`, text }];
  });
}

function allowsEverything({ peers, ports }: NetworkRule): boolean {
  const isEveryone =
    peers === null ||
    peers.some(({ cidr, except }) => cidr !== null && EVERYWHERE.has(cidr) && except.length === 0);
  const isEveryPort =
    ports === null ||
    ports.some(
      ({ port, endPort }) =>
        port === null || (typeof port === 'number' && port <= 1 && endPort === HIGHEST_PORT),
    );
  return isEveryone && isEveryPort;
}

const POLICY_CHECKS: readonly PostureCheck[] = [
  {
    id: 'policy-selects-nothing',
    title: 'NetworkPolicy that selects no pod',
    severity: 'low',
    group: 'network',
    names: { ...NSA_POLICIES, kubeLinter: ['dangling-networkpolicy'], popeye: ['1200'] },
    run(input) {
      const pods = Map.groupBy(input.pods, ({ namespace }) => namespace);
      const templates = Map.groupBy(input.objects?.workloads ?? [], ({ namespace }) => namespace);
      return overPolicies(input, ({ namespace, podSelector }) => {
        if (selectsAll(podSelector)) return null;
        const labels: readonly Readonly<Record<string, string>>[] = [
          ...(pods.get(namespace) ?? []).map((pod) => pod.labels),
          ...(templates.get(namespace) ?? []).flatMap(({ podLabels }) =>
            podLabels === undefined ? [] : [podLabels],
          ),
        ];
        return labels.some((one) => selects(podSelector, one))
          ? null
          : 'selects no pod, and none that a workload of its namespace would make';
      });
    },
  },
  {
    id: 'policy-allows-everything',
    title: 'NetworkPolicy that allows everything',
    severity: 'medium',
    group: 'network',
    names: { ...NSA_POLICIES, popeye: ['1203'] },
    run: (input) =>
      overPolicies(input, ({ ingress, egress }) => {
        const open = [
          ...(ingress?.some(allowsEverything) ? ['ingress from everybody'] : []),
          ...(egress?.some(allowsEverything) ? ['egress to everything'] : []),
        ];
        return open.length === 0 ? null : `allows ${open.join(' and ')} on every port`;
      }),
  },
];

/** Where clouds serve credentials to their machines, on port 80; a provider means that others have another address. */
const METADATA: readonly { readonly address: string; readonly provider?: string }[] = [
  { address: '169.254.169.254' },
  { address: 'fd00:ec2::254' },
  { address: 'fd20:ce::254', provider: 'gce' },
  { address: '100.100.100.200', provider: 'alicloud' },
];
const CLOUDS = /^(aws|gce|azure|alicloud|oci|openstack|digitalocean|hcloud|ibm|linode)\b/;

const METADATA_CHECK: PostureCheck = {
  id: 'metadata-reachable',
  title: 'Pods reach the metadata service',
  severity: 'medium',
  group: 'network',
  names: {
    nsa: 'Network separation and hardening: protecting sensitive cloud infrastructure',
    kubescape: ['C-0052'],
  },
  run(input) {
    const { objects } = input;
    const providers = new Set(
      (objects?.nodes ?? []).flatMap(({ providerId }) => CLOUDS.exec(providerId ?? '')?.[1] ?? []),
    );
    const addresses = METADATA.filter(
      ({ provider }) => provider === undefined || providers.has(provider),
    ).map(({ address }) => address);
    const policies = policiesOf(input);
    const places = ordinaryNamespaces(input);
    if (lacks(input, POLICIES)) return failuresOr(places, [], NO_POLICIES);
    const failures = places.flatMap((namespace): Failure[] => {
      const own = (policies.get(namespace) ?? []).filter(({ egress }) => egress !== null);
      const open = own.filter(({ egress }) =>
        egress?.some(({ peers, ports }) => {
          const lets = ports === null || ports.some(isHttp);
          return lets && addresses.some((address) => peers?.some((one) => reaches(one, address)));
        }),
      );
      if (open.length > 0) {
        const names = open.map(({ name }) => name).join(', ');
        return [
          { namespace, text: `its pods reach the metadata service of a cloud through ${names}` },
        ];
      }
      // Without a cloud there is nobody at that address.
      if (providers.size === 0 || own.length > 0) return [];
      return [
        { namespace, text: 'no policy holds its pods from the metadata service of the cloud' },
      ];
    });
    return failuresOr(places, failures, null);
  },
};

function isHttp({ protocol, port, endPort }: NetworkPort): boolean {
  if (protocol !== 'TCP') return false;
  if (port === null) return true;
  return typeof port === 'number' && port <= 80 && (endPort ?? port) >= 80;
}

function reaches({ cidr, except }: NetworkPeer, address: string): boolean {
  return cidr !== null && holds([cidr], address) && !holds(except, address);
}

/** True where a block of addresses holds this one; what is no block holds nothing. */
function holds(cidrs: readonly string[], address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const blocks = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits = ''] = cidr.split('/');
    const length = Number(bits);
    const most = family === 'ipv6' ? 128 : 32;
    const isOfFamily = isIP(network) === (family === 'ipv6' ? 6 : 4);
    if (!isOfFamily || !/^\d{1,3}$/.test(bits) || length > most) continue;
    blocks.addSubnet(network, length, family);
  }
  return blocks.check(address, family);
}

/** A rule over every Service. */
function overServices(
  input: PostureInput,
  rule: (service: ServiceObject) => string | null,
): ReturnType<PostureCheck['run']> {
  const failures = failuresOf('Service', input.objects?.services, rule);
  const isUnknown = lacks(input, 'services');
  return failuresOr(input.namespaces, failures, isUnknown ? 'Services are not known' : null);
}

/** Annotations by which clouds keep a load balancer inside, and the value that says so. */
const INTERNAL: readonly (readonly [name: string, value: RegExp])[] = [
  ['service.beta.kubernetes.io/aws-load-balancer-internal', /^(?:true|0\.0\.0\.0\/0)$/],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', /^internal$/],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', /^true$/],
  ['networking.gke.io/load-balancer-type', /^Internal$/i],
  ['cloud.google.com/load-balancer-type', /^Internal$/i],
  ['service.beta.kubernetes.io/openstack-internal-load-balancer', /^true$/],
  ['service.beta.kubernetes.io/oci-load-balancer-internal', /^true$/],
  ['service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type', /^intranet$/],
  ['service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type', /^private$/],
  ['load-balancer.hetzner.cloud/disable-public-network', /^true$/],
];
const SOURCE_RANGES = [
  'service.beta.kubernetes.io/load-balancer-source-ranges',
  'service.beta.kubernetes.io/azure-allowed-ip-ranges',
];

const SERVICE_CHECKS: readonly PostureCheck[] = [
  {
    id: 'node-port',
    title: 'Service open on every node',
    severity: 'medium',
    group: 'network',
    names: {
      ...NSA_EXPOSED,
      kubescape: ['C-0256', 'C-0021'],
      kubeLinter: ['exposed-services'],
      popeye: ['1104'],
    },
    run: (input) =>
      overServices(input, ({ type }) =>
        type === 'NodePort' ? 'is of type NodePort: a port of every node leads to it' : null,
      ),
  },
  {
    id: 'load-balancer-open',
    title: 'Load balancer open to everybody',
    severity: 'medium',
    group: 'network',
    names: {
      ...NSA_EXPOSED,
      kubescape: ['C-0256'],
      kubeLinter: ['exposed-services'],
      popeye: ['1103'],
    },
    run: (input) =>
      overServices(input, ({ type, sourceRanges = [], annotations = {} }) => {
        if (type !== 'LoadBalancer') return null;
        if (INTERNAL.some(([name, value]) => value.test(annotations[name] ?? ''))) return null;
        const annotated = SOURCE_RANGES.flatMap((name) => annotations[name]?.split(',') ?? []);
        const ranges = [...sourceRanges, ...(sourceRanges.length === 0 ? annotated : [])];
        if (ranges.length === 0) return 'has a load balancer without loadBalancerSourceRanges';
        const open = ranges.find((range) => EVERYWHERE.has(range.trim()));
        return open === undefined ? null : `has a load balancer that lets ${open.trim()} in`;
      }),
  },
  {
    id: 'external-ips',
    title: 'Service with externalIPs',
    severity: 'high',
    group: 'network',
    names: {
      ...NSA_EXPOSED,
      cis: '1.2.3',
      kubescape: ['C-0283'],
    },
    run: (input) =>
      overServices(input, ({ externalIps = [] }) =>
        externalIps.length === 0
          ? null
          : `takes the traffic of ${externalIps.join(', ')} from every node (CVE-2020-8554)`,
      ),
  },
];

/** Annotations by which a load balancer has the certificate itself. */
const TERMINATED =
  /^(?:alb\.ingress\.kubernetes\.io\/certificate-arn|ingress\.gcp\.kubernetes\.io\/pre-shared-cert|networking\.gke\.io\/managed-certificates|appgw\.ingress\.kubernetes\.io\/appgw-ssl-certificate|traefik\.ingress\.kubernetes\.io\/router\.tls)$/;

const INGRESS_CHECK: PostureCheck = {
  id: 'ingress-tls-missing',
  title: 'Ingress without TLS',
  severity: 'medium',
  group: 'network',
  names: {
    nsa: 'Network separation and hardening: encryption',
    kubescape: ['C-0263'],
    polaris: ['tlsSettingsMissing'],
  },
  run(input) {
    const failures = failuresOf('Ingress', input.objects?.ingresses, (ingress) => {
      const plain = plainHosts(ingress);
      if (plain.length === 0) return null;
      return `serves ${plain.map((host) => host ?? 'any host').join(', ')} without TLS`;
    });
    const isUnknown = lacks(input, 'ingresses.networking.k8s.io');
    return failuresOr(input.namespaces, failures, isUnknown ? 'Ingresses are not known' : null);
  },
};

/** Hosts that no entry of `tls` covers; an entry without hosts covers all. */
function plainHosts({ hosts, tls, annotations }: IngressObject): readonly (string | null)[] {
  const isTerminated = Object.entries(annotations).some(
    ([name, value]) => TERMINATED.test(name) && value !== '' && value !== 'false',
  );
  if (isTerminated || tls.some((one) => one.length === 0)) return [];
  const covered = new Set(tls.flat());
  const plain = hosts.filter((host) => {
    if (host === null) return true;
    return !covered.has(host) && !covered.has(host.replace(/^[^.]+\./, '*.'));
  });
  return [...new Set(plain)];
}

/** What the network lets through. */
export const NETWORK_CHECKS: readonly PostureCheck[] = [
  isolationCheck('ingress'),
  isolationCheck('egress'),
  ...POLICY_CHECKS,
  METADATA_CHECK,
  ...SERVICE_CHECKS,
  INGRESS_CHECK,
];
