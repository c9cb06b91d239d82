import type { NetworkRule } from '../../../../model/reviewedObjects.ts';
import { selects, selectsAll } from '../../../../model/labelSelector.ts';
import type { UngroupedCheck } from '../../check.ts';
import { covers, isEverywhere } from './addresses.ts';
import { NSA_POLICIES, templateLabels } from './isolation.ts';
import { overPolicies } from './objects.ts';

const PORTS = [1, 65_536] as const;

/** Everybody, by absence or by blocks that are every address together, on every port of TCP. */
function allowsEverything({ peers, ports }: NetworkRule): boolean {
  const isEveryone =
    peers === null ||
    isEverywhere(
      peers.flatMap(({ cidr, except }) => (cidr === null || except.length > 0 ? [] : [cidr])),
    );
  const spans = (ports ?? []).flatMap(({ protocol, port, endPort }) => {
    if (protocol !== 'TCP' || typeof port === 'string') return [];
    return port === null ? [PORTS] : [[port, (endPort ?? port) + 1] as const];
  });
  return isEveryone && (ports === null || covers(spans, PORTS));
}

/** NetworkPolicies that do nothing, or hold nothing back. */
export const POLICY_CHECKS: readonly UngroupedCheck[] = [
  {
    id: 'policy-selects-nothing',
    title: 'NetworkPolicy that selects no pod',
    severity: 'low',
    names: { ...NSA_POLICIES, kubeLinter: ['dangling-networkpolicy'], popeye: ['1200'] },
    run: overPolicies(({ namespace, podSelector }, input) => {
      if (selectsAll(podSelector)) return null;
      const pods = input.pods.filter((pod) => pod.namespace === namespace);
      // Metrics show pods without their labels.
      if (pods.some(({ spec }) => spec === null)) return null;
      const labels = [...pods.map((pod) => pod.labels), ...templateLabels(input, namespace)];
      return labels.some((one) => selects(podSelector, one))
        ? null
        : 'selects no pod, and none that a workload of its namespace would make';
    }),
  },
  {
    id: 'policy-allows-everything',
    title: 'NetworkPolicy that allows everything',
    severity: 'medium',
    names: { ...NSA_POLICIES, popeye: ['1203'] },
    run: overPolicies(({ ingress, egress }) => {
      const open = [
        ...(ingress?.some(allowsEverything) ? ['ingress from everybody'] : []),
        ...(egress?.some(allowsEverything) ? ['egress to everything'] : []),
      ];
      return open.length === 0 ? null : `allows ${open.join(' and ')} on every port`;
    }),
  },
];
