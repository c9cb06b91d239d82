import type {
  IngressObject,
  NetworkPolicyObject,
  NetworkRule,
} from '../../../model/reviewedObjects.ts';
import { annotationsOf, namedOf } from '../metadata.ts';
import type { RawObject } from '../rawObjects.ts';
import { labelSelector, listOf, type RawSelector } from './selector.ts';

interface RawPeer {
  readonly podSelector?: RawSelector;
  readonly namespaceSelector?: RawSelector;
  readonly ipBlock?: { readonly cidr?: string; readonly except?: readonly string[] };
}

interface RawNetworkRule {
  readonly from?: readonly RawPeer[];
  readonly to?: readonly RawPeer[];
  readonly ports?: readonly {
    readonly protocol?: string;
    readonly port?: number | string;
    readonly endPort?: number;
  }[];
}

interface RawPolicySpec {
  readonly podSelector?: RawSelector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly RawNetworkRule[];
  readonly egress?: readonly RawNetworkRule[];
}

/** Reads a NetworkPolicy. Without policyTypes it is of ingress, and of egress where it has egress rules. */
export function networkPolicy(raw: RawObject): NetworkPolicyObject {
  const spec = (raw.spec ?? {}) as RawPolicySpec;
  const types = listOf(spec.policyTypes);
  const egress = listOf(spec.egress);
  const isIngress = types.length === 0 || types.includes('Ingress');
  const isEgress = types.length === 0 ? egress.length > 0 : types.includes('Egress');
  return {
    ...namedOf(raw),
    podSelector: labelSelector(spec.podSelector),
    ingress: isIngress ? listOf(spec.ingress).map(({ from, ports }) => rule(from, ports)) : null,
    egress: isEgress ? egress.map(({ to, ports }) => rule(to, ports)) : null,
  };
}

/** An absent list, or an empty one, is everyone and every port. */
function rule(rawPeers: RawNetworkRule['from'], rawPorts: RawNetworkRule['ports']): NetworkRule {
  const peers = listOf(rawPeers).map(({ podSelector, namespaceSelector, ipBlock }) => ({
    podSelector: podSelector ? labelSelector(podSelector) : null,
    namespaceSelector: namespaceSelector ? labelSelector(namespaceSelector) : null,
    cidr: ipBlock?.cidr ?? null,
    except: listOf(ipBlock?.except),
  }));
  const ports = listOf(rawPorts).map(({ protocol = 'TCP', port, endPort }) => ({
    protocol,
    port: port ?? null,
    endPort: endPort ?? null,
  }));
  return {
    peers: peers.length === 0 ? null : peers,
    ports: ports.length === 0 ? null : ports,
  };
}

interface RawBackend {
  readonly service?: { readonly name?: string };
  /** networking.k8s.io/v1beta1. */
  readonly serviceName?: string;
}

interface RawIngressSpec {
  readonly defaultBackend?: RawBackend;
  readonly rules?: readonly {
    readonly host?: string;
    readonly http?: { readonly paths?: readonly { readonly backend?: RawBackend }[] };
  }[];
  readonly tls?: readonly { readonly hosts?: readonly string[] }[];
}

/** Reads an Ingress. */
export function ingress(raw: RawObject): IngressObject {
  const spec = (raw.spec ?? {}) as RawIngressSpec;
  const hosts = listOf(spec.rules).map(({ host }) => host || null);
  const backends = [
    ...(spec.defaultBackend ? [spec.defaultBackend] : []),
    ...listOf(spec.rules).flatMap(({ http }) =>
      listOf(http?.paths).flatMap(({ backend }) => backend ?? []),
    ),
  ].flatMap(({ service, serviceName }) => service?.name ?? serviceName ?? []);
  return {
    ...namedOf(raw),
    annotations: annotationsOf(raw.metadata),
    backends: [...new Set(backends)],
    hosts: hosts.length === 0 && spec.defaultBackend ? [null] : hosts,
    tls: listOf(spec.tls).map((one) => listOf(one.hosts)),
  };
}
