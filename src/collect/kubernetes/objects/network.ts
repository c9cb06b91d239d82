import type {
  V1IngressBackend,
  V1IngressSpec,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1NetworkPolicySpec,
} from '@kubernetes/client-node';
import type {
  IngressObject,
  NetworkPolicyObject,
  NetworkRule,
} from '../../../model/reviewedObjects.ts';
import { annotationsOf, namedOf } from '../metadata.ts';
import type { FromJson, RawObject } from '../rawObjects.ts';
import { labelSelector, listOf } from './selector.ts';

/** Reads a NetworkPolicy. Without policyTypes it is of ingress, and of egress where it has egress rules. */
export function networkPolicy(raw: RawObject): NetworkPolicyObject {
  const spec = (raw.spec ?? {}) as FromJson<V1NetworkPolicySpec>;
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
function rule(
  rawPeers: readonly FromJson<V1NetworkPolicyPeer>[] | undefined,
  rawPorts: readonly FromJson<V1NetworkPolicyPort>[] | undefined,
): NetworkRule {
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

/** Of networking.k8s.io/v1, or of its v1beta1. */
type RawBackend = FromJson<V1IngressBackend> & { readonly serviceName?: string };

/** Reads an Ingress. */
export function ingress(raw: RawObject): IngressObject {
  const spec = (raw.spec ?? {}) as FromJson<V1IngressSpec>;
  const hosts = listOf(spec.rules).map(({ host }) => host || null);
  const asked: readonly RawBackend[] = [
    ...(spec.defaultBackend ? [spec.defaultBackend] : []),
    ...listOf(spec.rules).flatMap(({ http }) =>
      listOf(http?.paths).flatMap(({ backend }) => backend ?? []),
    ),
  ];
  const backends = asked.flatMap(({ service, serviceName }) => service?.name ?? serviceName ?? []);
  return {
    ...namedOf(raw),
    annotations: annotationsOf(raw.metadata),
    backends: [...new Set(backends)],
    hosts: hosts.length === 0 && spec.defaultBackend ? [null] : hosts,
    tls: listOf(spec.tls).map((one) => listOf(one.hosts)),
  };
}
