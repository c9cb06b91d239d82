import { listed } from '../../../../model/text/units.ts';
import { accessOf, lacksAccess, type Grantee } from '../../access/access.ts';
import {
  CLUSTER,
  distinctWorkloads,
  failuresOr,
  type Failure,
  type PostureCheck,
} from '../../check.ts';
import type { PostureInput, PosturePod } from '../../postureInput.ts';

const NOT_KNOWN = 'roles and bindings are not known';

/** Groups and users that everybody is; `rbac-everybody` looks at them. */
export const EVERYBODY = new Set([
  'Group system:authenticated',
  'Group system:unauthenticated',
  'User system:anonymous',
]);

/** In every namespace, and in the cluster what is in none. */
export function accessResults(
  input: PostureInput,
  failures: readonly Failure[],
  isUnknown = lacksAccess(input),
): ReturnType<PostureCheck['run']> {
  return failuresOr([...input.namespaces, CLUSTER], failures, isUnknown && NOT_KNOWN);
}

/**
 * A rule over every user, group and service account that Kubernetes did not bind by itself.
 *
 * @param rule is given what is left without the built-in bindings, and the whole.
 */
export function overGrantees(
  input: PostureInput,
  rule: (
    own: Grantee,
    key: string,
    whole: Grantee,
  ) => { readonly namespace: string | null; readonly text: string } | null,
): ReturnType<PostureCheck['run']> {
  const failures = [...accessOf(input).grantees].flatMap(([key, whole]): Failure[] => {
    const own = EVERYBODY.has(key) ? null : withoutBuiltIn(whole);
    const found = own && rule(own, key, whole);
    if (found === null) return [];
    const namespace = namespaceOfGrantee(whole, found.namespace);
    return [{ namespace, subject: key, text: found.text }];
  });
  return accessResults(input, failures);
}

/** What is left of a grantee without what Kubernetes binds by itself; null: nothing. */
export function withoutBuiltIn(grantee: Grantee): Grantee | null {
  const builtIn = new Set(
    grantee.bindings.filter((one) => one.isBuiltIn).map(({ binding }) => binding),
  );
  if (builtIn.size === grantee.bindings.length) return null;
  if (builtIn.size === 0) return grantee;
  return { ...grantee, reaches: grantee.reaches.filter(({ binding }) => !builtIn.has(binding)) };
}

/** A service account is its namespace’s matter, wherever its rights are; people are that of where they have them. */
export function namespaceOfGrantee({ subject }: Grantee, namespace: string | null): string {
  const group = /^system:serviceaccounts:(.+)$/.exec(subject.name)?.[1];
  if (subject.kind === 'ServiceAccount') return subject.namespace;
  return (subject.kind === 'Group' ? group : undefined) ?? namespace ?? CLUSTER;
}

/** Names the workloads of pods, a few of them. */
export function workloadsOf(pods: readonly PosturePod[]): string {
  const names = distinctWorkloads(pods).map(({ kind, name }) => `${kind} ${name}`);
  return listed(names.sort());
}
