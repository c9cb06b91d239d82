import type { Scope } from '../../model/finding.ts';
import type { OwnersConfig } from './config.ts';
import type { NamespaceFacts, PodSample, Snapshot } from '../../model/snapshot.ts';
import { workloadKey } from '../../model/workload.ts';

/** Owners of one window, by pod UID. Pods whose owner nobody names are not in it. */
export type PodOwners = ReadonlyMap<string, string>;

/** Longer texts are no owner but somebody's prose, or an attack on whoever reads it. */
const MAX_OWNER_LENGTH = 253;

/** Anything that carries labels and annotations. */
type Carrier = Pick<NamespaceFacts, 'labels' | 'annotations'>;

/**
 * Who owns each pod of a window: the first of `keys` that its workload carries, else the first that its
 * namespace carries. A workload carries what is on itself (the Deployment), then what is on its pods; an
 * annotation goes before a label of the same name.
 */
export function podOwners(snapshot: Snapshot, keys: readonly string[]): PodOwners {
  const owners = new Map<string, string>();
  for (const pod of snapshot.pods) {
    const owner = podOwner(pod, snapshot, keys) ?? namespaceOwner(snapshot, pod.namespace, keys);
    if (owner !== null) owners.set(pod.uid, owner);
  }
  return owners;
}

/** Who owns what a finding is about: its workload's first pod with an owner, else its namespace. */
export function scopeOwner(
  scope: Scope,
  snapshot: Snapshot,
  keys: readonly string[],
): string | null {
  const { namespace, workload } = scope;
  if (namespace === null) return null;
  if (workload !== null) {
    const wanted = workloadKey(namespace, workload);
    for (const pod of snapshot.pods) {
      if (pod.namespace !== namespace || workloadKey(namespace, pod.workload) !== wanted) continue;
      const owner = podOwner(pod, snapshot, keys);
      if (owner !== null) return owner;
    }
  }
  return namespaceOwner(snapshot, namespace, keys);
}

function podOwner(pod: PodSample, { workloads }: Snapshot, keys: readonly string[]): string | null {
  const workload = workloads?.get(workloadKey(pod.namespace, pod.workload));
  return ownerIn(workload === undefined ? [pod] : [workload, pod], keys);
}

function namespaceOwner(
  { namespaces }: Snapshot,
  namespace: string,
  keys: readonly string[],
): string | null {
  const facts = namespaces.get(namespace);
  return facts === undefined ? null : ownerIn([facts], keys);
}

/**
 * Who owns a namespace as a whole: the first route that is of it alone, else who it names itself. What belongs to no
 * namespace (null) is of the first route for the findings of access.
 */
export function placeOwner(
  place: (Carrier & { readonly namespace: string }) | null,
  { keys, routes }: Pick<OwnersConfig, 'keys' | 'routes'>,
): string | null {
  const known: Readonly<Record<string, string>> =
    place === null ? { kind: 'rbac' } : { namespace: place.namespace };
  const route = routes.find(
    ({ match, owner }) =>
      owner !== undefined && Object.entries(match).every(([name, value]) => known[name] === value),
  );
  return route?.owner ?? (place === null ? null : ownerIn([place], keys));
}

/** The first owner that the first of `keys` names, looked for on each carrier in turn. */
export function ownerIn(carriers: readonly Carrier[], keys: readonly string[]): string | null {
  for (const key of keys) {
    for (const { annotations, labels } of carriers) {
      const owner = (annotations[key] ?? labels[key] ?? '').trim();
      if (owner === '' || owner.length > MAX_OWNER_LENGTH) continue;
      return /[,;]/.test(owner) ? ownerNames(owner).join(', ') : owner;
    }
  }
  return null;
}

/** More owners of one thing than this are a mistake, or an attempt to tell everybody. */
const MAX_OWNERS = 10;

/** The owners that a text names: `team-shop, ops@example.com` are two. */
export function ownerNames(text: string): readonly string[] {
  const names = text
    .split(/[,;]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return [...new Set(names)].slice(0, MAX_OWNERS);
}
