import { lacksAccess, type Grantee } from '../../access/access.ts';
import {
  CLUSTER,
  distinctWorkloads,
  failuresOr,
  type Failure,
  type PostureCheck,
} from '../../check.ts';
import type { PostureInput, PosturePod } from '../../postureInput.ts';

const NOT_KNOWN = 'roles and bindings are not known';
const MOST_NAMED = 3;

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
  return failuresOr([...input.namespaces, CLUSTER], failures, isUnknown ? NOT_KNOWN : null);
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
  const names = distinctWorkloads(pods)
    .map(({ kind, name }) => `${kind} ${name}`)
    .sort();
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
