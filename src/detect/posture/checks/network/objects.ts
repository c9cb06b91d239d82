import type { ClusterObjects } from '../../../../model/clusterObjects.ts';
import type { Named } from '../../../../model/labelSelector.ts';
import { failuresOr, type Failure, type PostureCheck } from '../../check.ts';
import { INGRESSES, lacks, POLICIES } from '../../lists.ts';
import type { PostureInput } from '../../postureInput.ts';

export const NO_POLICIES = 'NetworkPolicies are not known';

/** Rules over every object of a list that the API calls `resource`. */
function overList<T extends Named>(
  kind: string,
  resource: string,
  unknown: string,
  list: (objects: ClusterObjects) => readonly T[],
) {
  return (rule: (object: T, input: PostureInput) => string | null): PostureCheck['run'] =>
    (input) => {
      const objects = input.objects === null ? [] : list(input.objects);
      const failures = objects.flatMap((object): Failure[] => {
        const text = rule(object, input);
        const { namespace, name } = object;
        return text === null ? [] : [{ namespace, subject: `${kind} ${namespace}/${name}`, text }];
      });
      return failuresOr(input.namespaces, failures, lacks(input, resource) && unknown);
    };
}

export const overServices = overList(
  'Service',
  'services',
  'Services are not known',
  ({ services }) => services,
);
export const overIngresses = overList(
  'Ingress',
  INGRESSES,
  'Ingresses are not known',
  ({ ingresses }) => ingresses,
);
export const overPolicies = overList(
  'NetworkPolicy',
  POLICIES,
  NO_POLICIES,
  ({ networkPolicies }) => networkPolicies,
);
