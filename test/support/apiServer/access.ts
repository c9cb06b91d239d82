import { ApiStatus } from './status.ts';
import { nameOf, type ServedResource } from './resources.ts';

/** What a request wants to do. */
export interface Attempt {
  readonly user: string;
  readonly verb: string;
  readonly resource: ServedResource;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly subresource?: string | null;
  readonly groups?: readonly string[];
}

/** Something that a user may not do; what is left out matches everything. */
export interface Denial {
  readonly user?: string;
  /** `pods`, `deployments.apps`, `pods/eviction`. */
  readonly resource?: string;
  readonly verb?: string;
  /** Denied outside of these namespaces, and for the whole cluster. */
  readonly unlessIn?: readonly string[];
  /** Not denied to members of it. */
  readonly unlessGroup?: string;
}

/** True when none of the denials is about the attempt. */
export function isAllowed(attempt: Attempt, denials: readonly Denial[]): boolean {
  return !denials.some(
    ({ user, resource, verb, unlessIn, unlessGroup }) =>
      (user ?? attempt.user) === attempt.user &&
      (resource ?? deniable(attempt)) === deniable(attempt) &&
      (verb ?? attempt.verb) === attempt.verb &&
      !(attempt.namespace !== null && unlessIn?.includes(attempt.namespace) === true) &&
      !(unlessGroup !== undefined && attempt.groups?.includes(unlessGroup) === true),
  );
}

/** `pods`, `deployments.apps/scale`. */
function deniable({ resource, subresource }: Attempt): string {
  return nameOf(resource) + (subresource ? `/${subresource}` : '');
}

/** RBAC's own words. */
export function forbidden(attempt: Attempt): ApiStatus {
  const { user, verb, resource, namespace, name, subresource } = attempt;
  const plural = resource.plural + (subresource ? `/${subresource}` : '');
  const scope = namespace === null ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const called = name === null ? nameOf(resource) : `${nameOf(resource)} "${name}"`;
  return new ApiStatus(
    403,
    'Forbidden',
    `${called} is forbidden: User "${user}" cannot ${verb} resource "${plural}" in API group "${resource.group}" ${scope}`,
    { extra: { details: { kind: resource.plural, group: resource.group } } },
  );
}
