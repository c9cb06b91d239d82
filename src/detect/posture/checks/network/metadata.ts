import type { NetworkPeer, NetworkPort, NetworkRule } from '../../../../model/reviewedObjects.ts';
import { distinctWorkloads, failuresOr, type Failure, type UngroupedCheck } from '../../check.ts';
import { lacks, POLICIES } from '../../lists.ts';
import { ordinaryNamespaces } from '../namespaces.ts';
import { holds } from './addresses.ts';
import { isolationOf, policiesOf } from './isolation.ts';
import { NO_POLICIES } from './objects.ts';

/** Where clouds serve credentials to their machines, on port 80; a provider means that others have another address. */
const METADATA: readonly { readonly address: string; readonly provider?: string }[] = [
  { address: '169.254.169.254' },
  { address: 'fd00:ec2::254' },
  { address: 'fd20:ce::254', provider: 'gce' },
  { address: '100.100.100.200', provider: 'alicloud' },
  { address: '168.63.129.16', provider: 'azure' },
];
const CLOUDS = /^(aws|gce|azure|alicloud|oci|openstack|digitalocean|hcloud|ibm|linode)\b/;

export const METADATA_CHECK: UngroupedCheck = {
  id: 'metadata-reachable',
  title: 'Pods reach the metadata service',
  severity: 'medium',
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
    const isCloud = providers.size > 0;
    // A rule without peers is one about everything: it matters where there is a cloud.
    const leads = ({ peers, ports }: NetworkRule): boolean =>
      (ports === null || ports.some(isHttp)) &&
      (peers === null
        ? isCloud
        : addresses.some((address) => peers.some((one) => reaches(one, address))));
    const policies = policiesOf(input);
    const places = ordinaryNamespaces(input);
    if (lacks(input, POLICIES)) return failuresOr(places, [], NO_POLICIES);
    const failures = places.flatMap((namespace): Failure[] => {
      const own = policies.get(namespace) ?? [];
      const open = own.filter(({ egress }) => egress?.some((rule) => leads(rule)));
      if (open.length > 0) {
        const names = open.map(({ name }) => name).join(', ');
        return [
          { namespace, text: `its pods reach the metadata service of a cloud through ${names}` },
        ];
      }
      // Without a cloud there is nobody at that address.
      if (!isCloud) return [];
      const isolation = isolationOf(namespace, 'egress', own, input);
      if (isolation.open === 'all')
        return [
          { namespace, text: 'no policy holds its pods from the metadata service of the cloud' },
        ];
      return distinctWorkloads(isolation.open).map((workload) => ({
        namespace,
        workload,
        text: 'no policy holds it from the metadata service of the cloud',
      }));
    });
    return failuresOr(places, failures);
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
