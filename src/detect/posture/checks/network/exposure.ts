import type { IngressObject } from '../../../../model/reviewedObjects.ts';
import type { UngroupedCheck } from '../../check.ts';
import { isEverywhere } from './addresses.ts';
import { overIngresses, overServices } from './objects.ts';

const NSA_EXPOSED = { nsa: 'Network separation and hardening' };

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

const SERVICE_CHECKS: readonly UngroupedCheck[] = [
  {
    id: 'node-port',
    title: 'Service open on every node',
    severity: 'medium',
    names: {
      ...NSA_EXPOSED,
      kubescape: ['C-0256', 'C-0021'],
      kubeLinter: ['exposed-services'],
      popeye: ['1104'],
    },
    run: overServices(({ type }) =>
      type === 'NodePort' ? 'is of type NodePort: a port of every node leads to it' : null,
    ),
  },
  {
    id: 'load-balancer-open',
    title: 'Load balancer open to everybody',
    severity: 'medium',
    names: {
      ...NSA_EXPOSED,
      kubescape: ['C-0256'],
      kubeLinter: ['exposed-services'],
      popeye: ['1103'],
    },
    run: overServices(({ type, sourceRanges = [], annotations = {} }) => {
      if (type !== 'LoadBalancer') return null;
      if (INTERNAL.some(([name, value]) => value.test(annotations[name] ?? ''))) return null;
      const annotated = SOURCE_RANGES.flatMap((name) => annotations[name]?.split(',') ?? []);
      const ranges = [...sourceRanges, ...(sourceRanges.length === 0 ? annotated : [])];
      if (ranges.length === 0) return 'has a load balancer without loadBalancerSourceRanges';
      return isEverywhere(ranges) ? 'has a load balancer that lets every address in' : null;
    }),
  },
  {
    id: 'external-ips',
    title: 'Service with externalIPs',
    severity: 'high',
    names: {
      ...NSA_EXPOSED,
      cis: '1.2.3',
      kubescape: ['C-0283'],
    },
    run: overServices(({ externalIps = [] }) =>
      externalIps.length === 0
        ? null
        : `takes the traffic of ${externalIps.join(', ')} from every node (CVE-2020-8554)`,
    ),
  },
];

/** Annotations by which a load balancer has the certificate itself. */
const TERMINATED =
  /^(?:alb\.ingress\.kubernetes\.io\/certificate-arn|ingress\.gcp\.kubernetes\.io\/pre-shared-cert|networking\.gke\.io\/managed-certificates|appgw\.ingress\.kubernetes\.io\/appgw-ssl-certificate|traefik\.ingress\.kubernetes\.io\/router\.tls)$/;

const INGRESS_CHECK: UngroupedCheck = {
  id: 'ingress-tls-missing',
  title: 'Ingress without TLS',
  severity: 'medium',
  names: {
    nsa: 'Network separation and hardening: encryption',
    kubescape: ['C-0263'],
    polaris: ['tlsSettingsMissing'],
  },
  run: overIngresses((ingress) => {
    const plain = plainHosts(ingress);
    if (plain.length === 0) return null;
    return `serves ${plain.map((host) => host ?? 'any host').join(', ')} without TLS`;
  }),
};

/** True for an annotation that says how far a Service or an Ingress can be reached. */
export function isOfExposure(annotation: string): boolean {
  return (
    INTERNAL.some(([name]) => name === annotation) ||
    SOURCE_RANGES.includes(annotation) ||
    TERMINATED.test(annotation)
  );
}

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

/** What is reached from outside the cluster. */
export const EXPOSURE_CHECKS: readonly UngroupedCheck[] = [...SERVICE_CHECKS, INGRESS_CHECK];
