import type { NetworkPolicyObject } from '../../../../model/reviewedObjects.ts';
import { selects, selectsAll } from '../../../../model/labelSelector.ts';
import { distinctWorkloads, failuresOr, type Failure, type UngroupedCheck } from '../../check.ts';
import { lacks, POLICIES } from '../../lists.ts';
import type { PostureInput, PosturePod } from '../../postureInput.ts';
import { ordinaryNamespaces } from '../namespaces.ts';
import { NO_POLICIES } from './objects.ts';

export const NSA_POLICIES = { nsa: 'Network separation and hardening: network policies' };

type Direction = 'ingress' | 'egress';

export function policiesOf(
  input: PostureInput,
): ReadonlyMap<string, readonly NetworkPolicyObject[]> {
  return Map.groupBy(input.objects?.networkPolicies ?? [], ({ namespace }) => namespace);
}

/** Labels of the pods that workloads of a namespace would make, whether or not one runs now. */
export function templateLabels(
  { objects }: PostureInput,
  namespace: string,
): readonly Readonly<Record<string, string>>[] {
  const workloads = objects?.workloads ?? [];
  return workloads.flatMap((one) =>
    one.namespace === namespace && one.podLabels !== undefined ? [one.podLabels] : [],
  );
}

/** What no policy isolates in a direction. */
interface Isolation {
  /** The whole namespace, or these of its pods. */
  readonly open: 'all' | readonly PosturePod[];
  /** Labels or the network of some pods are not known. */
  readonly isUnknown: boolean;
}

/** Which pods of a namespace a direction is open for. Policies do not apply to pods of the host’s network. */
export function isolationOf(
  namespace: string,
  direction: Direction,
  policies: readonly NetworkPolicyObject[],
  input: PostureInput,
): Isolation {
  const own = policies.filter((one) => one[direction] !== null);
  if (own.some(({ podSelector }) => selectsAll(podSelector))) return { open: [], isUnknown: false };
  const pods = input.pods.filter((pod) => pod.namespace === namespace);
  const known = pods.filter(({ spec }) => spec !== null && !spec.hostNetwork);
  const isUnknown = own.length > 0 && pods.some(({ spec }) => spec === null);
  const isOpen = ({ labels }: Pick<PosturePod, 'labels'>) =>
    !own.some(({ podSelector }) => selects(podSelector, labels));
  const open = known.filter(isOpen);
  if (known.length > 0) return { open: open.length === known.length ? 'all' : open, isUnknown };
  // Nothing runs: between the runs of a CronJob its template tells.
  const templates = templateLabels(input, namespace).map((labels) => ({ labels }));
  const isHeld = templates.length > 0 && !templates.some(isOpen);
  return { open: isHeld ? [] : 'all', isUnknown };
}

/** A namespace, or some of its pods, that no policy isolates in a direction. */
function isolationCheck(direction: Direction): UngroupedCheck {
  const to = direction === 'ingress' ? 'may be called from anywhere' : 'may call anything';
  return {
    id: `${direction}-policy-missing`,
    title: `Pods without a NetworkPolicy of ${direction}`,
    severity: direction === 'ingress' ? 'medium' : 'low',
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
      const places = ordinaryNamespaces(input);
      if (lacks(input, POLICIES)) return failuresOr(places, [], NO_POLICIES);
      const unknown: string[] = [];
      const failures = places.flatMap((namespace): Failure[] => {
        const own = policies.get(namespace) ?? [];
        const { open, isUnknown } = isolationOf(namespace, direction, own, input);
        if (isUnknown && (open === 'all' || open.length === 0)) {
          unknown.push(namespace);
          return [];
        }
        if (open === 'all')
          return [{ namespace, text: `has no NetworkPolicy of ${direction}: its pods ${to}` }];
        return distinctWorkloads(open).map((workload) => ({
          namespace,
          workload,
          text: `no NetworkPolicy of ${direction} selects it: it ${to}`,
        }));
      });
      const known = places.filter((place) => !unknown.includes(place));
      return [
        ...failuresOr(known, failures),
        ...failuresOr(unknown, [], 'labels of its pods are not known'),
      ];
    },
  };
}

export const ISOLATION_CHECKS: readonly UngroupedCheck[] = [
  isolationCheck('ingress'),
  isolationCheck('egress'),
];
