import { ApiStatus } from './status.ts';
import { nameOf, type ServedResource } from './resources.ts';

/** What a request wants to do. */
export interface Attempt {
  readonly user: string;
  readonly verb: string;
  readonly resource: ServedResource;
  readonly namespace: string | null;
  readonly name: string | null;
}

/** Something that a user may not do; what is left out matches everything. */
export interface Denial {
  readonly user?: string;
  /** `pods`, `deployments.apps`. */
  readonly resource?: string;
  readonly verb?: string;
  /** Denied outside of these namespaces, and for the whole cluster. */
  readonly unlessIn?: readonly string[];
}

/** True when none of the denials is about the attempt. */
export function isAllowed(attempt: Attempt, denials: readonly Denial[]): boolean {
  return !denials.some(
    ({ user, resource, verb, unlessIn }) =>
      (user ?? attempt.user) === attempt.user &&
      (resource ?? nameOf(attempt.resource)) === nameOf(attempt.resource) &&
      (verb ?? attempt.verb) === attempt.verb &&
      !(attempt.namespace !== null && unlessIn?.includes(attempt.namespace) === true),
  );
}

/** RBAC's own words. */
export function forbidden({ user, verb, resource, namespace, name }: Attempt): ApiStatus {
  const scope = namespace === null ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const called = name === null ? nameOf(resource) : `${nameOf(resource)} "${name}"`;
  return new ApiStatus(
    403,
    'Forbidden',
    `${called} is forbidden: User "${user}" cannot ${verb} resource "${resource.plural}" in API group "${resource.group}" ${scope}`,
    { extra: { details: { kind: resource.plural, group: resource.group } } },
  );
}
